"""Spotify's paging objects."""

from collections.abc import Mapping
from typing import Any

from blendify.core.errors import UnexpectedShape
from blendify.providers.paging import Page


def paged(body: Any) -> Page:
    """
    The plain paging object. Null entries stay in the page, as `total` counts them.

    Shape   {"items": [...], "total": int, "next": str | null, ...}; recently played has no `total`
    Raises  UnexpectedShape without `items`
    """
    entries = body.get("items") if isinstance(body, Mapping) else None
    if not isinstance(entries, list):
        raise UnexpectedShape("Spotify's response is not a page: it has no `items`")
    total = body.get("total")
    return Page(entries=entries, total=total if isinstance(total, int) else None, more=bool(body.get("next")))


def followed(body: Any) -> Page:
    """
    Followed artists: the page is under `artists`, and its cursor is the last artist's id.

    Shape   {"artists": {"items": [...], "cursors": {"after": str | null}, "total": int, "next": str | null}}
    Raises  UnexpectedShape without `artists`
    """
    wrapped = body.get("artists") if isinstance(body, Mapping) else None
    if not isinstance(wrapped, Mapping):
        raise UnexpectedShape("Spotify's response is not a page: it has no `artists`")
    page = paged(wrapped)
    cursors = wrapped.get("cursors")
    after = cursors.get("after") if isinstance(cursors, Mapping) else None
    return Page(entries=page.entries, total=page.total, more=page.more, cursor=after if page.more else None)
