"""Pages that are not what the library holds: the true one, changed; and the page before the one asked for."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from local.simulators.apple_music.paging import window
from local.simulators.apple_music.reading import Call, Endpoint, read
from local.simulators.previous.answers import Json

Page = dict[str, Json]


def edited(body: Json, edit: Mapping[str, Json]) -> Json | None:
    """A changed copy of an answer, by the names in `simulators.edits`; None if the edit leaves it as it is."""
    if not isinstance(body, dict) or not isinstance(body.get("data"), list):
        return None
    changed = {**body, "data": list(body["data"])}
    for name, change in _EDITS.items():
        if name in edit:
            change(changed, edit[name])
    return None if changed == body else changed


def repeated(endpoint: Endpoint, call: Call) -> Json | None:
    """The entries of the page before, and around them what belongs to the page asked for; None on the first page."""
    body, asked = read(endpoint, call), window(call.query, endpoint.default, endpoint.most)
    if asked.offset == 0:
        return None
    start = max(0, asked.offset - asked.limit)
    before = read(endpoint, replace(call, query={**call.query, "offset": str(start)}))
    return {**body, "data": before["data"]}


def _next(page: Page, promised: bool) -> None:
    """Where the true page has an end already, or a promise already, there is nothing to do."""
    if not promised:
        page.pop("next", None)
    elif "next" not in page and page["data"]:
        path = page["data"][0]["href"].rpartition("/")[0]
        page["next"] = f"{path}?offset={page.get('meta', {}).get('total', len(page['data']))}"


def _null(page: Page, places: list[int]) -> None:
    for place in places:
        if place < len(page["data"]):
            page["data"][place] = None


def _keep(page: Page, count: int) -> None:
    del page["data"][count:]


def _total(page: Page, total: int) -> None:
    page["meta"] = {**page.get("meta", {}), "total": total}


def _total_off(page: Page, off: int) -> None:
    if "total" in page.get("meta", {}):
        _total(page, page["meta"]["total"] + off)


_EDITS: dict[str, Callable[[Page, Any], None]] = {
    # The promise comes first: it is made by an entry that may be taken away.
    "next": _next,
    "null": _null,
    "keep": _keep,
    "total": _total,
    "total_off": _total_off,
}
