"""A list that changes while it is read is read again where that helps, and no page is believed that cannot be true."""

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blendify.collecting.judgement import MOST_ATTEMPTS
from blendify.collecting.page_consistency import Sweep
from blendify.core.errors import ProviderUnavailable
from blendify.providers.paging import Cursor, Offset, Page, PageRequest, Paging

OFFSET, CURSOR = Offset(10), Cursor(10, "after")


def page(start: int, count: int, total: int | None) -> Page:
    """Some entries, each unlike all others."""
    return Page([{"id": number} for number in range(start, start + count)], total, more=True)


def judged(
    sweep: Sweep,
    offset: int,
    received: Page,
    *,
    paging: Paging = OFFSET,
    cursor: str | None = None,
    ordered: bool = False,
    lenient: bool = False,
) -> list[PageRequest] | None:
    ask = PageRequest("list", 3, offset, cursor, attempt=sweep.attempt)
    return sweep.judge(ask, received, paging, ordered=ordered, lenient=lenient)


def read_until(offset: int, total: int) -> Sweep:
    """What is known of a list of that length when the pages before this one were good."""
    sweep = Sweep(3)
    for start in range(0, offset, 10):
        assert judged(sweep, start, page(start, 10, total)) is None
    return sweep


@pytest.mark.parametrize("ordered", [False, True])
def test_a_list_that_stays_as_it_is_is_read_once(ordered: bool) -> None:
    """Every page is good, and nothing is doubtful at the end."""
    sweep = Sweep(3)
    for start, count in ((0, 10), (10, 10), (20, 5)):
        assert judged(sweep, start, page(start, count, 25), ordered=ordered) is None
    assert (sweep.attempt, sweep.total, sweep.changed) == (1, 25, False)


def test_a_list_that_grows_is_read_on() -> None:
    """What came in moved the others down: some are met twice, none is missed."""
    sweep = read_until(20, 40)
    assert judged(sweep, 20, page(19, 10, 41)) is None
    assert (sweep.attempt, sweep.total, sweep.changed) == (1, 41, False)


@pytest.mark.parametrize(("gone", "start"), [(1, 10), (10, 10), (11, 0), (25, 0), (39, 0)])
def test_a_list_that_shrinks_is_read_again_from_before_the_place(gone: int, start: int) -> None:
    """One page back, and as many entries as are gone; pages begin where they always do, up to the new end."""
    sweep = read_until(30, 60)
    again = judged(sweep, 30, page(30 + gone, 10, 60 - gone))
    assert again is not None
    assert [ask.offset for ask in again] == list(range(start, 60 - gone, 10))
    assert {(ask.list_id, ask.list_index, ask.attempt) for ask in again} == {("list", 3, 2)}
    assert [ask.last for ask in again] == [False] * (len(again) - 1) + [True]
    assert (sweep.attempt, sweep.total, sweep.changed) == (2, 60 - gone, False)


@given(st.integers(1, 60), st.integers(1, 40), st.data())
def test_whatever_left_a_list_no_other_entry_is_missed(limit: int, pages: int, data: st.DataObject) -> None:
    """An entry that moved up by as many as are gone stands at or behind the place from which is read again."""
    paging, offset, total = Offset(limit), pages * limit, pages * limit + data.draw(st.integers(1, 200))
    gone = data.draw(st.integers(1, total))
    sweep = Sweep(3, total=total)
    again = sweep.judge(PageRequest("list", 3, offset), Page([], total - gone, more=False), paging, ordered=False)
    assert again is not None
    assert again[0].offset % limit == 0
    assert again[0].offset <= max(0, offset - gone)


@pytest.mark.parametrize("change", [1, -1, -30])
def test_a_list_whose_order_counts_is_read_again_as_a_whole(change: int) -> None:
    """Positions before the change are as wrong as those behind it; the second reading begins with nothing known."""
    sweep = read_until(20, 40)
    again = judged(sweep, 20, page(20, 10, 40 + change), ordered=True)
    assert again is not None
    assert [ask.offset for ask in again] == list(range(0, 40 + change, 10))
    assert {ask.attempt for ask in again} == {2}
    for start in range(0, 40 + change, 10):
        count = min(10, 40 + change - start)
        assert judged(sweep, start, page(start, count, 40 + change), ordered=True) is None
    assert (sweep.attempt, sweep.changed) == (2, False)


def test_what_changed_before_a_reading_began_does_not_count_in_it() -> None:
    """The second reading of a list whose order counts finds another length on its first page: it is the one."""
    sweep = read_until(20, 40)
    assert judged(sweep, 20, page(20, 10, 41), ordered=True) is not None
    for start in range(0, 40, 10):
        assert judged(sweep, start, page(start, 10, 42), ordered=True) is None
    assert (sweep.attempt, sweep.total) == (2, 42)


@pytest.mark.parametrize("ordered", [False, True])
def test_the_third_reading_is_taken_as_it_is(ordered: bool) -> None:
    """A list that does not come to rest is not read for ever: it is complete, and doubtful."""
    sweep, total = Sweep(3, total=60), 60
    for attempt in range(1, MOST_ATTEMPTS):
        assert sweep.attempt == attempt
        total -= 1
        assert judged(sweep, 30, page(30 + attempt, 10, total), ordered=ordered) is not None
        assert judged(sweep, 0, page(0, 10, total), ordered=ordered) is None
        assert not sweep.changed
    assert sweep.attempt == MOST_ATTEMPTS
    assert judged(sweep, 30, page(40, 10, total - 1), ordered=ordered) is None
    assert sweep.changed


def test_what_was_read_before_is_no_repetition_in_the_next_reading() -> None:
    """The pages of the first reading come again, and are good."""
    sweep = read_until(30, 60)
    assert judged(sweep, 30, page(31, 10, 59)) is not None
    for start in (10, 20, 30, 40):
        assert judged(sweep, start, page(start, 10, 59)) is None


@pytest.mark.parametrize(("before", "now"), [(None, 40), (40, None), (None, None)])
def test_a_page_without_a_length_says_nothing_of_a_change(before: int | None, now: int | None) -> None:
    """A length that is not told is not another one, and does not make the known one forgotten."""
    sweep = Sweep(3, total=before)
    assert judged(sweep, 10, page(10, 10, now), ordered=True) is None
    assert sweep.total == (before or now)


@pytest.mark.parametrize("change", [1, -1])
def test_a_change_of_length_means_nothing_to_a_cursor(change: int) -> None:
    """Who comes or goes elsewhere moves nobody behind the cursor."""
    sweep = Sweep(3, total=40)
    received = replace(page(10, 10, 40 + change), cursor="next")
    assert judged(sweep, 10, received, paging=CURSOR, cursor="here") is None
    assert (sweep.attempt, sweep.changed) == (1, False)


def test_a_cursor_that_broke_off_begins_anew() -> None:
    """The entry that it names has left the list, so that an empty page came: twice it is read from the beginning."""
    sweep = Sweep(3)
    for attempt in range(2, MOST_ATTEMPTS + 1):
        assert judged(sweep, 0, replace(page(0, 10, 25), cursor="a"), paging=CURSOR) is None
        assert judged(sweep, 10, page(10, 0, 24), paging=CURSOR, cursor="a") == [
            PageRequest("list", 3, attempt=attempt)
        ]
    with pytest.raises(ProviderUnavailable, match="counts 24 entries and gives 0 from 10 on"):
        judged(sweep, 10, page(10, 0, 24), paging=CURSOR, cursor="a")


def test_a_cursor_that_broke_off_is_noticed_whoever_else_has_left() -> None:
    """The count fell with those who left meanwhile: what it was before tells that entries are still to come."""
    sweep = Sweep(3)
    assert judged(sweep, 0, replace(page(0, 10, 12), cursor="a"), paging=CURSOR) is None
    assert judged(sweep, 10, page(10, 0, 10), paging=CURSOR, cursor="a") == [PageRequest("list", 3, attempt=2)]
    assert judged(sweep, 0, page(2, 10, 10), paging=CURSOR) is None
    assert not sweep.changed


def test_a_short_page_before_a_cursor_is_noticed_at_the_end() -> None:
    """Pages that name the next one may hold any number; only all of them together can be counted."""
    sweep = Sweep(3)
    assert judged(sweep, 0, replace(page(0, 8, 20), cursor="a"), paging=CURSOR) is None
    assert judged(sweep, 8, page(10, 10, 20), paging=CURSOR, cursor="a") == [PageRequest("list", 3, attempt=2)]


def test_a_cursor_that_breaks_off_at_the_end_is_the_end() -> None:
    """Nothing is missing: the empty page is the last one."""
    sweep = Sweep(3)
    assert judged(sweep, 20, page(20, 0, 20), paging=CURSOR, cursor="a") is None
    assert not sweep.short


@pytest.mark.parametrize("paging", [OFFSET, CURSOR], ids=["offset", "cursor"])
def test_a_few_missing_entries_make_a_list_short(paging: Paging) -> None:
    """The provider counts more than it gives: taken as it is, but it cannot show what is gone."""
    sweep = Sweep(3)
    assert judged(sweep, 20, page(20, 4, 25), paging=paging) is None
    assert sweep.short
    assert judged(sweep, 30, page(30, 10, 25), paging=paging) is None
    assert sweep.short


@pytest.mark.parametrize(("ordered", "lenient"), [(False, False), (True, False), (True, True)])
@pytest.mark.parametrize(
    ("offset", "total"),
    [(0, 3), (0, 25), (10, 25), (10, 20)],
    ids=["all of a short list", "a first page", "a page in the middle", "a full last page"],
)
def test_a_page_that_holds_nothing_against_the_count_is_a_failure(
    offset: int, total: int, ordered: bool, lenient: bool
) -> None:
    """An empty answer is not an empty list: it is asked again a little later, whatever else would be believed."""
    with pytest.raises(ProviderUnavailable, match=f"counts {total} entries and gives 0 from {offset} on"):
        judged(Sweep(3), offset, page(offset, 0, total), ordered=ordered, lenient=lenient)


def test_an_empty_list_is_empty() -> None:
    """No entries where none are counted, or no count is given, is no failure."""
    for total in (0, None):
        sweep = Sweep(3)
        assert judged(sweep, 0, page(0, 0, total)) is None
        assert not sweep.short


@pytest.mark.parametrize(
    ("ordered", "lenient", "good"),
    [(False, False, False), (False, True, False), (True, False, False), (True, True, True)],
)
def test_a_page_that_was_there_before_is_believed_where_it_may_be_true(
    ordered: bool, lenient: bool, good: bool
) -> None:
    """A playlist can hold the same fifty twice, and is believed in the end; elsewhere it is the provider's fault."""
    sweep = read_until(20, 40)
    if good:
        assert judged(sweep, 20, page(0, 10, 40), ordered=ordered, lenient=lenient) is None
    else:
        with pytest.raises(ProviderUnavailable, match="one page twice, the second time from 20 on"):
            judged(sweep, 20, page(0, 10, 40), ordered=ordered, lenient=lenient)


def test_pages_are_told_apart_by_all_that_they_hold() -> None:
    """Another value, another order, a text in place of a number: another page; the same JSON once more is the same."""
    first = '[{"id": "a", "n": 1}, {"id": "b", "n": null}]'
    sweep, entries = Sweep(3), json.loads(first)
    held_elsewhere = list(entries)
    assert judged(sweep, 0, Page(entries, None, more=True)) is None
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
        assert judged(sweep, start, received) is None


def test_the_last_good_page_is_known_to_the_next_worker() -> None:
    """The checkpoint carries its fingerprint: whoever goes on there notices when that page is served once more."""
    fingerprint = read_until(20, 40).fingerprint
    assert fingerprint
    resumed = Sweep(3, total=40, fingerprint=fingerprint)
    assert resumed.repeats(page(10, 10, 40))
    assert not resumed.repeats(page(20, 10, 40))
    with pytest.raises(ProviderUnavailable, match="twice"):
        judged(resumed, 20, page(10, 10, 40))
