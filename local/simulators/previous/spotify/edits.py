"""Pages that are not what the library holds: the true one, changed."""

from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from local.simulators.previous.spotify.regimes import Json

Page = dict[str, Json]


def page_in(body: Json) -> Page | None:
    """The page that an answer is, or wraps under `artists`; None if there is none in it."""
    if isinstance(body, dict):
        for found in (body, body.get("artists")):
            if isinstance(found, dict) and isinstance(found.get("items"), list):
                return found
    return None


def edited(body: Json, edit: Mapping[str, Json]) -> Json | None:
    """A changed copy of an answer; None if it is no page, or one that the edit leaves as it is."""
    page = page_in(body)
    if page is None:
        return None
    changed = {**page, "items": list(page["items"])}
    for name, change in _EDITS.items():
        if name in edit:
            change(changed, edit[name])
    if changed == page:
        return None
    return changed if page is body else {**body, "artists": changed}


def _next(page: Page, promised: bool) -> None:
    """Where the true page has an end already, or a promise already, there is nothing to do."""
    if not promised:
        page["next"] = None
        if page.get("cursors"):
            page["cursors"] = None if "before" in page["cursors"] else {"after": None}
    elif page.get("next") is None and "href" in page:
        _promise(page)


def _promise(page: Page) -> None:
    href = urlsplit(page["href"])
    asked = dict(parse_qsl(href.query))
    if "offset" in page:
        asked["offset"] = str(page["offset"] + page["limit"])
    elif page.get("cursors"):
        # The cursor of a page without entries is the one that led to it.
        last = page["items"][-1]["id"] if page["items"] else asked.get("after")
        if last is None:
            return
        asked["after"] = last
        page["cursors"] = {"after": last}
    page["next"] = href._replace(query=urlencode(asked)).geturl()


def _null(page: Page, places: list[int]) -> None:
    for place in places:
        if place < len(page["items"]):
            page["items"][place] = None


def _keep(page: Page, count: int) -> None:
    del page["items"][count:]


def _total(page: Page, total: int) -> None:
    page["total"] = total


def _total_off(page: Page, off: int) -> None:
    if "total" in page:
        page["total"] += off


_EDITS: dict[str, Callable[[Page, Any], None]] = {
    # The promise comes first: a cursor is that of the last entry before any was taken away.
    "next": _next,
    "null": _null,
    "keep": _keep,
    "total": _total,
    "total_off": _total_off,
}
