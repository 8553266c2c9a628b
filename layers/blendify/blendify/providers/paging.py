"""
Paging: which pages to request first, and which after each response. Pure functions of a request and its page.

`next` addresses are never followed, they only say that there is more: some providers write them for paths that an
application may not call.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from math import ceil
from typing import Any, ClassVar, Protocol

from blendify.core.errors import EndlessList


@dataclass(frozen=True)
class PageRequest:
    """One page to request: its list, where it starts, and whether the plan ends with it."""

    list_id: str
    list_index: int
    """The list's index in the sync's plan of lists."""
    offset: int = 0
    """0-based index in the list of the page's first entry."""
    cursor: str | None = None
    last: bool = True
    """Whether no later page of this list has been planned yet."""
    attempt: int = 1
    """The attempt at this list: it is read again from the beginning when it changes meanwhile."""
    previous_cursors: frozenset[str] = field(default=frozenset(), repr=False)
    """The cursors requested before in this list: a repeated one ends the list."""


class Paging(Protocol):
    """How an endpoint splits a long list into pages."""

    @property
    def limit(self) -> int:
        """Entries of a full page: always the most that the provider allows."""

    @property
    def depth(self) -> int | None:
        """Read no more than this many entries of a list; None for all."""

    @property
    def offset_based(self) -> bool:
        """Whether entries move to other pages when one before them is added or removed."""

    def params(self, request: PageRequest) -> dict[str, str]:
        """The query of one page."""

    def first(self, start: PageRequest, total: int | None) -> Iterator[PageRequest]:
        """The pages that can be planned without a response, from `start` on; `total` is the list's length if known."""

    def next_requests(self, request: PageRequest, page: "Page") -> list[PageRequest]:
        """The pages to request after this one, in order; the first of them follows it directly."""

    def shortfall(self, request: PageRequest, page: "Page") -> int:
        """How many entries the page lacks by the provider's own count; 0 when it is complete as far as is known."""

    def rewind(self, request: PageRequest, removed: int) -> PageRequest:
        """The page to read again from when `removed` entries left the list meanwhile, so that unread ones moved up."""


@dataclass(frozen=True)
class Page:
    """One response, split into entries and counts."""

    entries: list[Any]
    total: int | None
    more: bool
    """Whether the provider says that another page follows."""
    cursor: str | None = None


@dataclass(frozen=True)
class Offset:
    """`limit` and `offset`; the first page gives the length, so the others can be requested concurrently."""

    limit: int
    depth: int | None = None
    overlap: int = 0
    """This many entries are requested again with the next page: they show what was added in between."""
    offset_based: ClassVar[bool] = True

    def params(self, request: PageRequest) -> dict[str, str]:
        return {"limit": str(self._size(request.offset)), "offset": str(request.offset)}

    def first(self, start: PageRequest, total: int | None) -> Iterator[PageRequest]:
        yield from self._pages(start, max(total or 0, start.offset + 1))

    def next_requests(self, request: PageRequest, page: Page) -> list[PageRequest]:
        end = request.offset + self.limit
        if not request.last or not page.entries:
            return []
        total = max(page.total or 0, end + 1 if page.more else 0)
        total = min(total, self.depth or total)
        return list(self._pages(replace(request, offset=end - self.overlap), total)) if total > end else []

    def shortfall(self, request: PageRequest, page: "Page") -> int:
        total = page.total or 0
        if self.depth and self.depth < total:
            # Lists read to a chosen depth have been seen with a total of thousands and no entry after the fiftieth.
            total = self.depth if page.entries else request.offset
        return max(0, min(self.limit, total - request.offset) - len(page.entries))

    def rewind(self, request: PageRequest, removed: int) -> PageRequest:
        step = self.limit - self.overlap
        start = max(0, request.offset - step - removed) // step * step
        return PageRequest(request.list_id, request.list_index, start)

    def _pages(self, start: PageRequest, total: int) -> Iterator[PageRequest]:
        total = min(total, self.depth or total)
        for offset in range(start.offset, max(total - self.overlap, start.offset + 1), self.limit - self.overlap):
            yield replace(start, offset=offset, last=offset + self.limit >= total)

    def _size(self, offset: int) -> int:
        return self.limit if self.depth is None else min(self.limit, self.depth - offset)


@dataclass(frozen=True)
class Numbered(Offset):
    """`limit` and `page`, counted from 1. A depth is rounded up to whole pages, as their size must not change."""

    def __post_init__(self) -> None:
        if self.depth:
            object.__setattr__(self, "depth", ceil(self.depth / self.limit) * self.limit)

    def params(self, request: PageRequest) -> dict[str, str]:
        return {"limit": str(self.limit), "page": str(request.offset // self.limit + 1)}


@dataclass(frozen=True)
class Cursor:
    """Each page names the next by an opaque value, so they are requested one after the other."""

    limit: int
    parameter: str
    depth: None = None
    offset_based: ClassVar[bool] = False

    def params(self, request: PageRequest) -> dict[str, str]:
        return {"limit": str(self.limit)} | ({self.parameter: request.cursor} if request.cursor else {})

    def first(self, start: PageRequest, total: int | None) -> Iterator[PageRequest]:  # noqa: ARG002
        yield start

    def next_requests(self, request: PageRequest, page: Page) -> list[PageRequest]:
        if not page.cursor or not page.entries:
            return []
        end = request.offset + len(page.entries)
        if page.cursor == request.cursor or page.cursor in request.previous_cursors:
            raise EndlessList(f"the provider's pages go in circles after {end} entries")
        previous = request.previous_cursors | ({request.cursor} if request.cursor else set())
        return [replace(request, offset=end, cursor=page.cursor, previous_cursors=previous)]

    def shortfall(self, request: PageRequest, page: Page) -> int:
        if page.cursor and page.entries:
            return 0
        return max(0, (page.total or 0) - request.offset - len(page.entries))

    def rewind(self, request: PageRequest, removed: int) -> PageRequest:  # noqa: ARG002 -- there is no cursor for the page before: from the beginning
        return PageRequest(request.list_id, request.list_index)


@dataclass(frozen=True)
class Single:
    """One call returns all that the provider keeps."""

    limit: int
    depth: None = None
    offset_based: ClassVar[bool] = False

    def params(self, request: PageRequest) -> dict[str, str]:  # noqa: ARG002
        return {"limit": str(self.limit)}

    def first(self, start: PageRequest, total: int | None) -> Iterator[PageRequest]:  # noqa: ARG002
        yield start

    def next_requests(self, request: PageRequest, page: Page) -> list[PageRequest]:  # noqa: ARG002
        return []

    def shortfall(self, request: PageRequest, page: Page) -> int:  # noqa: ARG002
        return 0

    def rewind(self, request: PageRequest, removed: int) -> PageRequest:  # noqa: ARG002
        return request
