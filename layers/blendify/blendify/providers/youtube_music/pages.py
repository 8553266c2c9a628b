"""YouTube's pages."""

from typing import Any

from blendify.core.errors import UnexpectedShape
from blendify.providers.json_fields import count, get, identifier
from blendify.providers.paging import Page


def page(body: Any) -> Page:
    """
    A page of any list; `totalResults` is an estimate.

    Shape   {"items": [...], "pageInfo": {"totalResults": int, "resultsPerPage": int}, "nextPageToken": str | absent}
    Raises  UnexpectedShape without `items`, unless there are none to give
    """
    total, entries = count(get(body, "pageInfo"), "totalResults"), get(body, "items")
    if not isinstance(entries, list):
        if entries is not None or total != 0:
            raise UnexpectedShape("YouTube Music's response is not a page: it has no `items`")
        entries = []
    cursor = identifier(body, "nextPageToken")
    return Page(entries=entries, total=total, more=cursor is not None, cursor=cursor)
