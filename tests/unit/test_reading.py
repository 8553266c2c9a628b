"""Pages are read side by side and handed on in order; one closed list costs only itself."""

import threading
import time
from collections.abc import Callable, Generator, Iterable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from blendify.core.errors import CollectError, MustWait, ProviderUnavailable, Unreadable
from blendify.fetching.page_consistency import Habits, Sweep
from blendify.fetching.page_reader import MOST_LOST, SIDE_BY_SIDE, Failed, Lost, PageReader, Step
from blendify.providers.paging import Cursor, Offset, Page, PageRequest, Paging

PAGING = Offset(10)


def plan(*sizes: int) -> Iterator[PageRequest]:
    """The pages of lists whose lengths are known."""
    for number, size in enumerate(sizes):
        for offset in range(0, size, 10):
            yield PageRequest(f"list {number}", number, offset, last=offset + 10 >= size)


def read(
    asks: Iterable[PageRequest],
    fetch: Callable[[PageRequest], Page],
    paging: Paging,
    begun: Sweep | None = None,
    **how: Any,
) -> Generator[Step, None, None]:
    """Every page of these lists."""
    return PageReader(fetch, paging, **how).read(asks, begun)


def page(ask: PageRequest) -> Page:
    return Page([(ask.list_id, ask.offset)], None, more=False)


def places(steps: list[Step]) -> list[tuple[int, int]]:
    return [(step.ask.list_index, step.ask.offset) for step in steps]


def failed(steps: list[Step]) -> list[CollectError]:
    """The errors of the lists that failed."""
    return [step.result.error for step in steps if isinstance(step.result, Failed)]


def collect_until_it_ends(pages: Iterator[Step], steps: list[Step]) -> None:
    """As `extend`, which may drop what came before an exception."""
    for step in pages:
        steps.append(step)  # noqa: PERF402


def test_order_is_kept_although_pages_arrive_out_of_order() -> None:
    """The first page is the slowest: it comes first all the same, with its own entries."""

    def fetch(ask: PageRequest) -> Page:
        time.sleep(0.03 - 0.005 * (ask.offset // 10 % 6))
        return page(ask)

    steps = list(read(plan(70, 30), fetch, PAGING))
    assert places(steps) == [(0, offset) for offset in range(0, 70, 10)] + [(1, 0), (1, 10), (1, 20)]
    assert all(
        isinstance(step.result, Page) and step.result.entries == [(step.ask.list_id, step.ask.offset)] for step in steps
    )


def test_pages_are_read_side_by_side_and_never_too_many() -> None:
    """After a few good pages as many as allowed are under way at once, and not one more."""
    lock, under_way, most = threading.Lock(), 0, 0
    all_at_once = threading.Barrier(SIDE_BY_SIDE)

    def fetch(request: PageRequest) -> Page:
        nonlocal under_way, most
        with lock:
            under_way += 1
            most = max(most, under_way)
        if 30 <= request.offset < 30 + 10 * SIDE_BY_SIDE:
            all_at_once.wait(timeout=60)
        with lock:
            under_way -= 1
        return page(request)

    assert len(list(read(plan(300), fetch, PAGING))) == 30
    assert most == SIDE_BY_SIDE


def test_what_a_page_tells_is_asked_right_after_it() -> None:
    """A list that turns out longer is read to its end before the next list begins."""

    def fetch(ask: PageRequest) -> Page:
        size = 25 if ask.list_index == 0 else 1
        return Page([(ask.list_index, place) for place in range(size)[ask.offset :][:10]], size, more=False)

    assert places(list(read(plan(1, 1), fetch, PAGING))) == [(0, 0), (0, 10), (0, 20), (1, 0)]


def test_what_a_page_tells_is_asked_for_while_it_waits_for_its_turn() -> None:
    """The sixth of eight lists has a second page: it is under way before the lists in front are handed on."""
    long, asked = 5, {offset: threading.Event() for offset in (0, 10)}

    def fetch(ask: PageRequest) -> Page:
        size = 15 if ask.list_index == long else 1
        if ask.list_index == long:
            asked[ask.offset].set()
        return Page([(ask.list_index, place) for place in range(size)[ask.offset :][:10]], size, more=False)

    steps = []
    for step in read(plan(*[1] * 8), fetch, PAGING):
        steps.append(step)
        if (step.ask.list_index, step.ask.offset) == (3, 0):
            # The long list's first page comes while the page in front of it waits for its turn.
            assert asked[0].wait(60)
            time.sleep(0.5)
        if places(steps[-1:]) == [(long, 0)]:
            # Nothing is requested while a page is looked at, so this one was requested before.
            assert asked[10].wait(60)
    assert places(steps) == [*((number, 0) for number in range(long + 1)), (long, 10), (6, 0), (7, 0)]


@pytest.mark.parametrize("error", [Unreadable("closed"), ProviderUnavailable("down")], ids=str)
def test_a_list_that_fails_drops_only_its_own_pages(error: CollectError) -> None:
    """One list that fails or is refused is told once, in its place; the lists around it are whole."""

    def fetch(ask: PageRequest) -> Page:
        if ask.list_index == 1:
            raise error
        return page(ask)

    steps = list(read(plan(20, 50, 20), fetch, PAGING))
    assert places(steps) == [(0, 0), (0, 10), (1, 0), (2, 0), (2, 10)]
    assert failed(steps) == [error]


def test_a_list_that_closes_half_way_keeps_what_came_before() -> None:
    """Pages before the refusal are handed on, later ones of the same list are not."""

    def fetch(ask: PageRequest) -> Page:
        if (ask.list_index, ask.offset) == (0, 20):
            raise Unreadable("gone")
        return page(ask)

    assert places(list(read(plan(50, 10), fetch, PAGING))) == [(0, 0), (0, 10), (0, 20), (1, 0)]


def test_an_exception_ends_it_and_nothing_more_is_started() -> None:
    """After a failure no page is asked that was not under way already."""
    asked: list[int] = []

    def fetch(ask: PageRequest) -> Page:
        asked.append(ask.offset)
        if ask.offset == 10:
            raise MustWait("slow down", datetime.now(UTC))
        return page(ask)

    steps: list[Step] = []
    with pytest.raises(MustWait):
        collect_until_it_ends(read(plan(1000), fetch, PAGING), steps)
    started = len(asked)
    assert places(steps) == [(0, 0)]
    assert started <= SIDE_BY_SIDE + 1
    time.sleep(0.05)
    assert len(asked) == started


def test_whoever_stops_reading_starts_nothing_more() -> None:
    """A collector whose time is up leaves no page behind that is still asked for."""
    asked: list[int] = []

    def fetch(ask: PageRequest) -> Page:
        asked.append(ask.offset)
        return page(ask)

    reading = read(plan(1000), fetch, PAGING)
    next(iter(reading))
    reading.close()
    started = len(asked)
    assert started <= SIDE_BY_SIDE
    time.sleep(0.05)
    assert len(asked) == started


def test_pages_that_go_in_circles_end_a_list_that_cannot_be_trusted() -> None:
    """All that came is handed on. Nobody knows whether it was the end, so the list counts as changed."""
    cursors = iter(["a", "b", "a"])

    def fetch(ask: PageRequest) -> Page:
        return Page([ask.offset], None, more=True, cursor=next(cursors))

    steps = list(read([PageRequest("", 0)], fetch, Cursor(1, "after")))
    assert places(steps) == [(0, 0), (0, 1), (0, 2)]
    assert steps[-1].sweep.changed


def test_a_page_that_fails_is_passed_over_where_that_is_wanted() -> None:
    """It is told in its place, with what the list goes on with; every page behind it is handed on."""

    def fetch(ask: PageRequest) -> Page:
        if (ask.list_index, ask.offset) in {(0, 10), (1, 20)}:
            raise ProviderUnavailable("one page is broken")
        return page(ask)

    steps = list(read(plan(40, 30, 10), fetch, PAGING, lenient=True))
    assert places(steps) == [(0, 0), (0, 10), (0, 20), (0, 30), (1, 0), (1, 10), (1, 20), (2, 0)]
    lost = [step for step in steps if step.result == Lost("one page is broken")]
    assert [(step.ask.offset, step.following and step.following.offset) for step in lost] == [(10, 20)]
    assert sum(isinstance(step.result, Page) for step in steps) == 6
    assert len(failed(steps)) == 1


@pytest.mark.parametrize("broken", [MOST_LOST, MOST_LOST + 1])
def test_many_failing_pages_in_a_row_are_the_provider(broken: int) -> None:
    """Two are passed over; with a third the list has failed, and what lies behind is left for later."""

    def fetch(ask: PageRequest) -> Page:
        if 10 <= ask.offset <= 10 * broken:
            raise ProviderUnavailable("down")
        return page(ask)

    steps = list(read(plan(60), fetch, PAGING, lenient=True))
    if broken == MOST_LOST:
        assert places(steps) == [(0, offset) for offset in range(0, 60, 10)]
    else:
        assert places(steps) == [(0, 0), (0, 10), (0, 20), (0, 30)]
    assert len(failed(steps)) == (broken > MOST_LOST)


def test_failing_pages_with_good_ones_between_are_no_row() -> None:
    """Each page that comes shows that the provider is there."""

    def fetch(ask: PageRequest) -> Page:
        if ask.offset % 20 == 10:
            raise ProviderUnavailable("every second page")
        return page(ask)

    steps = list(read(plan(90), fetch, PAGING, lenient=True))
    assert [step.ask.offset for step in steps if isinstance(step.result, Lost)] == [10, 30, 50, 70]


@pytest.mark.parametrize(("size", "last"), [(30, 20), (5, 0)], ids=["last page", "only page"])
def test_a_last_page_that_fails_is_not_passed_over(size: int, last: int) -> None:
    """Nothing behind it shows that the provider gives anything at all."""

    def fetch(ask: PageRequest) -> Page:
        if ask.offset == last:
            raise ProviderUnavailable("down")
        return page(ask)

    steps = list(read(plan(size), fetch, PAGING, lenient=True))
    assert not [step for step in steps if isinstance(step.result, Lost)]
    assert [str(error) for error in failed(steps)] == ["down"]


def test_after_a_change_no_page_of_the_first_reading_is_handed_on() -> None:
    """Pages that were asked for before the list changed show it as it was: they are dropped, and asked again."""
    prefetched = threading.Barrier(2)

    def fetch(ask: PageRequest) -> Page:
        if ask.attempt == 1 and 0 < ask.offset < 30:
            prefetched.wait(timeout=60)
        total = 40 if (ask.attempt, ask.offset) == (1, 0) else 41
        count = min(10, total - ask.offset)
        return Page([(ask.attempt, ask.offset, number) for number in range(count)], total, more=False)

    steps = list(read(plan(40), fetch, PAGING, ordered=True))
    assert [(step.ask.attempt, step.ask.offset) for step in steps] == [(1, 0)] + [(2, at) for at in range(0, 50, 10)]
    for step in steps:
        assert isinstance(step.result, Page)
        assert {entry[:2] for entry in step.result.entries} == {(step.ask.attempt, step.ask.offset)}
    assert steps[-1].following is None
    assert (steps[-1].sweep.attempt, steps[-1].sweep.total) == (2, 41)


def test_a_page_that_is_served_twice_is_asked_once_more() -> None:
    """A cache answered with the page before: the second answer is the right one, and costs one call."""
    asked: list[int] = []

    def fetch(ask: PageRequest) -> Page:
        asked.append(ask.offset)
        start = 0 if ask.offset == 10 and asked.count(10) == 1 else ask.offset
        return Page(list(range(start, start + 10)), 40, more=False)

    steps = list(read(plan(40), fetch, PAGING))
    pages = [step.result for step in steps if isinstance(step.result, Page)]
    assert [entry for page in pages for entry in page.entries] == list(range(40))
    assert sorted(asked) == [0, 10, 10, 20, 30]


def test_a_list_whose_pages_are_all_the_same_ends() -> None:
    """Each is asked for once more or stands behind one that brought nothing: what came is the list, each entry once."""
    asked: list[int] = []

    def fetch(ask: PageRequest) -> Page:
        asked.append(ask.offset)
        return Page(list(range(10)), 2_000_000, more=True)

    steps = list(read(plan(10), fetch, PAGING))
    pages = [step.result for step in steps if isinstance(step.result, Page)]
    assert [entry for page in pages for entry in page.entries] == list(range(10))
    assert sorted(asked)[:3] == [0, 10, 10]
    assert len(asked) <= 5


@pytest.mark.parametrize(("size", "calls"), [(5, 3), (55, 9), (0, 2)])
def test_an_empty_page_ends_a_list_that_is_counted_in_millions(size: int, calls: int) -> None:
    """The fewer good pages came before, the fewer calls are made in vain."""
    asked: list[int] = []

    def fetch(ask: PageRequest) -> Page:
        asked.append(ask.offset)
        return Page(list(range(size))[ask.offset :][: ask.size or 10], 2_000_000, more=False)

    steps = list(read(plan(10), fetch, PAGING))
    pages = [step.result for step in steps if isinstance(step.result, Page)]
    assert [entry for page in pages for entry in page.entries] == list(range(size))
    assert steps[-1].following is None
    assert len(asked) <= calls + SIDE_BY_SIDE * (size > 10)


def test_what_a_short_page_lacks_comes_before_the_next_page() -> None:
    """A page of ten that holds seven is followed by the three that were missing, in their order."""

    def fetch(ask: PageRequest) -> Page:
        end = min(ask.offset + (ask.size or 10), 25, 7 if ask.offset == 0 else 25)
        return Page(list(range(ask.offset, end)), 25, more=False)

    steps = list(read(plan(10), fetch, PAGING, ordered=True))
    pages = [step.result for step in steps if isinstance(step.result, Page)]
    assert [entry for page in pages for entry in page.entries] == list(range(25))
    assert places(steps) == [(0, 0), (0, 7), (0, 10), (0, 20)]


def test_a_usual_shortfall_costs_no_call() -> None:
    """The list is counted one too long in every sync: nobody asks for the missing entry any more."""

    def fetch(ask: PageRequest) -> Page:
        return Page(list(range(ask.offset, min(ask.offset + 10, 24))), 25, more=False)

    usual = list(read(plan(10), fetch, PAGING, habits=lambda _: Habits(shortfall=1)))
    assert places(usual) == [(0, 0), (0, 10), (0, 20)]
    assert len(list(read(plan(10), fetch, PAGING))) == 4


def test_a_page_that_comes_again_beyond_the_end_ends_the_list() -> None:
    """Some providers serve their last page for ever: its entries are handed on once, and the next list begins."""

    def fetch(ask: PageRequest) -> Page:
        start = min(ask.offset, 10)
        return Page([(ask.list_index, entry) for entry in range(start, start + 10)], 20, more=True)

    steps = list(read(plan(20, 20), fetch, PAGING))
    assert {place for place in places(steps) if place[1] < 20} == {(0, 0), (0, 10), (1, 0), (1, 10)}
    held = [entry for step in steps if isinstance(step.result, Page) for entry in step.result.entries]
    assert held == [(number, entry) for number in (0, 1) for entry in range(20)]


def test_what_was_known_of_a_list_is_known_where_it_is_gone_on_with() -> None:
    """Length and last page come from the worker before: a list that changed meanwhile is read again."""

    def fetch(ask: PageRequest) -> Page:
        return Page([(ask.offset, number) for number in range(10)], 50, more=False)

    steps = list(read([PageRequest("list 0", 0, 20)], fetch, PAGING, ordered=True, begun=Sweep(0, total=60)))
    assert [(step.ask.attempt, step.ask.offset) for step in steps] == [(2, at) for at in range(0, 50, 10)]
