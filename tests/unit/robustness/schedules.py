"""What may go wrong in one sync, and when: drawn by hypothesis, printed in full when a promise breaks."""

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
    """One run's misfortunes; calls and requests are counted over the whole run, from 1."""

    troubles: tuple[tuple[int, Trouble], ...] = ()
    """At which call to the provider what happens."""
    kills: tuple[tuple[int, bool], ...] = ()
    """At which request to AWS the worker dies; whether the request still had its effect."""
    moves: tuple[tuple[int, Move, int], ...] = ()
    """At which call the listener changes the list, how, and where (a share of its length, in tenths)."""
    pages: int | None = None
    """After how many pages a Lambda's time is up."""

    @property
    def monotone(self) -> bool:
        """Whether the list only grows or only shrinks: the provider's count then tells every change."""
        return len({move for _, move, _ in self.moves}) <= 1


def schedules(possible: Collection[Trouble], *, moving: bool) -> st.SearchStrategy[Schedule]:
    """Any mix: up to six of the possible troubles, three deaths and three moves, in any order and at any time."""
    chosen = st.sampled_from(sorted(possible))
    moves = st.tuples(st.integers(2, 14), st.sampled_from(Move), st.integers(0, 9))
    return st.builds(
        Schedule,
        troubles=st.lists(st.tuples(st.integers(1, 24), chosen), max_size=6).map(tuple),
        kills=st.lists(st.tuples(st.integers(1, 160), st.booleans()), max_size=3).map(tuple),
        moves=st.lists(moves, max_size=3).map(tuple) if moving else st.just(()),
        pages=st.sampled_from([None, None, 1, 2, 3]),
    )
