"""Reading lists page by page: several pages are fetched at once, and handed on strictly in order."""

from collections import deque
from collections.abc import Callable, Generator, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from itertools import islice

from blendify.core.errors import CollectError, Outage, ProviderUnavailable, Refused
from blendify.fetching.page_consistency import Habits, Sweep
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
    more: bool = False
    """Whether it is a further part of a page that was lost before."""


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
    otherwise: Callable[[PageRequest, Page | None], list[PageRequest]] = lambda *_: [],
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

    otherwise  what to ask for instead of a page at which the provider fails, given the page before it

    A list that fails ends, and the next one begins.

    Raises  what else `fetch` raises; pages that are still being fetched are then awaited and dropped
    """
    plan = deque(_Planned(ask) for ask in asks)
    sweep, lost, at_once = begun or Sweep(-1), 0, 1
    parts = _Parts(otherwise)
    with ThreadPoolExecutor(side_by_side, thread_name_prefix="page") as pool:
        early = _Early(lambda request: pool.submit(fetch, request), paging, habits)
        try:
            while plan:
                for planned in islice(plan, at_once):
                    planned.page = planned.page or early.take(planned.ask)
                early.ask(islice(plan, 1, at_once), at_once - 1)
                first = plan.popleft()
                assert first.page is not None  # noqa: S101 -- for the type checker: the loop above has set it
                ask = first.ask
                early.drop(ask.list_index)
                if sweep.number != ask.list_index:
                    sweep = Sweep(ask.list_index, habits(ask.list_id), attempt=ask.attempt)
                    parts = _Parts(otherwise)
                try:
                    page = first.page.result()
                except Outage:
                    raise
                except (ProviderUnavailable, Refused) as error:
                    if others := parts.instead(ask, error, sweep.total):
                        _plan_first(plan, others)
                        at_once = 1
                        continue
                    more = parts.lose(ask, plan)
                    lost += not more
                    known = ask.offset > 0 or parts.before is not None
                    passed_over = Lost(str(error), more) if lenient and known and lost <= MOST_LOST else None
                    step = _without_page(plan, ask, error, sweep, passed_over)
                    lost = lost if isinstance(step.result, Lost) else 0
                    yield step
                    continue
                lost = 0
                if again := sweep.changed_before(ask, page, paging, ordered=ordered):
                    _drop_list(plan, ask)
                    _plan_first(plan, [again])
                    continue
                _drop_superseded(plan, ask, page)
                new = sweep.new_in(ask, page)
                after = sweep.take(ask, page, paging, _following(plan, ask), ordered=ordered)
                at_once = 1 if after.doubtful else min(2 * at_once, side_by_side)
                if after.ends:
                    _drop_list(plan, ask)
                _plan_first(plan, parts.following(ask, page, after.requests))
                yield Step(ask, new, _following(plan, ask), sweep)
        finally:
            for planned in plan:
                _drop(planned)
            early.drop()


@dataclass
class _Early:
    """
    Pages that are asked for before they are planned, as a page leads to them that has come and waits for its turn.

    They are planned when that page has its turn. If it turns out to be no good, the calls were in vain.
    """

    fetch: "Callable[[PageRequest], Future[Page]]"
    paging: Paging
    habits: Callable[[str], Habits]
    _pages: "dict[PageRequest, Future[Page]]" = field(default_factory=dict)

    def ask(self, waiting: Iterable[_Planned], most: int) -> None:
        """Ask for what these pages lead to, so that at most so many are asked for early."""
        for planned in waiting:
            if planned.page is None or not planned.page.done() or planned.page.exception():
                continue
            page = self.habits(planned.ask.list_id).corrected(planned.page.result(), self.paging)
            for request in self.paging.next_requests(planned.ask, page):
                if len(self._pages) >= most:
                    return
                if request not in self._pages:
                    self._pages[request] = self.fetch(request)

    def take(self, request: PageRequest) -> "Future[Page]":
        """The page, asked for by now."""
        return self._pages.pop(request, None) or self.fetch(request)

    def drop(self, before: int | None = None) -> None:
        """Drop the pages of lists before this one, or all."""
        for request in list(self._pages):
            if before is None or request.list_index < before:
                self._pages.pop(request).cancel()


@dataclass
class _Parts:
    """What is asked for in one list in place of pages that do not come."""

    otherwise: Callable[[PageRequest, Page | None], list[PageRequest]]
    before: Page | None = None
    """The page that came last."""
    _halves: bool = False
    _came: bool = False
    """Whether a part of the present page came."""
    _lost: int = 0
    """How many parts of it did not."""

    def lose(self, ask: PageRequest, plan: "deque[_Planned]") -> bool:
        """
        Take note that a page or a part of one does not come; answers whether a part of the same page was lost before.

        Where two parts fail and none came, the others of that page are not asked for.
        """
        if ask.way == 0:
            self._came, self._lost = False, 0
        self._lost += 1
        while self._lost > 1 and not self._came and (following := _following(plan, ask)) and following.way:
            _drop(plan.popleft())
        return self._lost > 1

    def instead(self, ask: PageRequest, error: CollectError, total: int | None) -> list[PageRequest]:
        """Requests in place of one that has failed; none when there is no other way."""
        if ask.way == 0:
            self._came, self._lost = False, 0
        return _within(self.otherwise(ask, self.before), total) if isinstance(error, ProviderUnavailable) else []

    def following(self, ask: PageRequest, page: Page, requests: list[PageRequest]) -> list[PageRequest]:
        """
        These requests, which a page leads to; in halves, if a full page did not come and half of one did.
        """
        self.before, self._came = page, True
        self._halves |= ask.way == 1 and ask.size is not None
        if not self._halves:
            return requests
        parts = (_within(self.otherwise(request, page), page.total) or [request] for request in requests)
        return [part for several in parts for part in several]


def _within(asks: list[PageRequest], total: int | None) -> list[PageRequest]:
    """Without those that begin behind the end of a list of this length."""
    within = [ask for ask in asks if ask is asks[0] or total is None or ask.offset < total]
    return [*within[:-1], replace(within[-1], last=asks[-1].last)] if within else []


def _drop_superseded(plan: "deque[_Planned]", ask: PageRequest, page: Page) -> None:
    """Drop what is planned of a list that is asked for by time from here on, and parts of pages behind its end."""
    following = _following(plan, ask)
    ends = page.total is not None and not page.more and ask.offset + len(page.entries) >= page.total
    if following and (following.window != ask.window or (ends and following.way and following.size)):
        _drop_list(plan, ask)


def _without_page(
    plan: "deque[_Planned]", ask: PageRequest, error: CollectError, sweep: Sweep, passed_over: Lost | None
) -> Step:
    """The step for a page that does not come: it is passed over, or its list has failed."""
    following = _following(plan, ask)
    if passed_over and following:
        return Step(ask, passed_over, following, sweep)
    _drop_list(plan, ask)
    return Step(ask, Failed(error), None, sweep)


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
