"""Apple Music's pages, taken apart."""

from collections.abc import Callable
from typing import Any

from blendify.core.errors import UnexpectedShape
from blendify.providers.apple_music.errors import NOTHING_RELATED, code
from blendify.providers.json_fields import number, of, text
from blendify.providers.paging import Page


def listed(body: Any) -> Page:
    """
    A list of resources. One with nothing in it is an error where it belongs to another resource (404, 40403).

    Shape   {"data": [...], "next": "/v1/me/…?offset=100", "meta": {"total": 812}}; the last page has no `next`,
            history lists have no `meta`
    Raises  UnexpectedShape without `data`
    """
    if code(body) == NOTHING_RELATED:
        return Page(entries=[], total=0, more=False)
    entries = of(body, "data")
    if not isinstance(entries, list):
        raise UnexpectedShape("Apple Music's answer is no page: it has no list of data")
    return Page(entries, total=number(of(body, "meta"), "total"), more=bool(text(body, "next")))


def record_ids(kind: str) -> Callable[[Any], list[str]]:
    """The ids of the resources of this kind in a list of several."""
    return lambda body: [text(one, "id") or "" for one in listed(body).entries if text(one, "type") == kind]
