"""Lists of a listener, kept as numbers: what stands there and when it came, 16 bytes per entry."""

from array import array
from collections.abc import Iterable
from enum import IntEnum
from typing import NamedTuple

_KIND = 10**9

NEVER = -1
"""The time of an entry that has none."""


class Kind(IntEnum):
    """How an entry is rendered; its index says which one of that kind."""

    PLAIN = 0
    UNPLAYABLE = 1
    LOCAL = 2
    EPISODE = 3
    NULL = 4
    ODD = 5


class Entry(NamedTuple):
    """One entry: which thing, and its moment in whole seconds or milliseconds (the list knows), or NEVER."""

    kind: Kind
    number: int
    when: int


class Column:
    """A list of entries that can be cut and edited like a Python list."""

    __slots__ = ("_things", "_times")

    def __init__(self, entries: Iterable[Entry] = ()) -> None:
        self._things = array("q")
        self._times = array("q")
        for entry in entries:
            self._things.append(entry.kind * _KIND + entry.number)
            self._times.append(entry.when)

    def __len__(self) -> int:
        return len(self._things)

    def __getitem__(self, position: int) -> Entry:
        kind, index = divmod(self._things[position], _KIND)
        return Entry(Kind(kind), index, self._times[position])

    def cut(self, start: int, stop: int) -> list[Entry]:
        """The entries from `start` to before `stop`, as far as they exist."""
        return [self[position] for position in range(start, min(stop, len(self)))]

    def insert(self, position: int, entry: Entry) -> None:
        """Place an entry before the one at `position`, or last."""
        self._things.insert(position, entry.kind * _KIND + entry.number)
        self._times.insert(position, entry.when)

    def pop(self, position: int) -> Entry:
        """Take one entry out; IndexError if there is none."""
        entry = self[position]
        del self._things[position], self._times[position]
        return entry

    def holds(self, index: int) -> bool:
        """Whether the plain thing with this index is in the list."""
        return index in self._things
