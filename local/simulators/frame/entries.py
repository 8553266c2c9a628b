"""Lists of a listener, kept as numbers: what stands there and when it came, and what can happen to it."""

from enum import StrEnum
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

    def find(self, number: int, *kinds: int) -> int | None:
        """Where the thing with this number stands, as one of these kinds, or as a plain one; None if it does not."""
        wanted = kinds or (PLAIN,)
        return next((at for at, (kind, thing, _) in enumerate(self) if thing == number and kind in wanted), None)


class Act(StrEnum):
    """What a listener can do to a list between two collections."""

    ADD = "add"
    REMOVE = "remove"
    MOVE = "move"
    """To another place; those in between close up."""
    REPLACE = "replace"
    """Another entry at the same place."""
    RENAME = "rename"


RANKS = frozenset({Act.MOVE, Act.REPLACE})
"""What happens to a list that the service orders."""
ARRANGED = frozenset({Act.ADD, Act.REMOVE, Act.MOVE, Act.REPLACE})
"""What happens to a list that the listener orders."""
SHELF = frozenset({Act.ADD, Act.REMOVE, Act.RENAME})
"""What happens to a list of things of the listener's own, such as playlists."""


class Moment(StrEnum):
    """What an added entry is dated with."""

    NEVER = "never"
    SECONDS = "seconds"
    MILLISECONDS = "milliseconds"
