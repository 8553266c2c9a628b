"""Reading lists page by page: several pages under way at once, handed on strictly in order."""

from collections import deque
from collections.abc import Callable, Generator, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from itertools import islice

from blendify.collecting.page_consistency import Sweep
from blendify.core.errors import EndlessList, ProviderUnavailable, Unreadable
from blendify.providers.paging import Page, PageRequest, Paging

SIDE_BY_SIDE = 8
"""Most pages of one collector under way at once: also the bound of its memory."""
MOST_LOST = 2
"""Pages in a row that are passed over; when still another fails it is not the pages but the provider."""


@dataclass
class _Planned:
    ask: PageRequest
    page: "Future[Page] | None" = None


@dataclass(frozen=True)
class Closed:
    """A list that cannot be read, in place of its pages."""

    why: str


@dataclass(frozen=True)
class Lost:
    """A page that the provider fails to give while it gives others."""

    why: str


@dataclass(frozen=True)
class Step:
    """What came of one ask."""

    ask: PageRequest
    found: Page | Closed | Lost
    following: PageRequest | None
    """The next page of the same list; None when the list ends here."""
    sweep: Sweep
    """What is known of the list so far."""


def read(
    asks: Iterable[PageRequest],
    fetch: Callable[[PageRequest], Page],
    paging: Paging,
    *,
    ordered: bool = False,
    begun: Sweep | None = None,
    side_by_side: int = SIDE_BY_SIDE,
    lenient: bool = False,
) -> Generator[Step, None, None]:
    """
    Every page of every list, in the order of the plan; what a page tells of the rest of its list is asked right after.

    ordered    whether positions are what counts in these lists
    begun      what was known of the list at which a worker before stopped
    lenient    whether a page that fails is passed over, as long as those behind it can be read, and what looks wrong
               is believed: it has looked so for several rounds

    Raises  what `fetch` raises; pages that were under way are then awaited and dropped
    """
    plan = deque(_Planned(ask) for ask in asks)
    sweep, lost = begun or Sweep(-1), 0
    with ThreadPoolExecutor(side_by_side, thread_name_prefix="page") as pool:
        try:
            while plan:
                for planned in islice(plan, side_by_side):
                    planned.page = planned.page or pool.submit(fetch, planned.ask)
                first = plan.popleft()
                assert first.page is not None  # noqa: S101 -- for the type checker: the loop above has set it
                ask = first.ask
                if sweep.number != ask.list_index:
                    sweep = Sweep(ask.list_index, ask.attempt)
                try:
                    page = _confirmed(ask, first.page.result(), fetch, sweep)
                    again = sweep.judge(ask, page, paging, ordered=ordered, lenient=lenient)
                except Unreadable as error:
                    _drop_list(plan, ask)
                    yield Step(ask, Closed(str(error)), None, sweep)
                    continue
                except ProviderUnavailable as error:
                    lost += 1
                    if not lenient or not plan or lost > MOST_LOST:
                        raise
                    yield Step(ask, Lost(str(error)), _following(plan, ask), sweep)
                    continue
                if again is not None:
                    _drop_list(plan, ask)
                    _plan_first(plan, again)
                    continue
                lost = 0
                try:
                    _plan_first(plan, paging.next_requests(ask, page))
                except EndlessList:
                    sweep.changed = True
                    yield Step(ask, page, None, sweep)
                    raise
                yield Step(ask, page, _following(plan, ask), sweep)
        finally:
            for planned in plan:
                _drop(planned)


def _confirmed(ask: PageRequest, page: Page, fetch: Callable[[PageRequest], Page], sweep: Sweep) -> Page:
    """The page; one that was served before already is asked once more, as a cache may have answered."""
    if not sweep.repeats(page):
        return page
    page = fetch(ask)
    if sweep.repeats(page) and ask.offset >= (sweep.total or 0):
        # Beyond the end some providers serve the last page for ever.
        return Page([], page.total, more=False)
    return page


def _plan_first(plan: "deque[_Planned]", asks: list[PageRequest]) -> None:
    plan.extendleft(_Planned(one) for one in reversed(asks))


def _following(plan: "deque[_Planned]", ask: PageRequest) -> PageRequest | None:
    return plan[0].ask if plan and plan[0].ask.list_index == ask.list_index else None


def _drop_list(plan: "deque[_Planned]", ask: PageRequest) -> None:
    while _following(plan, ask):
        _drop(plan.popleft())


def _drop(planned: _Planned) -> None:
    if planned.page:
        planned.page.cancel()
