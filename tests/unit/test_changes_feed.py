"""GET /me/changes: what was recorded and removed, of all data types together, newest first."""

from datetime import timedelta
from typing import Any

import pytest

from blendify.access import sessions
from blendify.collecting.collector import collect
from blendify.core.data_types import DataType
from blendify.history.stored_facts import StoredFact
from blendify.syncing.finish_sync import finish_sync
from tests.unit.http_events import Browser
from tests.unit.sync_steps import STARTED, begun, plenty
from tests.unit.world import World

pytestmark = pytest.mark.usefixtures("aws_in_memory")

MUSIC = "api.music"
TYPES = (DataType.TOP_ARTISTS, DataType.SAVED_ALBUMS, DataType.FOLLOWED_ARTISTS)


def synced(user_id: str, hours_ago: float) -> str:
    job = begun(user_id, *TYPES, execution=f"{hours_ago} h", started_at=STARTED - timedelta(hours=hours_ago))
    for data_type in TYPES:
        collect(data_type, job, plenty)
    finish_sync(job, 1, [])
    return job.fetched_at


def pages(browser: Browser, query: str) -> list[Any]:
    """All items, page by page."""
    items, more = [], ""
    while True:
        body = browser.get(MUSIC, f"/me/changes?{query}{more}").json
        items += body["items"]
        if body["next_cursor"] is None:
            return items
        more = f"&cursor={body['next_cursor']}"


def test_every_change_comes_once_and_the_newest_first(world: World) -> None:
    """In pages of any size, as the history holds them; a removal says so."""
    user_id = world.connect()
    synced(user_id, 3)
    world.simulator.change(world.listener, "remove", DataType.SAVED_ALBUMS, position=1)
    second = synced(user_id, 1)
    browser = Browser({"session": sessions.begin(user_id)})
    items = pages(browser, "limit=200")
    stored = [fact for data_type in TYPES for fact in StoredFact.every(user_id, data_type)]
    assert len(items) == len(stored)
    assert [item["fetched_at"] for item in items] == sorted((item["fetched_at"] for item in items), reverse=True)
    assert pages(browser, "limit=7") == items
    newest = [item for item in items if item["fetched_at"] == second]
    assert [(item["data_type"], item["removed"]) for item in newest] == [("saved_albums", True)]
    assert pages(browser, f"since={second}") == newest
    assert pages(browser, "limit=9&data_type=top_artists&data_type=followed_artists") == [
        item for item in items if item["data_type"] != "saved_albums"
    ]


def test_nobody_sees_changes_of_others(world: World) -> None:
    """Not with a cursor of theirs either."""
    user_id = world.connect()
    synced(user_id, 1)
    browser = Browser({"session": sessions.begin(user_id)})
    cursor = browser.get(MUSIC, "/me/changes?limit=1").json["next_cursor"]
    other = Browser({"session": sessions.begin(world.connect("bea"))})
    assert other.get(MUSIC, f"/me/changes?cursor={cursor}").json == {"items": [], "next_cursor": None}
    assert Browser().get(MUSIC, "/me/changes").status == 401


@pytest.mark.parametrize(
    "query",
    ["since=yesterday", "since=2100-01-01T00:00:00Z", "limit=0", "limit=201", "data_type=songs", "cursor=x", "as_of=1"],
)
def test_a_question_that_cannot_be_is_refused(world: World, query: str) -> None:
    """400, with the parameter and what is allowed."""
    response = Browser({"session": sessions.begin(world.connect())}).get(MUSIC, f"/me/changes?{query}")
    assert response.status == 400
    assert query.partition("=")[0] in response.json["error"]["message"]
