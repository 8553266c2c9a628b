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


@dataclass(frozen=True)
class PageReader:
    """Reads lists of one kind."""

    fetch: Callable[[PageRequest], Page]
    paging: Paging
    ordered: bool = False
    """Whether positions matter in these lists."""
    habits: Callable[[str], Habits] = lambda _: Habits()
    """How the provider miscounted a list before, by its id."""
    side_by_side: int = SIDE_BY_SIDE
    lenient: bool = False
    """
    Whether to pass over a failing page, as long as the pages behind it can be read: it has failed for several rounds.
    """
    otherwise: Callable[[PageRequest, Page | None], list[PageRequest]] = lambda *_: []
    """What to ask for instead of a page at which the provider fails, given the page before it."""

    def read(self, asks: Iterable[PageRequest], begun: Sweep | None = None) -> Generator[Step, None, None]:
        """
        Every page of every list, in the order of the plan; the requests that a page leads to come right after it. A
        list that fails ends, and the next one begins.

        begun   what is known of the list at which an earlier worker stopped

        Raises  what else `fetch` raises; pages that are still being fetched are then awaited and dropped
        """
        with ThreadPoolExecutor(self.side_by_side, thread_name_prefix="page") as pool:
            early = _Early(lambda request: pool.submit(self.fetch, request), self.paging, self.habits)
            plan = _Plan(deque(_Planned(ask) for ask in asks))
            reading = _Reading(self, plan, early, begun or Sweep(-1), _Parts(self.otherwise))
            try:
                while plan.requests:
                    if step := reading.step():
                        yield step
            finally:
                plan.drop()
                early.drop()


@dataclass
class _Reading:
    """
    The next page, and what follows from it.

    More and more pages are fetched at once as long as they are what was to be expected: a count of millions may be
    wrong, and then few calls are in vain.
    """

    how: PageReader
    plan: "_Plan"
    early: "_Early"
    sweep: Sweep
    parts: "_Parts"
    at_once: int = 1
    lost: int = 0
    """Pages in a row that were passed over."""

    def step(self) -> Step | None:
        """The result of the first request; None if others take its place."""
        for planned in islice(self.plan.requests, self.at_once):
            planned.page = planned.page or self.early.take(planned.ask)
        self.early.ask(islice(self.plan.requests, 1, self.at_once), self.at_once - 1)
        first = self.plan.requests.popleft()
        assert first.page is not None  # noqa: S101 -- for the type checker: the loop above has set it
        ask = first.ask
        self.early.drop(ask.list_index)
        if self.sweep.number != ask.list_index:
            self.sweep = Sweep(ask.list_index, self.how.habits(ask.list_id), attempt=ask.attempt)
            self.parts = _Parts(self.how.otherwise)
        try:
            page = first.page.result()
        except Outage:
            raise
        except (ProviderUnavailable, Refused) as error:
            return self._without(ask, error)
        return self._with(ask, page)

    def _with(self, ask: PageRequest, page: Page) -> Step | None:
        paging, ordered, sweep, plan = self.how.paging, self.how.ordered, self.sweep, self.plan
        self.lost = 0
        if again := sweep.changed_before(ask, page, paging, ordered=ordered):
            plan.drop_list(ask)
            plan.put_first([again])
            return None
        plan.drop_superseded(ask, page)
        new = sweep.new_in(ask, page)
        after = sweep.take(ask, page, paging, plan.following(ask), ordered=ordered)
        self.at_once = 1 if after.doubtful else min(2 * self.at_once, self.how.side_by_side)
        if after.ends:
            plan.drop_list(ask)
        plan.put_first(self.parts.following(ask, page, after.requests))
        return Step(ask, new, plan.following(ask), sweep)

    def _without(self, ask: PageRequest, error: CollectError) -> Step | None:
        """The page is asked for in another way, or passed over; or its list has failed."""
        if others := self.parts.instead(ask, error, self.sweep.total):
            self.plan.put_first(others)
            self.at_once = 1
            return None
        more = self.parts.lose(ask, self.plan)
        self.lost += not more
        following, known = self.plan.following(ask), ask.offset > 0 or self.parts.before is not None
        if following and known and self.how.lenient and self.lost <= MOST_LOST:
            return Step(ask, Lost(str(error), more), following, self.sweep)
        self.lost = 0
        self.plan.drop_list(ask)
        return Step(ask, Failed(error), None, self.sweep)


@dataclass
class _Planned:
    ask: PageRequest
    page: "Future[Page] | None" = None


@dataclass
class _Plan:
    """The requests to come, in their order; the first of them are being answered already."""

    requests: deque[_Planned]

    def put_first(self, asks: list[PageRequest]) -> None:
        self.requests.extendleft(_Planned(ask) for ask in reversed(asks))

    def following(self, ask: PageRequest) -> PageRequest | None:
        """The next request in the same list."""
        following = self.requests[0].ask if self.requests else None
        return following if following and following.list_index == ask.list_index else None

    def drop_list(self, ask: PageRequest) -> None:
        """Drop all that is planned of the list."""
        while self.following(ask):
            self.drop_first()

    def drop_superseded(self, ask: PageRequest, page: Page) -> None:
        """Drop what is planned of a list that is asked for by time from here on, and parts of pages behind its end."""
        following = self.following(ask)
        ends = page.total is not None and not page.more and ask.offset + len(page.entries) >= page.total
        if following and (following.window != ask.window or (ends and following.way and following.size)):
            self.drop_list(ask)

    def drop_first(self) -> None:
        """Drop the first request."""
        if page := self.requests.popleft().page:
            page.cancel()

    def drop(self) -> None:
        """Drop all."""
        while self.requests:
            self.drop_first()


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

    def lose(self, ask: PageRequest, plan: _Plan) -> bool:
        """
        Take note that a page or a part of one does not come; answers whether a part of the same page was lost before.

        Where two parts fail and none came, the others of that page are not asked for.
        """
        self._lost += 1
        while self._lost > 1 and not self._came and (following := plan.following(ask)) and following.way:
            plan.drop_first()
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
