"""Last.fm's lists, taken apart: machine-converted XML, so numbers are texts and a list of one may be that one alone."""

from collections.abc import Callable, Mapping
from typing import Any

from blendify.core.errors import UnexpectedShape
from blendify.providers.json_fields import of, text
from blendify.providers.paging import Page


def listed(root: str, entries: str) -> Callable[[Any], Page]:
    """
    The list under `root`; its `entries` are a list, one object, or missing when there are none.

    Shape   {root: {entries: [...], "@attr": {"user", "page", "perPage", "total", "totalPages"}}}
    Raises  UnexpectedShape without the list's own count
    """

    def page(body: Any) -> Page:
        wrapped = of(body, root)
        told = _attributes(wrapped)
        total, pages, number = (whole(told, name) for name in ("total", "totalPages", "page"))
        if total is None:
            raise UnexpectedShape(f"Last.fm's answer is no page: it has no {root} with a total")
        found = of(wrapped, entries)
        several = found if isinstance(found, list) else [found] if isinstance(found, Mapping) else []
        # What plays now stands on every page and is not counted; once it has been played it comes with its date.
        counted = [one for one in several if text(of(one, "@attr"), "nowplaying") != "true"]
        return Page(counted, total, more=(number or 1) < (pages or 0))

    return page


def user(root: str) -> Callable[[Any], str | None]:
    """Whose list it is."""
    return lambda body: text(_attributes(of(body, root)), "user")


def whole(item: Any, key: str) -> int | None:
    """The whole number under `key`, which mostly comes as a text."""
    value = of(item, key)
    if isinstance(value, str) and value.isascii() and value.isdecimal():
        return int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _attributes(wrapped: Any) -> Any:
    """The list's attributes; of an empty list they have been seen among its own keys."""
    attributes = of(wrapped, "@attr")
    return attributes if attributes is not None else wrapped
