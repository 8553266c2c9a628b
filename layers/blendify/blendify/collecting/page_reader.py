"""Reading lists page by page: several pages are fetched at once, and handed on strictly in order."""

from collections import deque
from collections.abc import Callable, Generator, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from itertools import islice

from blendify.collecting.page_consistency import Habits, Sweep
from blendify.core.errors import CollectError, Outage, ProviderUnavailable, Refused
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
    habits: Callable[[str], Habits] = lambda _: Habits(),
    side_by_side: int = SIDE_BY_SIDE,
    lenient: bool = False,
) -> Generator[Step, None, None]:
    """
    Every page of every list, in the order of the plan; the requests that a page leads to come right after it.

    More and more pages are fetched at once as long as they are what was to be expected: a count of millions may be
    wrong, and then few calls are in vain.

    ordered    whether positions matter in these lists
    begun      what is known of the list at which an earlier worker stopped
    habits     how the provider miscounted a list before, by its id
    lenient    whether to pass over a failing page, as long as the pages behind it can be read: it has failed for
               several rounds

    A list that fails ends, and the next one begins.

    Raises  what else `fetch` raises; pages that are still being fetched are then awaited and dropped
    """
    plan = deque(_Planned(ask) for ask in asks)
    sweep, lost, at_once = begun or Sweep(-1), 0, 1
    with ThreadPoolExecutor(side_by_side, thread_name_prefix="page") as pool:
        try:
            while plan:
                for planned in islice(plan, at_once):
                    planned.page = planned.page or pool.submit(fetch, planned.ask)
                first = plan.popleft()
                assert first.page is not None  # noqa: S101 -- for the type checker: the loop above has set it
                ask = first.ask
                if sweep.number != ask.list_index:
                    sweep = Sweep(ask.list_index, ask.attempt, habits=habits(ask.list_id))
                try:
                    page = first.page.result()
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
                lost = 0
                if again := sweep.changed_before(ask, page, paging, ordered=ordered):
                    _drop_list(plan, ask)
                    _plan_first(plan, [again])
                    continue
                new = page if not sweep.repeats(page) else replace(page, entries=[])
                after = sweep.take(ask, page, paging, _following(plan, ask))
                at_once = 1 if after.doubtful else min(2 * at_once, side_by_side)
                if after.ends:
                    _drop_list(plan, ask)
                _plan_first(plan, after.requests)
                yield Step(ask, new, _following(plan, ask), sweep)
        finally:
            for planned in plan:
                _drop(planned)


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
