"""Reading lists page by page: several pages are fetched at once, and handed on strictly in order."""

from collections import deque
from collections.abc import Callable, Generator, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from itertools import islice

from blendify.collecting.page_consistency import Sweep
from blendify.core.errors import CollectError, EndlessList, Outage, ProviderUnavailable, Refused
from blendify.providers.paging import Page, PageRequest, Paging

SIDE_BY_SIDE = 8
"""Most pages that one collector fetches at once: also the bound of its memory."""
MOST_LOST = 2
"""Most consecutive pages that are passed over; if another one fails, the list is failing."""


@dataclass
class _Planned:
    ask: PageRequest
    page: "Future[Page] | None" = None


@dataclass(frozen=True)
class Failed:
    """A list that fails, or that the provider refuses, in place of the rest of its pages."""

    error: CollectError


@dataclass(frozen=True)
class Lost:
    """A page that the provider fails to give while it gives others."""

    why: str


@dataclass(frozen=True)
class Step:
    """The result of one request."""

    ask: PageRequest
    result: Page | Failed | Lost
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
    Every page of every list, in the order of the plan; the requests that a page leads to come right after it.

    ordered    whether positions matter in these lists
    begun      what is known of the list at which an earlier worker stopped
    lenient    whether to pass over a failing page, as long as the pages behind it can be read, and to accept what looks
               wrong: it has looked so for several rounds

    A list that fails ends, and the next one begins.

    Raises  what else `fetch` raises; pages that are still being fetched are then awaited and dropped
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
                except Outage:
                    raise
                except (ProviderUnavailable, Refused) as error:
                    lost += 1
                    if lenient and lost <= MOST_LOST and (following := _following(plan, ask)):
                        yield Step(ask, Lost(str(error)), following, sweep)
                        continue
                    _drop_list(plan, ask)
                    yield Step(ask, Failed(error), None, sweep)
                    lost = 0
                    continue
                if again is not None:
                    _drop_list(plan, ask)
                    _plan_first(plan, again)
                    continue
                lost = 0
                try:
                    _plan_first(plan, paging.next_requests(ask, page))
                except EndlessList as error:
                    sweep.changed = True
                    yield Step(ask, page, None, sweep)
                    yield Step(ask, Failed(error), None, sweep)
                    continue
                yield Step(ask, page, _following(plan, ask), sweep)
        finally:
            for planned in plan:
                _drop(planned)


def _confirmed(ask: PageRequest, page: Page, fetch: Callable[[PageRequest], Page], sweep: Sweep) -> Page:
    """The page; if it repeats an earlier one it is asked once more, because a cache may have answered."""
    if not sweep.repeats(page):
        return page
    page = fetch(ask)
    if sweep.repeats(page) and ask.offset >= (sweep.total or 0):
        # Some providers serve the last page for ever beyond the end.
        return Page([], page.total, more=False)
    return page


def _plan_first(plan: "deque[_Planned]", asks: list[PageRequest]) -> None:
    plan.extendleft(_Planned(ask) for ask in reversed(asks))


def _following(plan: "deque[_Planned]", ask: PageRequest) -> PageRequest | None:
    return plan[0].ask if plan and plan[0].ask.list_index == ask.list_index else None


def _drop_list(plan: "deque[_Planned]", ask: PageRequest) -> None:
    while _following(plan, ask):
        _drop(plan.popleft())


def _drop(planned: _Planned) -> None:
    if planned.page:
        planned.page.cancel()
