"""A change check finds exactly what has changed, or returns None; compared with invented lists."""

from collections.abc import Sequence
from math import ceil

from hypothesis import given
from hypothesis import strategies as st

from blendify.providers.change_checks import Changes, Count, PageDigest, by_count, by_other_count, newest_first

PAGE = 5
COUNT = Count(PAGE)


class Provider:
    """Serves one list and counts the calls."""

    def __init__(self, entries: Sequence[str], *, total: int | None = None, short: int | None = None) -> None:
        self.entries, self.total, self.short, self.uncounted = list(entries), total, short, False
        self.calls = 0

    def read_page(self, offset: int) -> PageDigest:
        self.calls += 1
        size = PAGE if self.short is None else self.short
        total = None if self.uncounted else len(self.entries) if self.total is None else self.total
        entries = self.entries[offset : offset + size]
        return PageDigest([(entry, "same") for entry in entries], total, more=offset + size < len(self.entries))


def known(names: Sequence[str]) -> dict[str, str]:
    return dict.fromkeys(names, "same")


def old(count: int) -> list[str]:
    return [f"old {number}" for number in range(count)]


@given(st.integers(0, 80), st.integers(0, 12), st.sets(st.integers(0, 79), max_size=6))
def test_additions_and_removals(size: int, new: int, removed: set[int]) -> None:
    """Where the check answers, it gives the list as it is now, in at most two calls more than reading it takes."""
    before = old(size)
    added = [f"new {number}" for number in range(new)]
    now = added + [entry for index, entry in enumerate(before) if index not in removed]
    provider = Provider(now)
    changes = newest_first(known(before), provider.read_page, COUNT)
    if changes is not None:
        assert (list(changes.current), list(changes.to_record)) == (now, added)
        assert provider.calls <= max(1, ceil(len(now) / PAGE)) + 2


@given(st.integers(1, 12), st.integers(1, 30), st.integers(0, 4))
def test_a_count_that_ends_at_a_full_page_hides_no_entry(pages: int, behind: int, new: int) -> None:
    """Nothing is called removed that stands behind that page: the list is read whole."""
    before = old(PAGE * pages + behind)
    provider = Provider([*(f"new {number}" for number in range(new)), *before], total=PAGE * pages)
    for check in (newest_first, by_count):
        assert check(known(before), provider.read_page, COUNT) is None


@given(st.integers(0, 60), st.integers(0, 4), st.sets(st.integers(0, 59), max_size=2), st.integers(1, 3))
def test_a_count_that_lags_behind_hides_no_entry(size: int, new: int, removed: set[int], less: int) -> None:
    """Likes are given and not counted yet. Then the oldest are beyond the count, and not gone."""
    before = old(size)
    now = [f"new {number}" for number in range(new)]
    now += [entry for index, entry in enumerate(before) if index not in removed]
    for check in (newest_first, by_count):
        changes = check(known(before), Provider(now, total=max(0, len(now) - less)).read_page, COUNT)
        assert changes is None or changes.current == now


def test_unchanged_list_costs_one_call() -> None:
    """Whatever its length."""
    provider = Provider(old(1_000))
    assert newest_first(known(old(1_000)), provider.read_page, COUNT) == Changes([], old(1_000))
    assert provider.calls == 1


def test_removal_is_found_by_bisection() -> None:
    """About eight of 200 pages are read."""
    before = old(1_000)
    for place in (0, 4, 5, 500, 998, 999):
        provider = Provider(before[:place] + before[place + 1 :])
        changes = newest_first(known(before), provider.read_page, COUNT)
        assert changes is not None
        assert set(before) - set(changes.current) == {before[place]}
        assert provider.calls <= 10


def test_record_liked_again_is_new_at_the_top() -> None:
    """The length is the same; the first page is not, and the old entry is found removed."""
    before = old(100)
    provider = Provider(["old 60, again", *before[:60], *before[61:]])
    changes = newest_first(known(before), provider.read_page, COUNT)
    assert changes is not None
    assert (list(changes.to_record), set(before) - set(changes.current)) == (["old 60, again"], {"old 60"})


def test_inconsistent_responses_require_a_full_read() -> None:
    """A total above the entries, another order, short pages."""
    before = old(40)
    assert newest_first(known(before), Provider(before, total=41).read_page, COUNT) is None
    assert newest_first(known(before), Provider([before[1], before[0], *before[2:]]).read_page, COUNT) is None
    assert newest_first(known(before), Provider(before, short=3).read_page, COUNT) is None


def test_many_additions_require_a_full_read() -> None:
    """An imported library adds hundreds: after a few pages of additions a concurrent read is faster."""
    provider = Provider([*(f"new {number}" for number in range(500)), *old(10)])
    assert newest_first(known(old(10)), provider.read_page, COUNT) is None
    assert provider.calls <= 6


def test_changed_fields_on_a_read_page_are_recorded() -> None:
    """A track got another name, on a page that the check reads."""
    before = {**known(old(3)), "old 1": "another"}
    for check in (newest_first, by_count):
        changes = check(before, Provider(old(3)).read_page, COUNT)
        assert changes is not None
        assert list(changes.to_record) == ["old 1"]


def test_list_without_an_order() -> None:
    """An addition on the first page is found; a removal, or an addition behind it, requires a full read."""
    before = old(20)
    assert by_count(known(before), Provider(["new", *before]).read_page, COUNT) == Changes(["new"], ["new", *before])
    assert by_count(known(before), Provider(before).read_page, COUNT) == Changes([], before)
    assert by_count(known(before), Provider(before[1:]).read_page, COUNT) is None
    assert by_count(known(before), Provider([*before, "new"]).read_page, COUNT) is None
    assert by_count(known(before), Provider(before, total=None, short=2).read_page, COUNT) is None


def test_what_left_the_first_page_was_replaced_behind_it() -> None:
    """The count is as before, and all of the first page is known: the list is read. What came in there is in front."""
    before = old(20)
    replaced = Provider([*before[:2], *before[3:], "new"])
    assert by_count(known(before), replaced.read_page, COUNT) is None
    added = [before[0], "new", *before[1:]]
    changes = by_count(known(before), Provider(added).read_page, COUNT)
    assert changes is not None
    assert by_count(known(changes.current), Provider(added).read_page, COUNT) == Changes([], changes.current)


def test_a_page_that_more_follow_is_not_the_list() -> None:
    """The other count was too high when the list was last read, and now it fits the first page."""
    before = old(9)
    provider = Provider(before[:6], total=6)
    count = Count(PAGE, 6 - PAGE)
    assert by_other_count(known(before[2:]), provider.read_page, count) is None


def test_first_page_of_only_additions_requires_a_full_read() -> None:
    """Five were added and one removed: both the total and the page show four."""
    known = {f"old {number}": "" for number in range(13)}
    page = PageDigest([(f"new {number}", "") for number in range(4)], 17)
    assert by_count(known, lambda _: page, Count(4)) is None


def test_list_of_one_page_is_compared_whole() -> None:
    """Removals are found too; a page shorter than its total is no basis."""
    assert by_count(known(old(4)), Provider(old(4)[1:]).read_page, COUNT) == Changes([], old(4)[1:])
    assert by_count(known(old(4)), Provider([]).read_page, COUNT) == Changes([], [])
    assert by_count(known(old(4)), Provider(old(4), short=2).read_page, COUNT) is None


def test_what_comes_twice_may_hide_what_is_missing() -> None:
    """Also where the count is too high as usual: the list is read. Where nothing is missing, nothing is hidden."""
    before, usual = old(4), Count(PAGE, shortfall=1)
    for check in (by_count, by_other_count):
        assert check(known(before), Provider(["new", "new", *before[1:]]).read_page, usual) is None
        assert check(known(before), Provider([before[0], *before]).read_page, usual) == Changes([], before)


@given(st.integers(0, 40), st.integers(0, 3), st.sets(st.integers(0, 39), max_size=2), st.integers(-3, 3))
def test_a_usual_miscount_is_as_good_as_a_true_count(size: int, new: int, removed: set[int], off: int) -> None:
    """The same calls, and the same result."""
    before, added = old(size), [f"new {number}" for number in range(new)]
    now = added + [entry for index, entry in enumerate(before) if index not in removed]
    for check in (newest_first, by_count):
        true, wrong = Provider(now), Provider(now, total=len(now) + off)
        expected = check(known(before), true.read_page, COUNT)
        assert check(known(before), wrong.read_page, Count(PAGE, shortfall=off)) == expected
        assert wrong.calls == true.calls


@given(st.integers(0, 40), st.integers(0, 3), st.booleans())
def test_where_the_count_tells_nothing_the_end_of_the_list_does(size: int, new: int, numbered: bool) -> None:
    """
    One call more, or two where pages have numbers; the count is missing, or was off for the first time in the sync
    before.
    """
    before, added = old(size), [f"new {number}" for number in range(new)]
    uncounted, doubted = Provider(added + before), Provider(added + before, total=size + new + 1)
    uncounted.uncounted = True
    for provider, count in (
        (uncounted, Count(PAGE, numbered=numbered)),
        (doubted, Count(PAGE, shortfall=1, usual=False, numbered=numbered)),
    ):
        assert newest_first(known(before), provider.read_page, count) == Changes(added, added + before)
        assert provider.calls <= 2 + numbered


@given(st.integers(6, 40), st.integers(1, 6), st.booleans())
def test_a_list_without_a_count_that_has_lost_its_end_is_read_whole(size: int, gone: int, numbered: bool) -> None:
    """A page behind the end is empty wherever the list ends."""
    now = old(size)[:-gone]
    for check in (newest_first, by_count):
        provider = Provider(now)
        provider.uncounted = True
        changes = check(known(old(size)), provider.read_page, Count(PAGE, numbered=numbered))
        assert changes is None or changes.current == now


def test_a_page_without_a_count_that_is_cut_short_is_not_the_list() -> None:
    """The provider gives fewer entries a page than are asked for, and says that more follow."""
    provider = Provider(old(4), short=3)
    provider.uncounted = True
    for check in (newest_first, by_count):
        assert check(known(old(4)), provider.read_page, COUNT) is None


@given(st.integers(12, 40), st.integers(1, 3), st.booleans())
def test_a_list_that_is_longer_than_its_count_is_read_whole(size: int, more: int, numbered: bool) -> None:
    """What came at the end, or was missing the last time, is on no page that a check reads."""
    provider = Provider([*old(size), *(f"late {number}" for number in range(more))])
    provider.uncounted = True
    assert newest_first(known(old(size)), provider.read_page, Count(PAGE, numbered=numbered)) is None
