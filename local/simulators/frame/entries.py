"""Lists of a listener, kept as numbers: what stands there and when it came."""

from typing import NamedTuple

NEVER = -1
"""The moment of an entry that has none."""
PLAIN = 0
"""The kind of an entry that is rendered as the list's usual thing; a service numbers its other kinds from 1 on."""


class Entry(NamedTuple):
    """One entry: which thing, and its moment in whole seconds or milliseconds (the list knows), or NEVER."""

    kind: int
    number: int
    when: int = NEVER


class Entries(list[Entry]):
    """A list of entries in which a thing can be found."""

    def part(self, start: int, stop: int) -> "Entries":
        """A copy of the entries from `start` to before `stop`."""
        return Entries(self[start:stop])

    def find(self, number: int, *kinds: int) -> int | None:
        """Where the thing with this number stands, as one of these kinds, or as a plain one; None if it does not."""
        wanted = kinds or (PLAIN,)
        return next((at for at, (kind, thing, _) in enumerate(self) if thing == number and kind in wanted), None)
