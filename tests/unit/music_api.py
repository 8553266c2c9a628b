"""An app that reads a listener's music page by page, through the handler that API Gateway calls."""

from typing import Any
from urllib.parse import quote, urlencode

from blendify.access import sessions
from blendify.core.data_types import DataType
from operations.folded_lists import RESOURCES, canonical, list_of
from tests.unit.http_events import Browser, HttpResponse

MUSIC = "api.music"
MOST_PAGES = 1_000


def browser_of(user_id: str) -> Browser:
    """A browser with a session of this user."""
    return Browser({"session": sessions.begin(user_id)})


def ask(browser: Browser, data_type: str, record_id: str | None = None, **parameters: Any) -> HttpResponse:
    """One request; a record's id asks for its history."""
    path = f"/me/music/{data_type}" + (f"/{quote(record_id, safe='')}/history" if record_id is not None else "")
    return browser.get(MUSIC, f"{path}?{urlencode(parameters, doseq=True)}")


def everything(browser: Browser, data_type: str, record_id: str | None = None, **parameters: Any) -> list[Any]:
    """The items of all pages."""
    collected: list[Any] = []
    for _ in range(MOST_PAGES):
        response = ask(browser, data_type, record_id, **parameters)
        assert response.status == 200, response.body
        items, cursor = response.json["items"], response.json["next_cursor"]
        assert items or not cursor, "a page that leads on and holds nothing"
        collected += items
        if cursor is None:
            return collected
        parameters["cursor"] = cursor
    raise AssertionError("the pages have no end")


def lists(data_type: DataType, items: list[Any]) -> dict[str, list[Any]]:
    """The provider's full responses, list by list; what songs were played from stands in its list once."""
    by_list: dict[str, list[Any]] = {}
    resources = set()
    for item in items:
        name = list_of(data_type, item)
        if name == RESOURCES and item["record_id"] in resources:
            continue
        resources.add(item["record_id"])
        by_list.setdefault(name, []).append(next(item[key] for key in item if key.endswith("_metadata")))
    return by_list


def differences(data_type: DataType, wanted: dict[str, list[Any]], items: list[Any]) -> list[str]:
    """Where the response is not what the lists held: other entries, or their order where that is the listener's."""
    received, differences = lists(data_type, items), []
    for name in sorted({*received, *(name for name, entries in wanted.items() if entries)}):
        expected, actual = list(map(canonical, wanted.get(name, []))), list(map(canonical, received.get(name, [])))
        if data_type is DataType.RECENTLY_PLAYED:
            actual = [entry for entry in actual if entry in set(expected)]
        if sorted(expected) != sorted(actual):
            differences.append(f"{data_type} {name}: {len(expected)} expected, {len(actual)} received, or others")
        elif data_type in IN_ORDER and expected != actual:
            differences.append(f"{data_type} {name}: the order differs")
    moments = [item.get("played_at") or item.get("added_at") or "" for item in items]
    if data_type not in IN_ORDER and moments != sorted(moments, reverse=True):
        differences.append(f"{data_type}: the newest does not come first")
    return differences


IN_ORDER = (DataType.TOP_TRACKS, DataType.TOP_ARTISTS, DataType.PLAYLIST_TRACKS)
