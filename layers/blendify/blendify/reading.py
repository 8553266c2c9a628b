"""Reading lists page by page: several pages under way at once, handed on strictly in order."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from itertools import islice

from blendify.errors import UnexpectedShape, Unreadable
from blendify.paging import Ask, Page, Paging

SIDE_BY_SIDE = 8
"""Pages of one collector under way at once: also the bound of its memory."""


@dataclass
class _Planned:
    ask: Ask
    page: "Future[Page] | None" = None


@dataclass(frozen=True)
class Closed:
    """A list that cannot be read, in place of its pages."""

    why: str


def read(asks: Iterable[Ask], fetch: Callable[[Ask], Page], paging: Paging) -> Iterator[tuple[Ask, Page | Closed]]:
    """
    Every page of every list, in the order of the plan; what a page tells of the rest of its list is asked right after.

    Raises  what `fetch` raises; pages that were under way are then awaited and dropped
    """
    plan = deque(_Planned(ask) for ask in asks)
    with ThreadPoolExecutor(SIDE_BY_SIDE, thread_name_prefix="page") as pool:
        try:
            while plan:
                for planned in islice(plan, SIDE_BY_SIDE):
                    planned.page = planned.page or pool.submit(fetch, planned.ask)
                first = plan.popleft()
                assert first.page is not None  # noqa: S101 -- for the type checker: the loop above has set it
                try:
                    page = first.page.result()
                except Unreadable as error:
                    while plan and plan[0].ask.number == first.ask.number:
                        _drop(plan.popleft())
                    yield first.ask, Closed(str(error))
                    continue
                try:
                    plan.extendleft(_Planned(ask) for ask in reversed(paging.following(first.ask, page)))
                except UnexpectedShape:
                    yield first.ask, page
                    raise
                yield first.ask, page
        finally:
            for planned in plan:
                _drop(planned)


def _drop(planned: _Planned) -> None:
    if planned.page:
        planned.page.cancel()
