"""Pages are read side by side and handed on in order; one closed list costs only itself."""

import threading
import time
from collections.abc import Iterator

import pytest

from blendify.errors import EndlessList, ProviderUnavailable, Unreadable
from blendify.paging import Ask, Cursor, Offset, Page
from blendify.reading import SIDE_BY_SIDE, Closed, Step, read

PAGING = Offset(10)


def plan(*sizes: int) -> Iterator[Ask]:
    """The pages of lists whose lengths are known."""
    for number, size in enumerate(sizes):
        yield from PAGING.first(Ask(f"list {number}", number), size)


def page(ask: Ask) -> Page:
    return Page([(ask.list_id, ask.offset)], None, more=False)


def places(found: list[Step]) -> list[tuple[int, int]]:
    return [(step.ask.number, step.ask.offset) for step in found]


def collect_until_it_ends(pages: Iterator[Step], found: list[Step]) -> None:
    """As `extend`, which may drop what came before an exception."""
    for one in pages:
        found.append(one)  # noqa: PERF402


def test_order_is_kept_although_pages_arrive_out_of_order() -> None:
    """The first page is the slowest: it comes first all the same, with its own entries."""

    def fetch(ask: Ask) -> Page:
        time.sleep(0.03 - 0.005 * (ask.offset // 10 % 6))
        return page(ask)

    found = list(read(plan(70, 30), fetch, PAGING))
    assert places(found) == [(0, offset) for offset in range(0, 70, 10)] + [(1, 0), (1, 10), (1, 20)]
    assert all(
        isinstance(one.found, Page) and one.found.entries == [(one.ask.list_id, one.ask.offset)] for one in found
    )


def test_pages_are_read_side_by_side_and_never_too_many() -> None:
    """As many pages as allowed are under way at once, and not one more."""
    lock, under_way, most = threading.Lock(), 0, 0

    def fetch(ask: Ask) -> Page:
        nonlocal under_way, most
        with lock:
            under_way += 1
            most = max(most, under_way)
        time.sleep(0.01)
        with lock:
            under_way -= 1
        return page(ask)

    assert len(list(read(plan(300), fetch, PAGING))) == 30
    assert most == SIDE_BY_SIDE


def test_what_a_page_tells_is_asked_right_after_it() -> None:
    """A list that turns out longer is read to its end before the next list begins."""

    def fetch(ask: Ask) -> Page:
        return Page([f"entry {ask.number} {ask.offset}"], 25 if ask.number == 0 else 1, more=False)

    assert places(list(read(plan(1, 1), fetch, PAGING))) == [(0, 0), (0, 10), (0, 20), (1, 0)]


def test_a_closed_list_drops_only_its_own_pages() -> None:
    """One unreadable list is told once, in its place; the lists around it are whole."""

    def fetch(ask: Ask) -> Page:
        if ask.number == 1:
            raise Unreadable("closed")
        return page(ask)

    found = list(read(plan(20, 50, 20), fetch, PAGING))
    assert places(found) == [(0, 0), (0, 10), (1, 0), (2, 0), (2, 10)]
    assert [one.found for one in found if isinstance(one.found, Closed)] == [Closed("closed")]


def test_a_list_that_closes_half_way_keeps_what_came_before() -> None:
    """Pages before the refusal are handed on, later ones of the same list are not."""

    def fetch(ask: Ask) -> Page:
        if (ask.number, ask.offset) == (0, 20):
            raise Unreadable("gone")
        return page(ask)

    assert places(list(read(plan(50, 10), fetch, PAGING))) == [(0, 0), (0, 10), (0, 20), (1, 0)]


def test_an_exception_ends_it_and_nothing_more_is_started() -> None:
    """After a failure no page is asked that was not under way already."""
    asked: list[int] = []

    def fetch(ask: Ask) -> Page:
        asked.append(ask.offset)
        if ask.offset == 10:
            raise ProviderUnavailable("down")
        return page(ask)

    found: list[Step] = []
    with pytest.raises(ProviderUnavailable):
        collect_until_it_ends(read(plan(1000), fetch, PAGING), found)
    started = len(asked)
    assert places(found) == [(0, 0)]
    assert started <= SIDE_BY_SIDE + 1
    time.sleep(0.05)
    assert len(asked) == started


def test_whoever_stops_reading_starts_nothing_more() -> None:
    """A collector whose time is up leaves no page behind that is still asked for."""
    asked: list[int] = []

    def fetch(ask: Ask) -> Page:
        asked.append(ask.offset)
        return page(ask)

    reading = read(plan(1000), fetch, PAGING)
    next(iter(reading))
    reading.close()  # type: ignore[attr-defined]
    started = len(asked)
    assert started <= SIDE_BY_SIDE
    time.sleep(0.05)
    assert len(asked) == started


def test_pages_that_go_in_circles_hand_on_the_last_good_one() -> None:
    """The page whose cursor repeats is handed on before the error, as its entries are real."""
    cursors = iter(["a", "b", "a"])
    found: list[Step] = []

    def fetch(ask: Ask) -> Page:
        return Page([ask.offset], None, more=True, cursor=next(cursors))

    pages = read([Ask("", 0)], fetch, Cursor(1, "after"))
    with pytest.raises(EndlessList):
        collect_until_it_ends(pages, found)
    assert places(found) == [(0, 0), (0, 1), (0, 2)]
