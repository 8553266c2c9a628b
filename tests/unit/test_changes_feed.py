"""GET /me/changes: what was recorded and removed, of all data types together, newest first."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

import pytest

from blendify.access import sessions
from blendify.collecting.collector import collect, collect_once
from blendify.core import times
from blendify.core.data_types import DataType
from blendify.history.stored_facts import StoredFact
from blendify.jobs.job import POLL, Job
from blendify.syncing import syncs
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


def rebuilt(items: Iterable[Any]) -> list[Any]:
    """What there is, by the rule of the documentation."""
    held: dict[str, Any] = {}
    for item in items:
        order = item["sequence"], not item["removed"]
        before = held.get(item["entry_id"])
        if before is None or order >= (before["sequence"], not before["removed"]):
            held[item["entry_id"]] = item
    return [item for item in held.values() if not item["removed"]]


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


def test_every_change_says_why(world: World) -> None:
    """The sync that recorded it, and the list; a poll has no record of its own, and reads plays alone."""
    user_id = world.connect()
    began = synced(user_id, 3)
    job = Job(user_id, "spotify", "poll-without-record", times.iso(STARTED), POLL)
    collect_once(DataType.RECENTLY_PLAYED, job, plenty)
    browser = Browser({"session": sessions.begin(user_id)})
    items = pages(browser, "limit=200")
    sync_id = syncs.begun_at(user_id, began)
    assert sync_id
    why = {item["data_type"]: item["why"] for item in items}
    assert why.pop("recently_played") == {"cause": "poll", "sync_id": None, "import_id": None}
    assert why == {data_type.value: {"cause": "sync", "sync_id": sync_id, "import_id": None} for data_type in TYPES}
    lists = {item["list"] for item in items if item["data_type"] == "top_artists"}
    assert lists == {"short_term", "medium_term", "long_term"}
    assert {item["list"] for item in items if item["data_type"] == "saved_albums"} == {None}


def test_a_span_ends_where_it_is_told(world: World) -> None:
    """`until` with `since` is one run."""
    user_id = world.connect()
    first = synced(user_id, 3)
    world.simulator.change(world.listener, "remove", DataType.SAVED_ALBUMS, position=1)
    synced(user_id, 1)
    browser = Browser({"session": sessions.begin(user_id)})
    assert {item["fetched_at"] for item in pages(browser, f"limit=50&since={first}&until={first}")} == {first}
    assert len(pages(browser, f"limit=7&until={first}")) == len(pages(browser, "limit=200")) - 1


def test_the_greatest_sequence_of_each_entry_is_what_there_is(world: World) -> None:
    """In whatever order the items arrive, and however often: one rule gives what the API has now."""
    user_id = world.connect()
    synced(user_id, 3)
    for act, details in (("remove", {"position": 2}), ("add", {}), ("remove", {"position": 0})):
        world.simulator.change(world.listener, act, DataType.SAVED_ALBUMS, **details)
    synced(user_id, 2)
    world.simulator.change(world.listener, "move", DataType.TOP_ARTISTS, "short_term", to=1, position=0)
    synced(user_id, 1)
    browser = Browser({"session": sessions.begin(user_id)})
    items = pages(browser, "limit=50")
    held = rebuilt(items[::2] + items[::-1])
    for data_type in TYPES:
        now = browser.get(MUSIC, f"/me/music/{data_type}?limit=1000").json["items"]
        mine = [item for item in held if item["data_type"] == data_type]
        shown = sorted((str(item["record_id"]), str(item.get("time_range")), str(item.get("rank"))) for item in now)
        assert (
            sorted((str(item["record_id"]), str(item.get("time_range")), str(item.get("rank"))) for item in mine)
            == shown
        )
