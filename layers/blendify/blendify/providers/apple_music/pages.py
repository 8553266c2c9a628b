"""Apple Music's pages."""

from collections.abc import Callable
from typing import Any

from blendify.core.errors import UnexpectedShape
from blendify.providers.apple_music.errors import NOTHING_RELATED, error_code
from blendify.providers.json_fields import count, get, text
from blendify.providers.paging import Page


def page(body: Any) -> Page:
    """
    A list of resources. Where it belongs to another resource, an empty one is an error response (404, 40403).

    Shape   {"data": [...], "next": "/v1/me/…?offset=100", "meta": {"total": 812}}; the last page has no `next`,
            history lists have no `meta`
    Raises  UnexpectedShape without `data`
    """
    if error_code(body) == NOTHING_RELATED:
        return Page(entries=[], total=0, more=False)
    total = count(get(body, "meta"), "total")
    entries = get(body, "data")
    if not isinstance(entries, list):
        if entries is not None or total != 0:
            raise UnexpectedShape("Apple Music's response is not a page: it has no `data`")
        entries = []
    return Page(entries, total=total, more=bool(text(body, "next")))


def latest(kind: str, limit: int) -> Callable[[Any], list[Any] | None]:
    """
    Takes the resources of this kind from a list of several kinds; None if the list is empty, or cut short of the
    `limit`.
    """

    def resources(body: Any) -> list[Any] | None:
        added = page(body)
        if not added.entries or (added.more and len(added.entries) < limit):
            return None
        return [entry for entry in added.entries if text(entry, "type") == kind]

    return resources
