"""An app that reads what a listener has, page by page, through the handler that API Gateway calls."""

from typing import Any
from urllib.parse import quote, urlencode

from blendify.access import sessions
from blendify.core.data_types import DataType
from local.verification import RESOURCES, canonical, list_of
from tests.unit.http_events import Answer, Browser

MUSIC = "api.music"
MOST_PAGES = 1_000


def browser_of(user_id: str) -> Browser:
    """A browser with a session of this user."""
    return Browser({"session": sessions.begin(user_id)})


def ask(browser: Browser, data_type: str, record_id: str | None = None, **parameters: Any) -> Answer:
    """One request; a record's id asks for its history."""
    path = f"/me/music/{data_type}" + (f"/{quote(record_id, safe='')}/history" if record_id is not None else "")
    return browser.get(MUSIC, f"{path}?{urlencode(parameters, doseq=True)}")


def everything(browser: Browser, data_type: str, record_id: str | None = None, **parameters: Any) -> list[Any]:
    """The items of all pages."""
    found: list[Any] = []
    for _ in range(MOST_PAGES):
        answer = ask(browser, data_type, record_id, **parameters)
        assert answer.status == 200, answer.body
        items, cursor = answer.json["items"], answer.json["next_cursor"]
        assert items or not cursor, "a page that leads on and holds nothing"
        found += items
        if cursor is None:
            return found
        parameters["cursor"] = cursor
    raise AssertionError("the pages have no end")


def lists(data_type: DataType, items: list[Any]) -> dict[str, list[Any]]:
    """The provider's full answers, list by list; what songs were played from stands in its list once."""
    found: dict[str, list[Any]] = {}
    met = set()
    for one in items:
        name = list_of(data_type, one)
        if name == RESOURCES and one["record_id"] in met:
            continue
        met.add(one["record_id"])
        found.setdefault(name, []).append(next(one[key] for key in one if key.endswith("_metadata")))
    return found


def differences(data_type: DataType, wanted: dict[str, list[Any]], items: list[Any]) -> list[str]:
    """Where the answer is not what the lists held: other entries, or their order where that is the listener's."""
    found, told = lists(data_type, items), []
    for name in sorted({*found, *(name for name, entries in wanted.items() if entries)}):
        held, here = list(map(canonical, wanted.get(name, []))), list(map(canonical, found.get(name, [])))
        if data_type is DataType.RECENTLY_PLAYED:
            here = [one for one in here if one in set(held)]
        if sorted(held) != sorted(here):
            told.append(f"{data_type} {name}: {len(held)} held, {len(here)} told, or others")
        elif data_type in IN_ORDER and held != here:
            told.append(f"{data_type} {name}: the order is another")
    moments = [one.get("played_at") or one.get("added_at") or "" for one in items]
    if data_type not in IN_ORDER and moments != sorted(moments, reverse=True):
        told.append(f"{data_type}: the newest does not come first")
    return told


IN_ORDER = (DataType.TOP_TRACKS, DataType.TOP_ARTISTS, DataType.PLAYLIST_TRACKS)
