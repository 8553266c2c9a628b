"""Paging asks for every entry once, with the fewest calls, and ends whatever the provider says."""

from collections import deque
from collections.abc import Callable, Iterator
from math import ceil

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blendify.core.errors import EndlessList
from blendify.providers.paging import Cursor, Offset, Page, PageRequest, Paging, Single

START = PageRequest("list", 3)


def asked(
    paging: Paging, answer: Callable[[PageRequest], Page], *, told: int | None = None, most: int = 500
) -> Iterator[PageRequest]:
    """The asks that reading one list leads to, in order; `told` is the length known before the first answer."""
    plan = deque(paging.first(START, told))
    for _ in range(most):
        if not plan:
            return
        ask = plan.popleft()
        yield ask
        plan.extendleft(reversed(paging.next_requests(ask, answer(ask))))
    raise AssertionError("the list has no end")


def library(
    size: int, limit: int, *, total: int | None = -1, more: bool | None = None
) -> Callable[[PageRequest], Page]:
    """A provider with a list of that size; `total` and `more` say something else than the truth."""

    def answer(ask: PageRequest) -> Page:
        entries = list(range(size))[ask.offset : ask.offset + limit]
        there_is_more = ask.offset + limit < size
        return Page(entries, size if total == -1 else total, there_is_more if more is None else more)

    return answer


def offsets(paging: Offset, answer: Callable[[PageRequest], Page], told: int | None = None) -> list[int]:
    return [ask.offset for ask in asked(paging, answer, told=told)]


@given(st.integers(0, 400), st.integers(1, 60), st.none() | st.integers(0, 500))
def test_offsets_cover_a_list_exactly(size: int, limit: int, told: int | None) -> None:
    """Pages start at 0, L, 2L …, with none left out and none twice, whatever length was told before."""
    found = offsets(Offset(limit), library(size, limit), min(told or 0, size) if told is not None else None)
    covered = [entry for offset in found for entry in range(offset, min(offset + limit, size))]
    assert covered == list(range(size))


@given(st.integers(0, 400), st.integers(1, 60), st.booleans())
def test_a_list_takes_the_fewest_calls(size: int, limit: int, known: bool) -> None:
    """ceil(n / page) calls; one for an empty list, since only an answer can say that it is empty."""
    assert len(offsets(Offset(limit), library(size, limit), size if known else None)) == max(1, ceil(size / limit))


@given(st.integers(0, 200), st.integers(2, 40), st.data())
def test_pages_with_something_in_common_cover_a_list(size: int, limit: int, data: st.DataObject) -> None:
    """Each begins with the end of the one before, brings something new, and all are there; also to a depth."""
    overlap, depth = data.draw(st.integers(0, limit - 1)), data.draw(st.none() | st.integers(1, 120))
    paging = Offset(limit, depth, overlap)
    found = offsets(paging, library(size, limit), data.draw(st.none() | st.just(size)))
    assert found == [index * (limit - overlap) for index in range(len(found))]
    end = min(size, depth or size)
    assert found[-1] + limit >= end
    assert all(offset + overlap < end for offset in found[1:])


@given(st.integers(0, 300), st.integers(1, 120))
def test_depth_is_kept(size: int, depth: int) -> None:
    """No entry beyond the depth is asked for, and none before it is left out."""
    paging = Offset(50, depth)
    asks = list(asked(paging, library(size, 50)))
    reach = [(ask.offset, int(paging.params(ask)["limit"])) for ask in asks]
    assert all(1 <= limit <= 50 for _, limit in reach)
    assert sum(limit for _, limit in reach) <= depth
    assert max(offset + limit for offset, limit in reach) >= min(size, depth)


def test_a_resumed_list_goes_on_where_it_stopped() -> None:
    """Pages before the checkpoint are not asked again."""
    paging = Offset(50)
    planned = list(paging.first(PageRequest("list", 3, offset=100), 230))
    assert [ask.offset for ask in planned] == [100, 150, 200]
    assert [ask.last for ask in planned] == [False, False, True]


def test_the_whole_list_is_planned_after_its_first_page() -> None:
    """What the first page tells is enough to ask for all others at once."""
    following = Offset(50).next_requests(START, library(230, 50)(START))
    assert [ask.offset for ask in following] == [50, 100, 150, 200]
    assert all((ask.list_id, ask.list_index) == ("list", 3) for ask in following)


def test_a_list_that_grows_is_read_to_its_new_end() -> None:
    """`total` said 100 when reading began and 130 at the end: the last 30 are read as well."""

    def answer(ask: PageRequest) -> Page:
        return library(100 if ask.offset == 0 else 130, 50)(ask)

    assert offsets(Offset(50), answer) == [0, 50, 100]


def test_a_total_that_is_too_low_hides_nothing() -> None:
    """`next` says that more follows: it is read although `total` says it is not there."""
    assert offsets(Offset(50), library(170, 50, total=20)) == [0, 50, 100, 150]


def test_a_total_that_is_null_hides_nothing() -> None:
    """Without a length the pages are read one after the other."""
    assert offsets(Offset(50), library(170, 50, total=None)) == [0, 50, 100, 150]


def test_an_empty_page_ends_a_list_that_says_it_goes_on() -> None:
    """`next` that never ends and a `total` without end stop at the first page without entries."""
    assert offsets(Offset(50), library(60, 50, total=None, more=True)) == [0, 50, 100]


def cursors(names: list[str | None]) -> Callable[[PageRequest], Page]:
    """A provider whose n-th page names the n-th cursor."""
    left = iter(names)
    return lambda _: Page(["entry"] * 50, None, more=True, cursor=next(left))


def test_a_cursor_leads_to_the_next_page() -> None:
    """Each page is asked by the cursor of the one before, and positions count on."""
    paging = Cursor(50, "after")
    asks = list(asked(paging, cursors(["a", "b", None])))
    assert [paging.params(ask).get("after") for ask in asks] == [None, "a", "b"]
    assert [ask.offset for ask in asks] == [0, 50, 100]


@pytest.mark.parametrize("names", [["a", "a"], ["a", "b", "a"], ["a", "b", "c", "d", "b"]])
def test_a_cursor_that_repeats_ends_the_list(names: list[str]) -> None:
    """A provider whose pages go in circles is found out, and not read for ever."""
    with pytest.raises(EndlessList, match="circles"):
        list(asked(Cursor(50, "after"), cursors([*names, "x", "y"])))


def test_a_page_without_entries_ends_a_cursor() -> None:
    """An empty page that still names a cursor is the end."""
    assert Cursor(50, "after").next_requests(START, Page([], None, more=True, cursor="a")) == []


def test_a_single_page_is_all() -> None:
    """What the provider says about more is not followed where nothing more is kept."""
    paging = Single(50)
    asks = list(asked(paging, lambda _: Page(["play"] * 50, None, more=True, cursor="x")))
    assert [paging.params(ask) for ask in asks] == [{"limit": "50"}]


@pytest.mark.parametrize(
    ("paging", "offset", "given", "total", "missing"),
    [
        (Offset(50), 0, 50, 120, 0),
        (Offset(50), 0, 47, 120, 3),
        (Offset(50), 100, 20, 120, 0),
        (Offset(50), 100, 0, 120, 20),
        (Offset(50), 150, 0, 120, 0),
        (Offset(50), 50, 0, 120, 50),
        (Offset(50), 0, 51, 120, 0),
        (Offset(50), 0, 0, None, 0),
        (Offset(50), 0, 12, 5, 0),
        (Offset(50, 120), 100, 20, 2742, 0),
        (Offset(50, 120), 100, 15, 2742, 5),
        (Offset(50, 120), 50, 0, 2742, 0),
        (Offset(50, 120), 50, 0, 90, 40),
        (Offset(50, 30), 0, 28, 28, 0),
    ],
)
def test_what_is_missing_in_a_page_by_its_place(
    paging: Offset, offset: int, given: int, total: int | None, missing: int
) -> None:
    """
    A page holds as many as there are, up to its limit and to the depth that was asked for; a list that is counted in
    thousands and ends earlier misses nothing.
    """
    page = Page(["entry"] * given, total, more=False)
    assert paging.shortfall(PageRequest("list", 3, offset), page) == missing


@pytest.mark.parametrize(
    ("offset", "given", "total", "cursor", "missing"),
    [
        (0, 50, 120, "a", 0),
        (0, 3, 120, "a", 0),
        (50, 50, 120, None, 20),
        (100, 20, 120, None, 0),
        (100, 0, 120, "a", 20),
        (100, 0, 100, None, 0),
        (100, 0, None, None, 0),
        (100, 30, 120, None, 0),
    ],
)
def test_what_is_missing_where_a_cursor_ends(
    offset: int, given: int, total: int | None, cursor: str | None, missing: int
) -> None:
    """While the cursor leads on nothing is missing, however short a page is; at the end the count has to be reached."""
    page = Page(["entry"] * given, total, more=cursor is not None, cursor=cursor)
    assert Cursor(50, "after").shortfall(PageRequest("list", 3, offset, "x"), page) == missing


@given(st.integers(1, 60), st.integers(0, 50), st.integers(0, 500))
def test_reading_again_begins_a_page_and_all_that_is_gone_before(limit: int, pages: int, gone: int) -> None:
    """Where pages begin, and not further back than needed: a page, what is gone, and what rounding takes."""
    start = Offset(limit).rewind(PageRequest("list", 3, pages * limit, last=False), gone)
    wanted = max(0, (pages - 1) * limit - gone)
    assert start == PageRequest("list", 3, start.offset)
    assert start.offset % limit == 0
    assert wanted - limit < start.offset <= wanted


def test_a_cursor_cannot_be_turned_back() -> None:
    """It begins anew, and knows none of the cursors of the reading before."""
    asked = PageRequest("list", 3, 150, "c", previous_cursors=frozenset({"a", "b"}))
    assert Cursor(50, "after").rewind(asked, 7) == START
    assert Cursor(50, "after").rewind(asked, 7).previous_cursors == frozenset()


def test_a_single_page_misses_nothing_and_stays_where_it_is() -> None:
    """What the provider forgets is not counted, and there is nothing to turn back to."""
    assert Single(50).shortfall(START, Page([], 50, more=True)) == 0
    assert Single(50).rewind(START, 7) == START
