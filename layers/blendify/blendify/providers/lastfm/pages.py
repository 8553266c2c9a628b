"""Last.fm's lists: machine-converted XML, so numbers are strings, and a list of one entry may be that entry alone."""

from collections.abc import Callable, Mapping
from typing import Any

from blendify.core.errors import UnexpectedShape
from blendify.providers.json_fields import count, flag, get, listed, number, text
from blendify.providers.paging import Page


def page_of(root: str, entries: str) -> Callable[[Any], Page]:
    """
    Reads the list under `root`; its `entries` are a list, one object, or missing when there are none.

    Shape   {root: {entries: [...], "@attr": {"user", "page", "perPage", "total", "totalPages"}}}
    Raises  UnexpectedShape without entries, unless the list's count or the page's place in it is told
    """

    def page(body: Any) -> Page:
        wrapped = get(body, root)
        attributes, given = _attributes(wrapped), listed(wrapped, entries)
        total = count(attributes, "total")
        if not given and all(count(attributes, name) is None for name in ("total", "page", "totalPages")):
            raise UnexpectedShape(f"Last.fm's response is not a page: it has no `{root}` with a total or a page")
        # The track playing now is on every page and not in the total; once played, it is listed with its date.
        counted = [entry for entry in given if not flag(get(entry, "@attr"), "nowplaying")]
        pages = number(attributes, "totalPages")
        # Without a count only an empty page shows the end.
        more = total is None if pages is None else (number(attributes, "page") or 1) < pages
        return Page(counted, total, more, size=count(attributes, "perPage"))

    return page


def play_count(body: Any) -> int | None:
    """
    How often the user has played anything, by the profile.

    Shape   {"user": {"name": str, "playcount": "1500", …}}
    Source  https://www.last.fm/api/show/user.getInfo
    """
    return count(get(body, "user"), "playcount")


def user(root: str) -> Callable[[Any], str | None]:
    """Reads the name of the list's user."""
    return lambda body: text(_attributes(get(body, root)), "user")


def _attributes(wrapped: Any) -> Any:
    """The list's attributes; in an empty list they have been observed among its own keys."""
    attributes = get(wrapped, "@attr")
    return attributes if isinstance(attributes, Mapping) else wrapped
