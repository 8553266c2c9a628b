"""A list that changes while it is read is read again where that helps; a page with nothing new is asked for again."""

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blendify.fetching.page_consistency import LATEST_PAGES, MOST_ATTEMPTS, Habits, Sweep
from blendify.providers.paging import Cursor, Offset, Page, PageRequest, Paging

OFFSET, CURSOR = Offset(10), Cursor(10, "after")


def page(start: int, count: int, total: int | None) -> Page:
    """Some entries, each unlike all others."""
    return Page([{"id": number} for number in range(start, start + count)], total, more=True)


def moved(
    sweep: Sweep,
    offset: int,
    received: Page,
    *,
    paging: Paging = OFFSET,
    cursor: str | None = None,
    ordered: bool = False,
) -> PageRequest | None:
    """Where to read again because of this page; otherwise the page is taken."""
    ask = PageRequest("list", 3, offset, cursor, attempt=sweep.attempt)
    again = sweep.changed_before(ask, received, paging, ordered=ordered)
    if again is None:
        sweep.take(ask, received, paging, None)
    return again


def read_until(offset: int, total: int) -> Sweep:
    """What is known of a list of that length when the pages before this one were good."""
    sweep = Sweep(3)
    for start in range(0, offset, 10):
        assert moved(sweep, start, page(start, 10, total)) is None
    return sweep


@pytest.mark.parametrize("ordered", [False, True])
def test_a_list_that_stays_as_it_is_is_read_once(ordered: bool) -> None:
    """Every page is good, and nothing is doubtful at the end."""
    sweep = Sweep(3)
    for start, count in ((0, 10), (10, 10), (20, 5)):
        assert moved(sweep, start, page(start, count, 25), ordered=ordered) is None
    assert (sweep.attempt, sweep.total, sweep.changed, sweep.unsteady, sweep.full) == (1, 25, False, False, False)


def test_a_list_that_grows_is_read_on() -> None:
    """What came in moved the others down: some are met twice, none is missed."""
    sweep = read_until(20, 40)
    assert moved(sweep, 20, page(19, 10, 41)) is None
    assert (sweep.attempt, sweep.total, sweep.changed) == (1, 41, False)


@pytest.mark.parametrize(("gone", "start"), [(1, 10), (10, 10), (11, 0), (25, 0), (39, 0)])
def test_a_list_that_shrinks_is_read_again_from_before_the_place(gone: int, start: int) -> None:
    """One page back, and as many entries as are gone; pages begin where they always do."""
    sweep = read_until(30, 60)
    again = moved(sweep, 30, page(30 + gone, 10, 60 - gone))
    assert again == PageRequest("list", 3, start, attempt=2)
    assert (sweep.attempt, sweep.total, sweep.changed) == (2, 60 - gone, False)


@given(st.integers(1, 60), st.integers(1, 40), st.data())
def test_whatever_left_a_list_no_other_entry_is_missed(limit: int, pages: int, data: st.DataObject) -> None:
    """An entry that moved up by as many as are gone stands at or behind the place from which is read again."""
    paging, offset, total = Offset(limit), pages * limit, pages * limit + data.draw(st.integers(1, 200))
    gone = data.draw(st.integers(1, total - 1))
    again = moved(Sweep(3, total=total), offset, Page([], total - gone, more=False), paging=paging)
    assert again is not None
    assert again.offset % limit == 0
    assert again.offset <= max(0, offset - gone)


@pytest.mark.parametrize("change", [1, -1, -30])
def test_a_list_whose_order_counts_is_read_again_as_a_whole(change: int) -> None:
    """Positions before the change are as wrong as those behind it; the second reading begins with nothing known."""
    sweep = read_until(20, 40)
    assert moved(sweep, 20, page(20, 10, 40 + change), ordered=True) == PageRequest("list", 3, attempt=2)
    for start in range(0, 40 + change, 10):
        count = min(10, 40 + change - start)
        assert moved(sweep, start, page(start, count, 40 + change), ordered=True) is None
    assert (sweep.attempt, sweep.changed, sweep.unsteady) == (2, False, False)


def test_what_changed_before_a_reading_began_does_not_count_in_it() -> None:
    """The second reading of a list whose order counts finds another length on its first page: it is the one."""
    sweep = read_until(20, 40)
    assert moved(sweep, 20, page(20, 10, 41), ordered=True) is not None
    for start in range(0, 40, 10):
        assert moved(sweep, start, page(start, 10, 42), ordered=True) is None
    assert (sweep.attempt, sweep.total) == (2, 42)


@pytest.mark.parametrize("ordered", [False, True])
def test_the_third_reading_is_taken_as_it_is(ordered: bool) -> None:
    """A list that does not come to rest is not read for ever: it is complete, and doubtful."""
    sweep, total = Sweep(3, total=60), 60
    for attempt in range(1, MOST_ATTEMPTS):
        assert sweep.attempt == attempt
        total -= 1
        assert moved(sweep, 30, page(30 + attempt, 10, total), ordered=ordered) is not None
        assert moved(sweep, 0, page(0, 10, total), ordered=ordered) is None
        assert not sweep.changed
    assert sweep.attempt == MOST_ATTEMPTS
    assert moved(sweep, 30, page(40, 10, total - 1), ordered=ordered) is None
    assert sweep.changed


@pytest.mark.parametrize("ordered", [False, True])
def test_a_count_that_differs_from_page_to_page_is_no_change(ordered: bool) -> None:
    """The pages tell again what they told before, so the list is at rest. The count of its first page is taken."""
    sweep = read_until(20, 40)
    again = moved(sweep, 20, page(20, 10, 37), ordered=ordered)
    assert again is not None
    for start in range(again.offset, 40, 10):
        assert moved(sweep, start, page(start, 10, 40 if start < 20 else 37), ordered=ordered) is None
    assert (sweep.attempt, sweep.changed, sweep.unsteady, sweep.counted) == (2, False, True, 40)


def test_a_count_that_always_differs_costs_no_call() -> None:
    sweep = Sweep(3, habits=Habits(unsteady=True))
    for start, total in ((0, 40), (10, 37), (20, 41)):
        assert moved(sweep, start, page(start, 10, total), ordered=True) is None
    assert (sweep.attempt, sweep.unsteady, sweep.counted) == (1, True, 40)


def test_what_was_read_before_is_no_repetition_in_the_next_reading() -> None:
    """The pages of the first reading come again, and are good."""
    sweep = read_until(30, 60)
    assert moved(sweep, 30, page(31, 10, 59)) is not None
    for start in (10, 20, 30, 40):
        assert not sweep.repeats(page(start, 10, 59))
        assert moved(sweep, start, page(start, 10, 59)) is None


@pytest.mark.parametrize(("before", "now"), [(None, 40), (40, None), (None, None)])
def test_a_page_without_a_length_says_nothing_of_a_change(before: int | None, now: int | None) -> None:
    """A length that is not told is not another one, and does not make the known one forgotten."""
    sweep = Sweep(3, total=before)
    assert moved(sweep, 10, page(10, 10, now), ordered=True) is None
    assert sweep.total == (before or now)


@pytest.mark.parametrize("change", [1, -1])
def test_a_change_of_length_means_nothing_to_a_cursor(change: int) -> None:
    """What comes or goes elsewhere moves nothing behind the cursor. The highest count tells what is still to come."""
    sweep = Sweep(3, total=40)
    received = replace(page(10, 10, 40 + change), cursor="next")
    assert moved(sweep, 10, received, paging=CURSOR, cursor="here") is None
    assert (sweep.attempt, sweep.changed, sweep.total) == (1, False, max(40, 40 + change))


@pytest.mark.parametrize("ends", [False, True], ids=["where more is counted", "at the end"])
def test_an_empty_page_is_asked_for_once_more(ends: bool) -> None:
    """Only where the provider counts more. Empty once more it says that nothing stands there."""
    sweep, ask, empty = read_until(20, 20 if ends else 40), PageRequest("list", 3, 20), page(20, 0, 20 if ends else 40)
    following = sweep.take(ask, empty, OFFSET, None)
    assert following.requests == ([] if ends else [replace(ask, again=True)])
    assert sweep.take(replace(ask, again=True), empty, OFFSET, None).requests == []


def test_two_requests_in_a_row_without_anything_new_end_a_list() -> None:
    """Whatever is planned behind them."""
    sweep, behind = read_until(20, 900), PageRequest("list", 3, 40)
    assert sweep.take(PageRequest("list", 3, 20, again=True), page(20, 0, 900), OFFSET, behind).requests == []
    assert sweep.take(PageRequest("list", 3, 30), page(0, 10, 900), OFFSET, behind).ends


def test_pages_are_told_apart_by_all_that_they_hold() -> None:
    """Another value, another order, a text in place of a number: another page; the same JSON once more is the same."""
    first = '[{"id": "a", "n": 1}, {"id": "b", "n": null}]'
    sweep, entries = Sweep(3), json.loads(first)
    held_elsewhere = list(entries)
    assert moved(sweep, 0, Page(entries, None, more=True)) is None
    assert held_elsewhere == entries
    assert sweep.repeats(Page(json.loads(first), None, more=True))
    for other in (
        '[{"id": "a", "n": 1}, {"id": "b", "n": 0}]',
        '[{"id": "b", "n": null}, {"id": "a", "n": 1}]',
        '[{"id": "a", "n": "1"}, {"id": "b", "n": null}]',
        '[{"id": "a", "n": 1}]',
    ):
        assert not sweep.repeats(Page(json.loads(other), None, more=True))


@pytest.mark.parametrize("entries", [[], [None], [None] * 10])
def test_pages_without_anything_in_them_are_not_alike(entries: list[None]) -> None:
    """Nulls alone do not tell one page from another."""
    sweep = Sweep(3)
    for start in (0, 10, 20):
        received = Page(list(entries), None, more=True)
        assert not sweep.repeats(received)
        assert moved(sweep, start, received) is None


def test_the_latest_good_pages_are_known_to_the_next_worker() -> None:
    """The checkpoint carries their fingerprints: the next worker notices when one of them is served once more."""
    pages = LATEST_PAGES + 2
    latest = read_until(10 * pages, 10 * pages + 20).latest_pages
    resumed = Sweep(3, total=10 * pages + 20, latest_pages=latest)
    for number in range(2, pages):
        assert resumed.repeats(page(10 * number, 10, None)), number
    assert not resumed.repeats(page(10 * pages, 10, None))
    assert len(latest or "") < 300
