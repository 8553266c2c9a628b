"""Lists of a listener, kept as numbers: what stands there and when it came, 16 bytes per entry."""

from array import array
from collections.abc import Callable, Iterable, Iterator
from typing import Any, NamedTuple

_KIND = 10**9

NEVER = -1
"""The moment of an entry that has none."""
PLAIN = 0
"""The kind of an entry that is rendered as the list's usual thing; a service numbers its other kinds from 1 on."""


class Entry(NamedTuple):
    """One entry: which thing, and its moment in whole seconds or milliseconds (the list knows), or NEVER."""

    kind: int
    number: int
    when: int = NEVER


class Entries:
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
        kind, number = divmod(self._things[position], _KIND)
        return Entry(kind, number, self._times[position])

    def __iter__(self) -> Iterator[Entry]:
        return map(self.__getitem__, range(len(self)))

    def part(self, start: int, stop: int) -> "Entries":
        """A copy of the entries from `start` to before `stop`; much cheaper than a list of them."""
        part = Entries()
        part._things, part._times = self._things[start:stop], self._times[start:stop]
        return part

    def insert(self, position: int, entry: Entry) -> None:
        """Place an entry before the one at `position`, or last."""
        self._things.insert(position, entry.kind * _KIND + entry.number)
        self._times.insert(position, entry.when)

    def pop(self, position: int) -> Entry:
        """Take one entry out; IndexError if there is none."""
        entry = self[position]
        del self._things[position], self._times[position]
        return entry

    def find(self, number: int, *kinds: int) -> int | None:
        """Where the thing with this number stands, as one of these kinds, or as a plain one; None if it does not."""
        for kind in kinds or (PLAIN,):
            try:
                return self._things.index(kind * _KIND + number)
            except ValueError:
                continue
        return None

    def sort(self, key: Callable[[Entry], Any]) -> None:
        """In place; entries with equal keys keep their order."""
        ordered = Entries(sorted(self, key=key))
        self._things, self._times = ordered._things, ordered._times
