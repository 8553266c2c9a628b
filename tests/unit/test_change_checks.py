"""A glance finds exactly what has changed, or says that it cannot: against lists that are made up and known whole."""

from collections.abc import Sequence
from math import ceil

from hypothesis import given
from hypothesis import strategies as st

from blendify.providers.change_checks import Changes, PageDigest, by_count, newest_first

PAGE = 5


class Provider:
    """Serves one list, and counts how often it is asked."""

    def __init__(self, entries: Sequence[str], *, total: int | None = None, short: int | None = None) -> None:
        self.entries, self.total, self.short = list(entries), total, short
        self.calls = 0

    def look(self, offset: int) -> PageDigest:
        self.calls += 1
        size = PAGE if self.short is None else self.short
        total = len(self.entries) if self.total is None else self.total
        return PageDigest([(one, "same") for one in self.entries[offset : offset + size]], total)


def known(names: Sequence[str]) -> dict[str, str]:
    return dict.fromkeys(names, "same")


def old(count: int) -> list[str]:
    return [f"old {number}" for number in range(count)]


@given(st.integers(0, 80), st.integers(0, 12), st.sets(st.integers(0, 79), max_size=6))
def test_news_and_what_is_gone_are_found_whole(size: int, new: int, gone: set[int]) -> None:
    """Where the glance answers, it answers the list as it is, at no more calls than reading it; else it says so."""
    before = old(size)
    news = [f"new {number}" for number in range(new)]
    now = news + [one for index, one in enumerate(before) if index not in gone]
    provider = Provider(now)
    changes = newest_first(known(before), provider.look, PAGE)
    if changes is not None:
        assert (list(changes.current), list(changes.to_record)) == (now, news)
        assert provider.calls <= max(1, ceil(len(now) / PAGE)) + 1


def test_a_list_that_stays_as_it_is_costs_one_call() -> None:
    """However long it is."""
    provider = Provider(old(1_000))
    assert newest_first(known(old(1_000)), provider.look, PAGE) == Changes([], old(1_000))
    assert provider.calls == 1


def test_one_that_is_gone_is_found_by_halving() -> None:
    """Of 200 pages eight or so are read, not all."""
    before = old(1_000)
    for place in (0, 4, 5, 500, 998, 999):
        provider = Provider(before[:place] + before[place + 1 :])
        changes = newest_first(known(before), provider.look, PAGE)
        assert changes is not None
        assert set(before) - set(changes.current) == {before[place]}
        assert provider.calls <= 10


def test_the_same_record_liked_again_is_new_at_the_top() -> None:
    """The count is as before, the first page is not; its old place is found empty."""
    before = old(100)
    provider = Provider(["old 60, again", *before[:60], *before[61:]])
    changes = newest_first(known(before), provider.look, PAGE)
    assert changes is not None
    assert (list(changes.to_record), set(before) - set(changes.current)) == (["old 60, again"], {"old 60"})


def test_what_is_not_as_it_should_be_is_read_whole() -> None:
    """More entries than came, another order, a count that is not told or too small, pages that are too short."""
    before = old(40)
    assert newest_first(known(before), Provider(before, total=41).look, PAGE) is None
    assert newest_first(known(before), Provider([before[1], before[0], *before[2:]]).look, PAGE) is None
    assert newest_first(known(before), Provider(before, short=3).look, PAGE) is None
    assert newest_first(known(before), lambda _: PageDigest([("old 0", "same")], None), PAGE) is None


def test_many_news_are_better_read_side_by_side() -> None:
    """A listener who imported a library has hundreds: a glance stops after a few pages."""
    provider = Provider([*(f"new {number}" for number in range(500)), *old(10)])
    assert newest_first(known(old(10)), provider.look, PAGE) is None
    assert provider.calls <= 6


def test_changed_fields_that_are_seen_are_recorded() -> None:
    """A track that got another name, on a page that was looked at anyway."""
    before = {**known(old(3)), "old 1": "another"}
    for glance in (newest_first, by_count):
        changes = glance(before, Provider(old(3)).look, PAGE)
        assert changes is not None
        assert list(changes.to_record) == ["old 1"]


def test_a_list_without_order_is_counted() -> None:
    """One more, and it is on the first page; one less, or one that cannot be seen, needs reading."""
    before = old(20)
    assert by_count(known(before), Provider(["new", *before]).look, PAGE) == Changes(["new"], ["new", *before])
    assert by_count(known(before), Provider(before).look, PAGE) == Changes([], before)
    assert by_count(known(before), Provider(before[1:]).look, PAGE) is None
    assert by_count(known(before), Provider([*before, "new"]).look, PAGE) is None
    assert by_count(known(before), Provider(before, total=None, short=2).look, PAGE) is None


def test_behind_a_page_of_news_there_may_be_more() -> None:
    """Five came and one went: the length alone says four, and so does the page."""
    known = {f"old {number}": "" for number in range(13)}
    page = PageDigest([(f"new {number}", "") for number in range(4)], 17)
    assert by_count(known, lambda _: page, 4) is None


def test_a_list_of_one_page_is_seen_whole() -> None:
    """What is gone is known at once; an answer that is shorter than its count is no answer."""
    assert by_count(known(old(4)), Provider(old(4)[1:]).look, PAGE) == Changes([], old(4)[1:])
    assert by_count(known(old(4)), Provider([]).look, PAGE) == Changes([], [])
    assert by_count(known(old(4)), Provider(old(4), short=2).look, PAGE) is None
