"""Last.fm's lists: machine-converted XML, so numbers are strings, and a list of one entry may be that entry alone."""

from collections.abc import Callable, Mapping
from typing import Any

from blendify.core.errors import UnexpectedShape
from blendify.providers.json_fields import get, text
from blendify.providers.paging import Page


def listed(root: str, entries: str) -> Callable[[Any], Page]:
    """
    Reads the list under `root`; its `entries` are a list, one object, or missing when there are none.

    Shape   {root: {entries: [...], "@attr": {"user", "page", "perPage", "total", "totalPages"}}}
    Raises  UnexpectedShape without the list's own count
    """

    def page(body: Any) -> Page:
        wrapped = get(body, root)
        attributes = _attributes(wrapped)
        total, pages, number = (whole(attributes, name) for name in ("total", "totalPages", "page"))
        if total is None:
            raise UnexpectedShape(f"Last.fm's response is not a page: it has no `{root}` with a total")
        content = get(wrapped, entries)
        listed_entries = content if isinstance(content, list) else [content] if isinstance(content, Mapping) else []
        # The track playing now is on every page and not in the total; once played, it is listed with its date.
        counted = [entry for entry in listed_entries if text(get(entry, "@attr"), "nowplaying") != "true"]
        return Page(counted, total, more=(number or 1) < (pages or 0))

    return page


def user(root: str) -> Callable[[Any], str | None]:
    """Reads the name of the list's user."""
    return lambda body: text(_attributes(get(body, root)), "user")


def whole(item: Any, key: str) -> int | None:
    """The whole number under `key`, which is mostly a string."""
    value = get(item, key)
    if isinstance(value, str) and value.isascii() and value.isdecimal():
        return int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _attributes(wrapped: Any) -> Any:
    """The list's attributes; in an empty list they have been observed among its own keys."""
    attributes = get(wrapped, "@attr")
    return attributes if attributes is not None else wrapped
