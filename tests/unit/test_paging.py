"""Paging requests every entry once, in the fewest calls, and ends whatever the provider says."""

from collections import deque
from collections.abc import Callable, Iterator
from math import ceil

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blendify.core.errors import EndlessList
from blendify.providers.paging import Cursor, Offset, Page, PageRequest, Paging, Single

START = PageRequest("list", 3)


def requests(
    paging: Paging, read: Callable[[PageRequest], Page], *, known_total: int | None = None, most: int = 500
) -> Iterator[PageRequest]:
    """The page requests for one list, in order; `known_total` is the length known before the first page."""
    planned = deque(paging.first(START, known_total))
    for _ in range(most):
        if not planned:
            return
        request = planned.popleft()
        yield request
        planned.extendleft(reversed(paging.next_requests(request, read(request))))
    raise AssertionError("the list has no end")


def library(
    size: int, limit: int, *, total: int | None = -1, more: bool | None = None
) -> Callable[[PageRequest], Page]:
    """A provider with a list of that size; `total` and `more` replace the true values."""

    def read(request: PageRequest) -> Page:
        entries = list(range(size))[request.offset : request.offset + limit]
        really_more = request.offset + limit < size
        return Page(entries, size if total == -1 else total, really_more if more is None else more)

    return read


def offsets(paging: Offset, read: Callable[[PageRequest], Page], known_total: int | None = None) -> list[int]:
    return [request.offset for request in requests(paging, read, known_total=known_total)]


@given(st.integers(0, 400), st.integers(1, 60), st.none() | st.integers(0, 500))
def test_offsets_cover_a_list_exactly(size: int, limit: int, known_total: int | None) -> None:
    """Pages start at 0, L, 2L …: no entry is left out and none is read twice, whatever length was known before."""
    total = None if known_total is None else min(known_total, size)
    starts = offsets(Offset(limit), library(size, limit), total)
    covered = [entry for offset in starts for entry in range(offset, min(offset + limit, size))]
    assert covered == list(range(size))


@given(st.integers(0, 400), st.integers(1, 60), st.booleans())
def test_list_takes_the_fewest_calls(size: int, limit: int, known: bool) -> None:
    """ceil(n / page) calls; one for an empty list, as only a response can say that it is empty."""
    assert len(offsets(Offset(limit), library(size, limit), size if known else None)) == max(1, ceil(size / limit))


@given(st.integers(0, 200), st.integers(2, 40), st.data())
def test_overlapping_pages_cover_a_list(size: int, limit: int, data: st.DataObject) -> None:
    """Each page starts with the end of the one before and adds something; together they reach the end or the depth."""
    overlap, depth = data.draw(st.integers(0, limit - 1)), data.draw(st.none() | st.integers(1, 120))
    paging = Offset(limit, depth, overlap)
    starts = offsets(paging, library(size, limit), data.draw(st.none() | st.just(size)))
    assert starts == [index * (limit - overlap) for index in range(len(starts))]
    end = min(size, depth or size)
    assert starts[-1] + limit >= end
    assert all(offset + overlap < end for offset in starts[1:])


@given(st.integers(0, 300), st.integers(1, 120))
def test_no_entry_beyond_the_depth_is_requested(size: int, depth: int) -> None:
    """And none before it is left out."""
    paging = Offset(50, depth)
    pages = [(request.offset, int(paging.params(request)["limit"])) for request in requests(paging, library(size, 50))]
    assert all(1 <= limit <= 50 for _, limit in pages)
    assert sum(limit for _, limit in pages) <= depth
    assert max(offset + limit for offset, limit in pages) >= min(size, depth)


def test_resumed_list_continues_at_its_offset() -> None:
    """Pages before it are not requested again."""
    paging = Offset(50)
    planned = list(paging.first(PageRequest("list", 3, offset=100), 230))
    assert [request.offset for request in planned] == [100, 150, 200]
    assert [request.last for request in planned] == [False, False, True]


def test_first_page_plans_the_whole_list() -> None:
    """Its total is enough to request all other pages at once."""
    planned = Offset(50).next_requests(START, library(230, 50)(START))
    assert [request.offset for request in planned] == [50, 100, 150, 200]
    assert all((request.list_id, request.list_index) == ("list", 3) for request in planned)


def test_growing_list_is_read_to_its_new_end() -> None:
    """The total was 100 on the first page and is 130 on the last: the last 30 are read too."""

    def read(request: PageRequest) -> Page:
        return library(100 if request.offset == 0 else 130, 50)(request)

    assert offsets(Offset(50), read) == [0, 50, 100]


def test_low_total_hides_nothing() -> None:
    """A page that says that more follow leads on, whatever the total."""
    assert offsets(Offset(50), library(170, 50, total=20)) == [0, 50, 100, 150]


def test_missing_total_hides_nothing() -> None:
    """Without a total the pages are read one after the other."""
    assert offsets(Offset(50), library(170, 50, total=None)) == [0, 50, 100, 150]


def test_empty_page_ends_a_list() -> None:
    """Also when it says that more follow."""
    assert offsets(Offset(50), library(60, 50, total=None, more=True)) == [0, 50, 100]


def cursors(names: list[str | None]) -> Callable[[PageRequest], Page]:
    """A provider whose n-th page names the n-th cursor."""
    remaining = iter(names)
    return lambda _: Page(["entry"] * 50, None, more=True, cursor=next(remaining))


def test_cursor_leads_to_the_next_page() -> None:
    """Each page is requested by the cursor of the page before, and its offset counts on."""
    paging = Cursor(50, "after")
    pages = list(requests(paging, cursors(["a", "b", None])))
    assert [paging.params(request).get("after") for request in pages] == [None, "a", "b"]
    assert [request.offset for request in pages] == [0, 50, 100]


@pytest.mark.parametrize("names", [["a", "a"], ["a", "b", "a"], ["a", "b", "c", "d", "b"]])
def test_repeated_cursor_is_an_error(names: list[str]) -> None:
    """A provider whose pages go in circles would otherwise be read without end."""
    with pytest.raises(EndlessList, match="circles"):
        list(requests(Cursor(50, "after"), cursors([*names, "x", "y"])))


def test_page_without_entries_ends_a_list_of_cursors() -> None:
    """Also when it names a cursor."""
    assert Cursor(50, "after").next_requests(START, Page([], None, more=True, cursor="a")) == []


def test_single_page() -> None:
    """What the provider says about more is ignored where it keeps no more."""
    paging = Single(50)
    pages = requests(paging, lambda _: Page(["play"] * 50, None, more=True, cursor="x"))
    assert [paging.params(request) for request in pages] == [{"limit": "50"}]


@pytest.mark.parametrize(
    ("paging", "offset", "entries", "total", "missing"),
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
def test_shortfall_of_a_page_by_offset(
    paging: Offset, offset: int, entries: int, total: int | None, missing: int
) -> None:
    """
    A page should have as many entries as its limit, the total and the depth allow. The total of a top list may be in
    the thousands: an empty page beyond its end has no shortfall.
    """
    page = Page(["entry"] * entries, total, more=False)
    assert paging.shortfall(PageRequest("list", 3, offset), page) == missing


@pytest.mark.parametrize(
    ("offset", "entries", "total", "cursor", "missing"),
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
def test_shortfall_where_cursors_end(
    offset: int, entries: int, total: int | None, cursor: str | None, missing: int
) -> None:
    """While a cursor leads on there is no shortfall, however short a page is; at the end the total must be reached."""
    page = Page(["entry"] * entries, total, more=cursor is not None, cursor=cursor)
    assert Cursor(50, "after").shortfall(PageRequest("list", 3, offset, "x"), page) == missing


@given(st.integers(1, 60), st.integers(0, 50), st.integers(0, 500))
def test_rewind_covers_a_page_and_the_removed_entries(limit: int, pages: int, removed: int) -> None:
    """It goes to a multiple of the limit, and no further back than one page, the removed entries, and rounding."""
    start = Offset(limit).rewind(PageRequest("list", 3, pages * limit, last=False), removed)
    needed = max(0, (pages - 1) * limit - removed)
    assert start == PageRequest("list", 3, start.offset)
    assert start.offset % limit == 0
    assert needed - limit < start.offset <= needed


def test_rewinding_a_cursor_restarts_the_list() -> None:
    """The new reading knows no earlier cursors."""
    request = PageRequest("list", 3, 150, "c", previous_cursors=frozenset({"a", "b"}))
    assert Cursor(50, "after").rewind(request, 7) == START
    assert Cursor(50, "after").rewind(request, 7).previous_cursors == frozenset()


def test_single_page_has_no_shortfall_and_no_rewind() -> None:
    """What the provider has forgotten is not counted."""
    assert Single(50).shortfall(START, Page([], 50, more=True)) == 0
    assert Single(50).rewind(START, 7) == START
