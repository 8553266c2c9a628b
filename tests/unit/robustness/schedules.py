"""What goes wrong in one sync, and when. Hypothesis draws it, and prints it in full when a promise breaks."""

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum

from hypothesis import strategies as st


class Trouble(StrEnum):
    """What the provider does to one call."""

    LIMITED = "429 with seconds"
    LIMITED_LONG = "429 with 40 seconds"
    LIMITED_DAY = "429 with 86,400 seconds"
    LIMITED_ZERO = "429 with zero"
    LIMITED_SILENT = "429 without Retry-After"
    LIMITED_DATE = "429 with a date"
    QUOTA = "429 QUOTA_EXCEEDED"
    SERVER_ERROR = "500"
    UNAVAILABLE = "503 in plain text"
    STALLED = "no answer until the timeout"
    RESET = "connection reset"
    TRUNCATED = "truncated JSON"
    HTML = "an HTML page"
    EMPTY = "an empty 200"
    NO_CONTENT = "204"
    NO_ENTRIES = "a page without entries"
    SHORT = "a page with fewer entries"
    LYING_TOTAL = "another total"
    REPEATED = "the page before, again"
    NO_NEXT = "no next page named"
    TOKEN_OVER = "every access token expires"


class Move(StrEnum):
    """How the listener changes the list that is being read."""

    ADD = "add"
    REMOVE = "remove"


@dataclass(frozen=True)
class Schedule:
    """What goes wrong in one sync. Calls and requests are counted over the whole sync, from 1."""

    troubles: tuple[tuple[int, Trouble], ...] = ()
    """The number of a call to the provider, and what happens to it."""
    kills: tuple[tuple[int, bool], ...] = ()
    """The number of the request to AWS at which the worker dies, and whether the request still takes effect."""
    moves: tuple[tuple[int, Move, int], ...] = ()
    """The number of the call during which the listener changes the list, how, and where (in tenths of its length)."""
    pages: int | None = None
    """After how many pages a Lambda's time is up."""

    @property
    def monotone(self) -> bool:
        """Whether the list only grows or only shrinks. Then the provider's total shows every change."""
        return len({move for _, move, _ in self.moves}) <= 1


def schedules(possible: Collection[Trouble], *, moving: bool) -> st.SearchStrategy[Schedule]:
    """Up to six of the possible troubles, three deaths and three changes, in any order and at any time."""
    chosen = st.sampled_from(sorted(possible))
    moves = st.tuples(st.integers(2, 14), st.sampled_from(Move), st.integers(0, 9))
    return st.builds(
        Schedule,
        troubles=st.lists(st.tuples(st.integers(1, 24), chosen), max_size=6).map(tuple),
        kills=st.lists(st.tuples(st.integers(1, 160), st.booleans()), max_size=3).map(tuple),
        moves=st.lists(moves, max_size=3).map(tuple) if moving else st.just(()),
        pages=st.sampled_from([None, None, 1, 2, 3]),
    )
