"""
SoundCloud's paging: each page but the last has a `next_href`, whose cursor is opaque.

Its query is sent to our own path and host: a token never goes where an answer says. A page may hold fewer entries than
asked for, or none, as what a listener may not see is left out: only a missing `next_href` ends a list.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from blendify.providers.endpoint import Endpoint, RequestContext
from blendify.providers.json_fields import identifier
from blendify.providers.paging import Cursor, Page, PageRequest, Single

CREDENTIALS = frozenset({"client_id", "client_secret", "oauth_token", "access_token"})
"""What has been seen in the query of a `next_href`, and is never kept."""
_AFRESH: Mapping[str, Any] = {"size": None, "way": 0, "trimmed": False, "again": False}
"""Of a request that follows another one, however that was asked for."""
_SECOND = "then?"
"""Begins the cursors of the list that follows another one."""


def cursor_of(body: Any) -> str | None:
    """The query of a page's `next_href`; None on the last page."""
    address = identifier(body, "next_href")
    if not address:
        return None
    query = parse_qsl(urlsplit(address).query, keep_blank_values=True)
    return urlencode([(name, value) for name, value in query if name not in CREDENTIALS])


@dataclass(frozen=True)
class NextHref(Cursor):
    """The query of the page before, with a limit of our own."""

    parameter: str = ""
    continued: bool = False
    """Whether another list follows, see `Joined`."""

    def params(self, request: PageRequest) -> dict[str, str]:
        query = dict(parse_qsl((request.cursor or "").removeprefix(_SECOND), keep_blank_values=True))
        return {**query, "limit": str(request.size or self.limit)}

    def next_requests(self, request: PageRequest, page: Page) -> list[PageRequest]:
        known = request.previous_cursors | ({request.cursor} if request.cursor else set())
        cursor = f"{_SECOND}{page.cursor}" if page.cursor and in_second(request.cursor) else page.cursor
        if cursor is None and self.continued and not in_second(request.cursor):
            cursor = _SECOND
        if not cursor or cursor in known:
            return []
        end = request.offset + len(page.entries)
        return [replace(request, offset=end, cursor=cursor, previous_cursors=known, **_AFRESH)]


@dataclass(frozen=True)
class InOneAnswer(Single):
    """A short list that comes whole; its endpoint takes no limit."""

    def params(self, request: PageRequest) -> dict[str, str]:  # noqa: ARG002
        return {}

    def smaller(self, request: PageRequest, divisor: int) -> list[PageRequest]:  # noqa: ARG002
        return []


def in_second(cursor: str | None) -> bool:
    """Whether a cursor leads to a page of the second list."""
    return (cursor or "").startswith(_SECOND)


@dataclass(frozen=True)
class Joined(Endpoint):
    """Two lists of the provider that are one of ours, one behind the other; its `paging` is `continued`."""

    second: Endpoint | None = None
    """Where the other list is read, and what of its pages belongs here."""
    in_first: Callable[[Any, str], bool] = lambda *_: False
    """Whether an entry of the second list stands in the first one as well, by the listener's id at the provider."""

    def request(self, page_request: PageRequest, context: RequestContext) -> tuple[str, dict[str, str]]:
        """Path and query of one page."""
        if self.second is None or not in_second(page_request.cursor):
            return super().request(page_request, context)
        return replace(self.second, paging=self.paging).request(page_request, context)

    def parse(self, body: Any, context: RequestContext, *, no_content: bool) -> Page:
        """A response as a page; raises UnexpectedShape when it is not one."""
        if self.second is None or not in_second(context.cursor):
            return super().parse(body, context, no_content=no_content)
        page = self.second.parse(body, context, no_content=no_content)
        user_id = context.provider_user_id
        return replace(page, entries=[entry for entry in page.entries if not self.in_first(entry, user_id)])
