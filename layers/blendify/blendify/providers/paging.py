"""
Paging: what to ask first, and what to ask after an answer. Pure functions of one page and what was asked.

`next` addresses are never followed, only taken as "there is more": providers write them for paths that an
application may not call.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from math import ceil
from typing import Any, ClassVar, Protocol

from blendify.core.errors import EndlessList


@dataclass(frozen=True)
class PageRequest:
    """One page to ask for: which list it belongs to, where it starts, whether the plan ends with it."""

    list_id: str
    number: int
    """Position of the list in the run's plan of lists."""
    offset: int = 0
    """0-based position of the page's first entry in the list."""
    cursor: str | None = None
    last: bool = True
    """Whether no later page of this list has been planned yet."""
    reading: int = 1
    """Counts how often the list was begun anew, because it changed while it was read."""
    known: frozenset[str] = field(default=frozenset(), repr=False)
    """Cursors asked before in this list, so that one that repeats ends the list."""


class Paging(Protocol):
    """How one endpoint hands out a long list."""

    @property
    def limit(self) -> int:
        """Entries of a full page: always the most that the provider allows."""

    @property
    def depth(self) -> int | None:
        """Read no more than this many entries of a list; None for all."""

    @property
    def shifts(self) -> bool:
        """Whether what enters or leaves the list moves the entries behind it to other pages."""

    def params(self, ask: PageRequest) -> dict[str, str]:
        """The query of one page."""

    def first(self, start: PageRequest, total: int | None) -> Iterator[PageRequest]:
        """The pages that can be planned before any answer, from `start` on; `total` when the length is known."""

    def following(self, ask: PageRequest, page: "Page") -> list[PageRequest]:
        """The pages to ask for now that this one is there; the first of them comes right after it."""

    def missing(self, ask: PageRequest, page: "Page") -> int:
        """How many entries more this page should hold by the provider's own count; 0 when nothing speaks against it."""

    def back(self, ask: PageRequest, gone: int) -> PageRequest:
        """Where to read again when `gone` entries left the list while it was read, so that others moved up unread."""


@dataclass(frozen=True)
class Page:
    """One answer, taken apart."""

    entries: list[Any]
    total: int | None
    more: bool
    """Whether the provider says that a page follows."""
    cursor: str | None = None


@dataclass(frozen=True)
class Offset:
    """`limit` and `offset`; the first page tells the length, so the others can be fetched side by side."""

    limit: int
    depth: int | None = None
    overlap: int = 0
    """So many entries of a page are asked for again with the next one: by them it is seen what came in between."""
    shifts: ClassVar[bool] = True

    def params(self, ask: PageRequest) -> dict[str, str]:
        return {"limit": str(self._size(ask.offset)), "offset": str(ask.offset)}

    def first(self, start: PageRequest, total: int | None) -> Iterator[PageRequest]:
        yield from self._pages(start, max(total or 0, start.offset + 1))

    def following(self, ask: PageRequest, page: Page) -> list[PageRequest]:
        end = ask.offset + self.limit
        if not ask.last or not page.entries:
            return []
        known = max(page.total or 0, end + 1 if page.more else 0)
        known = min(known, self.depth or known)
        return list(self._pages(replace(ask, offset=end - self.overlap), known)) if known > end else []

    def missing(self, ask: PageRequest, page: "Page") -> int:
        counted = page.total or 0
        if self.depth and self.depth < counted:
            # Lists that are read to a chosen depth have been seen counted in thousands, and empty after fifty.
            counted = self.depth if page.entries else ask.offset
        return max(0, min(self.limit, counted - ask.offset) - len(page.entries))

    def back(self, ask: PageRequest, gone: int) -> PageRequest:
        step = self.limit - self.overlap
        start = max(0, ask.offset - step - gone) // step * step
        return PageRequest(ask.list_id, ask.number, start)

    def _pages(self, ask: PageRequest, total: int) -> Iterator[PageRequest]:
        total = min(total, self.depth or total)
        for offset in range(ask.offset, max(total - self.overlap, ask.offset + 1), self.limit - self.overlap):
            yield replace(ask, offset=offset, last=offset + self.limit >= total)

    def _size(self, offset: int) -> int:
        return self.limit if self.depth is None else min(self.limit, self.depth - offset)


@dataclass(frozen=True)
class Numbered(Offset):
    """`limit` and `page`, counted from 1. A depth is rounded up to whole pages: their size must stay the same."""

    def __post_init__(self) -> None:
        if self.depth:
            object.__setattr__(self, "depth", ceil(self.depth / self.limit) * self.limit)

    def params(self, ask: PageRequest) -> dict[str, str]:
        return {"limit": str(self.limit), "page": str(ask.offset // self.limit + 1)}


@dataclass(frozen=True)
class Cursor:
    """Each page names the next by an opaque value; one after the other."""

    limit: int
    parameter: str
    depth: None = None
    shifts: ClassVar[bool] = False

    def params(self, ask: PageRequest) -> dict[str, str]:
        return {"limit": str(self.limit)} | ({self.parameter: ask.cursor} if ask.cursor else {})

    def first(self, start: PageRequest, total: int | None) -> Iterator[PageRequest]:  # noqa: ARG002
        yield start

    def following(self, ask: PageRequest, page: Page) -> list[PageRequest]:
        if not page.cursor or not page.entries:
            return []
        if page.cursor == ask.cursor or page.cursor in ask.known:
            raise EndlessList(
                f"the provider's pages go round in circles after {ask.offset + len(page.entries)} entries"
            )
        known = ask.known | {ask.cursor} if ask.cursor else ask.known
        return [replace(ask, offset=ask.offset + len(page.entries), cursor=page.cursor, known=known)]

    def missing(self, ask: PageRequest, page: Page) -> int:
        if page.cursor and page.entries:
            return 0
        return max(0, (page.total or 0) - ask.offset - len(page.entries))

    def back(self, ask: PageRequest, gone: int) -> PageRequest:  # noqa: ARG002 -- a cursor cannot be turned back: from the beginning
        return PageRequest(ask.list_id, ask.number)


@dataclass(frozen=True)
class Single:
    """One call holds all that the provider keeps."""

    limit: int
    depth: None = None
    shifts: ClassVar[bool] = False

    def params(self, ask: PageRequest) -> dict[str, str]:  # noqa: ARG002
        return {"limit": str(self.limit)}

    def first(self, start: PageRequest, total: int | None) -> Iterator[PageRequest]:  # noqa: ARG002
        yield start

    def following(self, ask: PageRequest, page: Page) -> list[PageRequest]:  # noqa: ARG002
        return []

    def missing(self, ask: PageRequest, page: Page) -> int:  # noqa: ARG002
        return 0

    def back(self, ask: PageRequest, gone: int) -> PageRequest:  # noqa: ARG002
        return ask
