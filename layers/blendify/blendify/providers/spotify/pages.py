"""Spotify's paging objects."""

from typing import Any

from blendify.core.errors import UnexpectedShape
from blendify.providers.json_fields import count, get, identifier
from blendify.providers.paging import Page


def paged(body: Any) -> Page:
    """
    The plain paging object. Null entries stay in the page, as `total` counts them.

    Shape   {"items": [...], "total": int, "next": str | null, ...}; recently played has no `total`
    Raises  UnexpectedShape without `items`, unless there are none to give
    """
    total = count(body, "total")
    entries = get(body, "items")
    if not isinstance(entries, list):
        if entries is not None or total != 0:
            raise UnexpectedShape("Spotify's response is not a page: it has no `items`")
        entries = []
    return Page(entries=entries, total=total, more=bool(get(body, "next")))


def followed(body: Any) -> Page:
    """
    Followed artists: the page is under `artists`, and its cursor is the last artist's id.

    Shape   {"artists": {"items": [...], "cursors": {"after": str | null}, "total": int, "next": str | null}}
    Raises  UnexpectedShape without `artists`
    """
    wrapped = get(body, "artists")
    if not isinstance(wrapped, dict):
        raise UnexpectedShape("Spotify's response is not a page: it has no `artists`")
    page = paged(wrapped)
    last = identifier(page.entries[-1], "id") if page.entries else None
    after = identifier(get(wrapped, "cursors"), "after") or last
    return Page(entries=page.entries, total=page.total, more=page.more, cursor=after if page.more else None)
