"""A change check finds exactly what has changed, or returns None; compared with invented lists."""

from collections.abc import Sequence
from math import ceil

from hypothesis import given
from hypothesis import strategies as st

from blendify.providers.change_checks import Changes, PageDigest, by_count, newest_first

PAGE = 5


class Provider:
    """Serves one list and counts the calls."""

    def __init__(self, entries: Sequence[str], *, total: int | None = None, short: int | None = None) -> None:
        self.entries, self.total, self.short = list(entries), total, short
        self.calls = 0

    def read_page(self, offset: int) -> PageDigest:
        self.calls += 1
        size = PAGE if self.short is None else self.short
        total = len(self.entries) if self.total is None else self.total
        return PageDigest([(entry, "same") for entry in self.entries[offset : offset + size]], total)


def known(names: Sequence[str]) -> dict[str, str]:
    return dict.fromkeys(names, "same")


def old(count: int) -> list[str]:
    return [f"old {number}" for number in range(count)]


@given(st.integers(0, 80), st.integers(0, 12), st.sets(st.integers(0, 79), max_size=6))
def test_additions_and_removals(size: int, new: int, removed: set[int]) -> None:
    """Where the check answers, it gives the list as it is now, in no more calls than one more than reading it takes."""
    before = old(size)
    added = [f"new {number}" for number in range(new)]
    now = added + [entry for index, entry in enumerate(before) if index not in removed]
    provider = Provider(now)
    changes = newest_first(known(before), provider.read_page, PAGE)
    if changes is not None:
        assert (list(changes.current), list(changes.to_record)) == (now, added)
        assert provider.calls <= max(1, ceil(len(now) / PAGE)) + 1


def test_unchanged_list_costs_one_call() -> None:
    """Whatever its length."""
    provider = Provider(old(1_000))
    assert newest_first(known(old(1_000)), provider.read_page, PAGE) == Changes([], old(1_000))
    assert provider.calls == 1


def test_removal_is_found_by_bisection() -> None:
    """About eight of 200 pages are read."""
    before = old(1_000)
    for place in (0, 4, 5, 500, 998, 999):
        provider = Provider(before[:place] + before[place + 1 :])
        changes = newest_first(known(before), provider.read_page, PAGE)
        assert changes is not None
        assert set(before) - set(changes.current) == {before[place]}
        assert provider.calls <= 10


def test_record_liked_again_is_new_at_the_top() -> None:
    """The length is the same; the first page is not, and the old entry is found removed."""
    before = old(100)
    provider = Provider(["old 60, again", *before[:60], *before[61:]])
    changes = newest_first(known(before), provider.read_page, PAGE)
    assert changes is not None
    assert (list(changes.to_record), set(before) - set(changes.current)) == (["old 60, again"], {"old 60"})


def test_inconsistent_responses_require_a_full_read() -> None:
    """A total above the entries, another order, short pages, no total."""
    before = old(40)
    assert newest_first(known(before), Provider(before, total=41).read_page, PAGE) is None
    assert newest_first(known(before), Provider([before[1], before[0], *before[2:]]).read_page, PAGE) is None
    assert newest_first(known(before), Provider(before, short=3).read_page, PAGE) is None
    assert newest_first(known(before), lambda _: PageDigest([("old 0", "same")], None), PAGE) is None


def test_many_additions_require_a_full_read() -> None:
    """An imported library adds hundreds: after a few pages of additions a concurrent read is faster."""
    provider = Provider([*(f"new {number}" for number in range(500)), *old(10)])
    assert newest_first(known(old(10)), provider.read_page, PAGE) is None
    assert provider.calls <= 6


def test_changed_fields_on_a_read_page_are_recorded() -> None:
    """A track got another name, on a page that the check reads."""
    before = {**known(old(3)), "old 1": "another"}
    for check in (newest_first, by_count):
        changes = check(before, Provider(old(3)).read_page, PAGE)
        assert changes is not None
        assert list(changes.to_record) == ["old 1"]


def test_list_without_an_order() -> None:
    """An addition on the first page is found; a removal, or an addition behind it, requires a full read."""
    before = old(20)
    assert by_count(known(before), Provider(["new", *before]).read_page, PAGE) == Changes(["new"], ["new", *before])
    assert by_count(known(before), Provider(before).read_page, PAGE) == Changes([], before)
    assert by_count(known(before), Provider(before[1:]).read_page, PAGE) is None
    assert by_count(known(before), Provider([*before, "new"]).read_page, PAGE) is None
    assert by_count(known(before), Provider(before, total=None, short=2).read_page, PAGE) is None


def test_first_page_of_only_additions_requires_a_full_read() -> None:
    """Five were added and one removed: both the total and the page show four."""
    known = {f"old {number}": "" for number in range(13)}
    page = PageDigest([(f"new {number}", "") for number in range(4)], 17)
    assert by_count(known, lambda _: page, 4) is None


def test_list_of_one_page_is_compared_whole() -> None:
    """Removals are found too; a page shorter than its total is no basis."""
    assert by_count(known(old(4)), Provider(old(4)[1:]).read_page, PAGE) == Changes([], old(4)[1:])
    assert by_count(known(old(4)), Provider([]).read_page, PAGE) == Changes([], [])
    assert by_count(known(old(4)), Provider(old(4), short=2).read_page, PAGE) is None
