"""Paging requests every entry once, in the fewest calls, and ends whatever the provider says."""

from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import replace
from math import ceil

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blendify.providers.paging import MOST_PLANNED, Cursor, Numbered, Offset, Page, PageRequest, Paging, Single

START = PageRequest("list", 3)


def requests(paging: Paging, read: Callable[[PageRequest], Page], *, most: int = 500) -> Iterator[PageRequest]:
    """The page requests for one list, in order."""
    planned = deque([START])
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


def offsets(paging: Offset, read: Callable[[PageRequest], Page]) -> list[int]:
    return [request.offset for request in requests(paging, read)]


@given(st.integers(0, 400), st.integers(1, 60))
def test_offsets_cover_a_list_exactly(size: int, limit: int) -> None:
    """Pages start at 0, L, 2L …: no entry is left out and none is read twice."""
    starts = offsets(Offset(limit), library(size, limit))
    covered = [entry for offset in starts for entry in range(offset, min(offset + limit, size))]
    assert covered == list(range(size))


@given(st.integers(0, 400), st.integers(1, 60))
def test_list_takes_the_fewest_calls(size: int, limit: int) -> None:
    """ceil(n / page) calls; one for an empty list, as only a response can say that it is empty."""
    assert len(offsets(Offset(limit), library(size, limit))) == max(1, ceil(size / limit))


@given(st.integers(0, 200), st.integers(2, 40), st.data())
def test_overlapping_pages_cover_a_list(size: int, limit: int, data: st.DataObject) -> None:
    """Each page starts with the end of the one before and adds something; together they reach the end or the depth."""
    overlap, depth = data.draw(st.integers(0, limit - 1)), data.draw(st.none() | st.integers(1, 120))
    paging = Offset(limit, depth, overlap)
    starts = offsets(paging, library(size, limit))
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
    """Also when it says that more follow. Without a count the list goes on where the page before ended."""
    assert offsets(Offset(50), library(60, 50, total=None, more=True)) == [0, 50, 60]


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


@pytest.mark.parametrize(("names", "pages"), [(["a", "a"], 2), (["a", "b", "a"], 3), (["a", "b", "c", "d", "b"], 5)])
def test_repeated_cursor_ends_a_list(names: list[str], pages: int) -> None:
    """A provider whose pages go in circles would otherwise be read without end."""
    assert len(list(requests(Cursor(50, "after"), cursors([*names, "x", "y"])))) == pages


def test_page_without_entries_ends_a_list_of_cursors() -> None:
    """Also when it names a cursor."""
    assert Cursor(50, "after").next_requests(START, Page([], None, more=True, cursor="a")) == []


def test_single_page() -> None:
    """What the provider says about more is ignored where it keeps no more."""
    paging = Single(50)
    pages = requests(paging, lambda _: Page(["play"] * 50, None, more=True, cursor="x"))
    assert [paging.params(request) for request in pages] == [{"limit": "50"}]


def test_a_count_of_millions_plans_a_few_pages() -> None:
    """What follows them shows whether the count is right."""
    planned = Offset(50).next_requests(START, Page(["entry"] * 50, 2_000_000, more=True))
    assert [request.offset for request in planned] == [50 * number for number in range(1, MOST_PLANNED + 1)]
    assert [request.last for request in planned] == [False] * (MOST_PLANNED - 1) + [True]


@pytest.mark.parametrize("total", [0, 20, 49, 50])
def test_a_full_page_disproves_a_count(total: int) -> None:
    """It brings more than was counted, so more may follow. Where exactly as many came, the list is at its end."""
    planned = Offset(50).next_requests(START, Page(["entry"] * 50, total, more=False))
    assert [request.offset for request in planned] == ([50] if total < 50 else [])


def test_a_page_that_is_larger_than_asked_for_is_followed_by_what_comes_behind_it() -> None:
    planned = Offset(50).next_requests(START, Page(["entry"] * 60, 120, more=True))
    assert [request.offset for request in planned] == [60, 110]


def test_numbered_pages_are_counted_by_the_size_that_the_provider_allows() -> None:
    """200 were asked for, and 50 a page come: 130 entries are three pages."""
    paging, page = Numbered(200), Page(["entry"] * 50, 130, more=True, size=50)
    planned = paging.next_requests(START, page)
    assert [paging.params(request)["page"] for request in planned] == ["2", "3"]


@pytest.mark.parametrize("total", [0, 20, 100, None])
def test_a_full_numbered_page_is_never_the_end(total: int | None) -> None:
    """What is said of further pages follows from the count, which may be wrong."""
    paging = Numbered(50)
    planned = paging.next_requests(replace(START, offset=50), Page(["entry"] * 50, total, more=False))
    assert [paging.params(request)["page"] for request in planned] == ["3"]
    assert paging.next_requests(replace(START, offset=50), Page(["entry"] * 49, total, more=False)) == []


@pytest.mark.parametrize(
    ("paging", "offset", "entries", "total", "more", "missing"),
    [
        (Offset(50), 0, 50, 120, True, None),
        (Offset(50), 0, 47, 120, True, (47, 3)),
        (Offset(50), 0, 47, 20, True, (47, 3)),
        (Offset(50), 0, 47, 47, False, None),
        (Offset(50), 0, 60, 120, True, None),
        (Offset(50), 100, 20, 120, False, None),
        (Offset(50), 100, 15, 120, False, (115, 35)),
        (Offset(50), 0, 0, 120, False, None),
        (Offset(50), 0, 12, 5, False, None),
        (Offset(50), 0, 12, None, True, None),
        (Offset(50, 30), 0, 28, 28, False, None),
        (Offset(50, 30), 0, 28, 2742, True, (28, 2)),
    ],
)
def test_what_a_short_page_lacks_is_asked_for(
    paging: Offset, offset: int, entries: int, total: int | None, more: bool, missing: tuple[int, int] | None
) -> None:
    """Where it ends, and no more than was missing: entries that are hidden there come with no page."""
    rest = paging.missing(START if not offset else replace(START, offset=offset), Page(["e"] * entries, total, more))
    assert (rest and (rest.offset, rest.size)) == missing
    if rest:
        assert paging.params(rest) == {"offset": str(rest.offset), "limit": str(rest.size)}
        assert paging.next_requests(rest, Page(["e"], total, more)) == []


def test_a_short_numbered_page_is_asked_for_once_more() -> None:
    paging, page = Numbered(50), Page(["entry"] * 47, 120, more=True)
    again = paging.missing(START, page)
    assert again
    assert paging.params(again)["page"] == "1"
    assert paging.missing(again, page) is None
    assert paging.missing(START, replace(page, size=47)) is None


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


def test_single_page_has_nothing_behind_it() -> None:
    """What the provider has forgotten is not counted."""
    assert Single(50).missing(START, Page([], 50, more=True)) is None
    assert Single(50).rewind(START, 7) == START
