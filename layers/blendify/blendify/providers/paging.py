"""
Paging: which pages to request, and which after each response. Pure functions of a request and its page.

A page is what came: it may hold more or fewer entries than asked for, and the provider's count is a hint. Where to go
on follows from what a page held. `next` addresses are never followed, they only say that there is more: some providers
write them for paths that an application may not call.
"""

from dataclasses import dataclass, field, replace
from math import ceil
from typing import Any, ClassVar, Protocol

MOST_PLANNED = 64
"""Most pages that are planned at once: a count of millions may be wrong."""


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
    size: int | None = None
    """Fewer entries than a full page: those that were missing on the page before. None for a full page."""
    way: int = 0
    """0 for a page as it is usually asked for; its other ways are counted from 1 (see `fetching.fallbacks`)."""
    trimmed: bool = False
    """Whether parameters are left out without which a page comes more easily."""
    window: "Window | None" = None
    """For a part of a log that is asked for by time."""
    again: bool = False
    """Whether the provider is asked for the same, or for what was missing, a second time."""
    previous_cursors: frozenset[str] = field(default=frozenset(), repr=False)
    """The cursors requested before in this list: a repeated one ends the list."""


@dataclass(frozen=True)
class Window:
    """The part of a log before a moment."""

    until: int
    """Seconds since 1970; entries of that second are not in it."""
    start: int
    """Index in the list of its first entry."""


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

    def ahead(self, request: PageRequest, total: int | None) -> list[PageRequest]:
        """This request and those behind it in a list of this length: pages can be read although one of them fails."""

    def next_requests(self, request: PageRequest, page: "Page") -> list[PageRequest]:
        """The pages to request after this one, in order; the first of them follows it directly."""

    def missing(self, request: PageRequest, page: "Page") -> PageRequest | None:
        """What to ask for when the page holds fewer entries than it should, and others follow; None when it is full."""

    def smaller(self, request: PageRequest, divisor: int) -> list[PageRequest]:
        """Requests for the same entries in smaller pages; none when the pages are that small already."""

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
    size: int | None = None
    """Entries of a full page, where the provider says so: it may allow fewer than were asked for."""
    other_total: int | None = None
    """The length of the list by another call."""


@dataclass(frozen=True)
class Offset:
    """`limit` and `offset`; the first page gives the length, so the others can be requested concurrently."""

    limit: int
    depth: int | None = None
    overlap: int = 0
    """This many entries are requested again with the next page: they show what was added in between."""
    offset_based: ClassVar[bool] = True

    def params(self, request: PageRequest) -> dict[str, str]:
        return {"limit": str(self._size(request)), "offset": str(request.offset)}

    def ahead(self, request: PageRequest, total: int | None) -> list[PageRequest]:
        end = min(total or 0, self.depth or total or 0)
        return self._pages(request, end, request.offset) or [request]

    def next_requests(self, request: PageRequest, page: Page) -> list[PageRequest]:
        if not request.last or not page.entries:
            return []
        came, size = request.offset + len(page.entries), self._size(request)
        # Without a count a short page may be all that the provider gives at once.
        end = max(came, request.offset + size) if page.total is not None else came
        if end >= (self.depth or end + 1):
            return []
        counted = min(page.total or 0, self.depth or page.total or 0)
        # A page that brings more than was counted disproves the count.
        beyond = page.more or (len(page.entries) >= size and page.total is not None and came > page.total)
        # Of a page that is no larger than the overlap half is asked for again.
        overlap = self.overlap if len(page.entries) > self.overlap else len(page.entries) // 2
        start = replace(request, offset=end - overlap, size=None, again=False, way=0, trimmed=False)
        return self._pages(start, max(counted, end + 1 if beyond else 0), end)

    def missing(self, request: PageRequest, page: Page) -> PageRequest | None:
        start, end = request.offset + len(page.entries), request.offset + self._size(request)
        follows = page.more or (page.total or 0) > start
        if start >= end or not page.entries or not follows or page.total is None or self.overlap:
            return None
        return replace(request, offset=start, size=end - start, last=False, again=True)

    def smaller(self, request: PageRequest, divisor: int) -> list[PageRequest]:
        before, size = self._size(request), max(1, self.limit // divisor, self.overlap + 1)
        if size >= before:
            return []
        if self.overlap:
            return [replace(request, size=size)]
        end = request.offset + before
        parts = [
            replace(request, offset=offset, size=min(size, end - offset), last=False)
            for offset in range(request.offset, end, size)
        ]
        return [*parts[:-1], replace(parts[-1], last=request.last)]

    def rewind(self, request: PageRequest, removed: int) -> PageRequest:
        step = self.limit - self.overlap
        start = max(0, request.offset - step - removed) // step * step
        return PageRequest(request.list_id, request.list_index, start)

    def _pages(self, start: PageRequest, total: int, end: int) -> list[PageRequest]:
        if total <= end:
            return []
        step = self.limit - self.overlap
        offsets = list(range(start.offset, max(total - self.overlap, start.offset + 1), step)[:MOST_PLANNED])
        return [replace(start, offset=offset, last=offset == offsets[-1]) for offset in offsets]

    def _size(self, request: PageRequest) -> int:
        size = request.size or self.limit
        return size if self.depth is None else min(size, self.depth - request.offset)


@dataclass(frozen=True)
class Numbered(Offset):
    """
    `limit` and `page`, counted from 1. A depth is rounded up to whole pages, as their size must not change.

    The provider may allow fewer entries a page. Pages are counted by its own size then, and `offset` stands for the
    number of the page. Only a page that is not full, or an empty one, is the end: what is said of more follows from
    the count.
    """

    def __post_init__(self) -> None:
        if self.depth:
            object.__setattr__(self, "depth", ceil(self.depth / self.limit) * self.limit)

    def params(self, request: PageRequest) -> dict[str, str]:
        size = request.size or self.limit
        return {"limit": str(size), "page": str(_inside(request) // size + 1)}

    def next_requests(self, request: PageRequest, page: Page) -> list[PageRequest]:
        if not request.last or not page.entries:
            return []
        size, number = min(page.size or self.limit, self.limit), _inside(request) // self.limit + 1
        begin = request.offset - _inside(request)
        pages = ceil(max(0, max(page.total or 0, page.other_total or 0) - begin) / size)
        if page.more or len(page.entries) >= size:
            pages = max(pages, number + 1)
        if self.depth:
            pages = min(pages, ceil(self.depth / size))
        numbers = list(range(number, pages)[:MOST_PLANNED])
        following = replace(request, size=None, again=False, way=0, trimmed=False)
        return [
            replace(following, offset=begin + number * self.limit, last=number == numbers[-1]) for number in numbers
        ]

    def smaller(self, request: PageRequest, divisor: int) -> list[PageRequest]:
        # Pages of another size have other numbers: only a size that divides this one gives the same entries.
        size = self.limit // divisor
        return super().smaller(request, divisor) if size and (request.size or self.limit) % size == 0 else []

    def missing(self, request: PageRequest, page: Page) -> PageRequest | None:
        if request.size:
            return None
        size, number = min(page.size or self.limit, self.limit), _inside(request) // self.limit + 1
        before = request.offset - _inside(request) + (number - 1) * size
        follows = page.more or (page.total or 0) > before + len(page.entries)
        if not page.entries or len(page.entries) >= size or not follows or request.again:
            return None
        return replace(request, last=False, again=True)


@dataclass(frozen=True)
class Cursor:
    """Each page names the next by an opaque value, so they are requested one after the other."""

    limit: int
    parameter: str
    size_parameter: str = "limit"
    offset_based: bool = False
    """Whether the value stands for a place in the list, so that entries move to other pages all the same."""
    depth: ClassVar[None] = None

    def params(self, request: PageRequest) -> dict[str, str]:
        size = request.size or self.limit
        return {self.size_parameter: str(size)} | ({self.parameter: request.cursor} if request.cursor else {})

    def ahead(self, request: PageRequest, total: int | None) -> list[PageRequest]:  # noqa: ARG002
        return [request]

    def next_requests(self, request: PageRequest, page: Page) -> list[PageRequest]:
        known = request.previous_cursors | ({request.cursor} if request.cursor else set())
        if not page.cursor or not page.entries or page.cursor in known:
            return []
        end = request.offset + len(page.entries)
        following = replace(request, size=None, again=False, way=0, trimmed=False)
        return [replace(following, offset=end, cursor=page.cursor, previous_cursors=known)]

    def smaller(self, request: PageRequest, divisor: int) -> list[PageRequest]:
        return _in_one(request, self.limit, divisor)

    def missing(self, request: PageRequest, page: Page) -> PageRequest | None:  # noqa: ARG002 -- a short page leads on as a full one does
        return None

    def rewind(self, request: PageRequest, removed: int) -> PageRequest:  # noqa: ARG002 -- there is no cursor for the page before: from the beginning
        return PageRequest(request.list_id, request.list_index)


@dataclass(frozen=True)
class Single:
    """One call returns all that the provider keeps."""

    limit: int
    depth: None = None
    offset_based: ClassVar[bool] = False

    def params(self, request: PageRequest) -> dict[str, str]:
        return {"limit": str(request.size or self.limit)}

    def ahead(self, request: PageRequest, total: int | None) -> list[PageRequest]:  # noqa: ARG002
        return [request]

    def next_requests(self, request: PageRequest, page: Page) -> list[PageRequest]:  # noqa: ARG002
        return []

    def smaller(self, request: PageRequest, divisor: int) -> list[PageRequest]:
        # The latest entries alone: the others cannot be asked for.
        return _in_one(request, self.limit, divisor)

    def missing(self, request: PageRequest, page: Page) -> PageRequest | None:  # noqa: ARG002
        return None

    def rewind(self, request: PageRequest, removed: int) -> PageRequest:  # noqa: ARG002
        return request


def _inside(request: PageRequest) -> int:
    """Where a page starts in the list, or in the part of it that is asked for by time."""
    return request.offset - (request.window.start if request.window else 0)


def _in_one(request: PageRequest, limit: int, divisor: int) -> list[PageRequest]:
    size = max(1, limit // divisor)
    return [replace(request, size=size)] if size < (request.size or limit) else []
