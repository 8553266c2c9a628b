"""What goes wrong in one sync, and when. Hypothesis draws it, and prints it in full when a promise breaks."""

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum

from hypothesis import strategies as st


class Trouble(StrEnum):
    """What the provider does to one call: troubles of the simulators by their names, and one more."""

    LIMITED = "throttled_3_seconds"
    LIMITED_LONG = "throttled_40_seconds"
    LIMITED_DAY = "throttled_day"
    LIMITED_ZERO = "throttled_zero"
    LIMITED_SILENT = "throttled"
    LIMITED_DATE = "throttled_until"
    LIMITED_YEARS = "throttled_years"
    QUOTA = "throttled_quota"
    SERVER_ERROR = "broken"
    UNAVAILABLE = "unavailable"
    STALLED = "stall"
    RESET = "reset"
    TRUNCATED = "body_cut"
    HTML = "broken_gateway"
    EMPTY = "body_empty"
    BLANK = "body_blank"
    NULL = "body_null"
    TEXT = "body_text"
    BOM = "body_with_bom"
    CONTROLS = "body_controls"
    CUT_GZIP = "body_cut_gzip"
    NO_CONTENT = "no_content"
    NO_ENTRIES = "page_empty"
    SHORT = "page_short"
    LYING_TOTAL = "count_too_high"
    REPEATED = "page_again"
    NO_NEXT = "page_without_next"
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
