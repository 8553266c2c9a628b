"""One page of a list: what a caller asks for, what the list holds there, and how a service writes it."""

import re
from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from local.simulators.frame.library import Rows
from local.simulators.frame.responses import Json
from local.simulators.frame.tables import Refusal

if TYPE_CHECKING:
    from local.simulators.frame.service import Call, Endpoint


UNCOUNTED: Any = object()
"""In the place of a total where the service does not say how many entries a list has."""


class Window(NamedTuple):
    """The part of a list that is asked for."""

    start: int
    limit: int


@dataclass(frozen=True, slots=True)
class Page:
    """One page before it is written; what a trouble changes is this, so that it fits every service."""

    entries: list[Json]
    window: Window
    size: int
    """How many entries the list has."""
    total: Json
    """How many entries the service says that it has, or UNCOUNTED."""
    more: bool
    """Whether a next page is promised."""
    true: list[Json]
    """The entries that truly are on the page: a cursor names the last of them, whatever became of it."""

    def count(self) -> dict[str, Json]:
        """The length of the list, where it is told."""
        return {} if self.total is UNCOUNTED else {"total": self.total}


@dataclass(frozen=True, slots=True)
class Reading:
    """The page that a caller would get, and the list behind it."""

    endpoint: "Endpoint"
    rows: Rows
    page: Page

    @classmethod
    def of(cls, endpoint: "Endpoint", rows: Rows, window: Window) -> "Reading":
        """The true page of a window."""
        entries, size = rows.cut(window.start, window.start + window.limit), len(rows)
        more = endpoint.pages.more(window, size)
        return cls(endpoint, rows, Page(entries, window, size, size if endpoint.counted else UNCOUNTED, more, entries))

    def at(self, window: Window) -> Page:
        return Reading.of(self.endpoint, self.rows, window).page


class Pages(ABC):
    """How a service cuts its lists into pages."""

    cursors = False
    """Whether a page belongs to the cursor that leads to it, and not to a number that the caller counts."""

    sized = True
    """Whether a caller chooses how many entries a page has."""

    last = 100_000
    """The last place at which a page may begin."""

    def window(self, call: "Call", endpoint: "Endpoint", rows: Rows) -> Window:
        """What is asked for. Raises `Refusal` for what the service does not serve."""
        return Window(self.number(call, "offset", 0, 0, self.last), self.limit(call, endpoint))

    def limit(self, call: "Call", endpoint: "Endpoint") -> int:
        return self.number(call, "limit", endpoint.default, 1, endpoint.most)

    def number(self, call: "Call", name: str, default: int, *bounds: int) -> int:
        """A parameter within its bounds. Raises `Refusal`."""
        if (text := call.parameters.get(name)) is None:
            return default
        least, most = bounds
        value = int(text) if re.fullmatch(r"-?[0-9]{1,15}", text) else None
        if value is None or not least <= value <= most:
            wrong = "not_a_number" if value is None else "too_small" if value < least else "too_large"
            raise Refusal(wrong, name=name, text=text[:40], least=least, most=most)
        return value

    @abstractmethod
    def written(self, call: "Call", endpoint: "Endpoint", page: Page) -> Json:
        """The body of the response."""

    def capped(self, window: Window, most: int) -> Window:
        """What is asked for, where the service gives so many entries a page at most."""
        return Window(window.start, min(window.limit, most))

    def more(self, window: Window, size: int) -> bool:
        """Whether a true page promises a next one."""
        return window.start + window.limit < size
