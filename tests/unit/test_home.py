"""The home page: the music now, what changed since the listener was here, how the collection stands."""

import math
import re
from datetime import timedelta
from typing import Any

import pytest
from botocore.client import BaseClient

from blendify.access import connections, sessions, visits
from blendify.access.token_vault import seal
from blendify.collecting.collector import collect
from blendify.core import times
from blendify.core.data_types import DataType
from blendify.core.settings import allowed_for
from blendify.insights import worker
from blendify.insights.queue import REBUILD, Ask
from blendify.leaving.disconnect import disconnect
from blendify.syncing.finish_sync import finish_sync
from tests.aws.capacity import item_size
from tests.unit.http_events import Browser
from tests.unit.insights_stories import Messages
from tests.unit.sync_steps import STARTED, begun, plenty
from tests.unit.world import World

pytestmark = pytest.mark.usefixtures("aws_in_memory")

HOME = "api.home"


@pytest.fixture
def read_units(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The read units of each request to DynamoDB, by its published rules."""
    units: list[float] = []
    real = BaseClient._make_api_call  # type: ignore[attr-defined]

    def call(client: Any, operation: str, parameters: dict[str, Any]) -> Any:
        response = real(client, operation, parameters)
        price = 1 if parameters.get("ConsistentRead") else 0.5
        if operation == "Query":
            units.append(price * max(1, math.ceil(sum(map(item_size, response["Items"])) / 4096)))
        elif operation == "GetItem":
            units.append(price * max(1, math.ceil(item_size(response.get("Item", {})) / 4096)))
        elif operation == "BatchGetItem":
            units.extend(
                0.5 * math.ceil(item_size(item) / 4096) for items in response["Responses"].values() for item in items
            )
        return response

    monkeypatch.setattr(BaseClient, "_make_api_call", call)
    return units


def session_of(user_id: str) -> Browser:
    return Browser({"session": sessions.begin(user_id)})


def synced(user_id: str, *data_types: DataType, minutes_ago: float = 1) -> str:
    """A whole sync; returns when it began."""
    started_at = STARTED + timedelta(minutes=1 - minutes_ago)
    job = begun(user_id, *data_types, execution=f"execution {minutes_ago}", started_at=started_at)
    for data_type in data_types:
        collect(data_type, job, plenty)
    finish_sync(job, 1, [])
    return job.fetched_at


def rebuilt(user_id: str, messages: Messages) -> None:
    """All insights of the listener are computed."""
    worker.do(Ask(user_id, REBUILD), lambda: 600.0)
    messages.work()


def test_the_page_shows_the_music_now(world: World) -> None:
    """The newest list by rank, with covers that the policy lets load; it is whole without script."""
    user_id = world.connect()
    synced(user_id, DataType.TOP_TRACKS, DataType.TOP_ARTISTS, DataType.SAVED_TRACKS)
    page = session_of(user_id).get(HOME, "/dashboard")
    tracks = [track["name"] for track in world.lists(DataType.TOP_TRACKS)["short_term"]]
    assert re.findall(r'<span class="rank">(\d+)', page.body) == [str(rank + 1) for rank in range(len(tracks))]
    assert "All is well" in page.body
    assert "img-src 'self' https://*.scdn.co" in page.headers["content-security-policy"]
    sources = re.findall(r'<img class="cover[^>]+src="(https://[^/"]+)', page.body)
    assert sources
    assert {source.partition("//")[2].partition(".")[2] for source in sources} <= {"scdn.co", "spotifycdn.com"}
    assert not re.search(r"<[^>]+\son\w+=|<script(?![^>]+ src=)|\sstyle=", page.body)


@pytest.mark.parametrize("known", [False, True], ids=["from the history", "from the insights"])
def test_a_service_whose_views_are_off_has_no_ranking_here(
    world: World, messages: Messages, monkeypatch: pytest.MonkeyPatch, known: bool
) -> None:
    """The operator decides; what changed in the listener's own library is still told."""
    user_id = world.connect()
    synced(user_id, DataType.TOP_TRACKS, DataType.TOP_ARTISTS, DataType.SAVED_TRACKS)
    if known:
        rebuilt(user_id, messages)
    monkeypatch.setenv("VIEWS", "apple_music,lastfm")
    allowed_for.cache_clear()
    try:
        page = session_of(user_id).get(HOME, "/dashboard").body
    finally:
        allowed_for.cache_clear()
    assert 'class="rank"' not in page
    assert "All is well" in page


def test_a_listener_with_several_services_sees_where_things_are_from(world: World, lastfm: World) -> None:
    """With one service that goes without saying."""
    user_id = world.connect()
    synced(user_id, DataType.TOP_TRACKS, DataType.SAVED_TRACKS)
    browser = session_of(user_id)
    assert ", Spotify<" not in browser.get(HOME, "/dashboard").body
    consent = lastfm.consent()
    sealed = seal(consent.tokens, provider="lastfm", user_id=user_id)
    connections.connect(
        user_id, "lastfm", consent.profile, connections.Grant("default", (), sealed, consent.tokens.expires_at)
    )
    page = browser.get(HOME, "/dashboard").body
    assert "Saved, Spotify <br>" in page
    assert re.search(r"Most played, [^<]+, Spotify</p>", page)


def test_the_page_waits_for_the_first_music(world: World) -> None:
    """After the first login there is nothing yet: it says so, and asks again by itself."""
    job = begun(world.connect(), DataType.TOP_TRACKS)
    page = session_of(job.user_id).get(HOME, "/dashboard").body
    assert "on its way" in page
    assert "data-refresh" in page


@pytest.mark.parametrize("known", [False, True], ids=["from the history", "from the insights"])
def test_the_music_stays_when_its_account_is_disconnected(world: World, messages: Messages, known: bool) -> None:
    """The history outlives the connection, and so does what the page shows of it."""
    user_id = world.connect()
    synced(user_id, DataType.TOP_TRACKS)
    if known:
        rebuilt(user_id, messages)
    before = session_of(user_id).get(HOME, "/dashboard").body
    disconnect(user_id, "spotify")
    after = session_of(user_id).get(HOME, "/dashboard").body
    ranks = [re.findall(r'<span class="rank">.*?</strong>', page) for page in (before, after)]
    assert ranks[0]
    assert ranks[0] == ranks[1]


@pytest.mark.parametrize("cookies", [{}, {"session": "forged"}], ids=str)
def test_a_stranger_is_led_to_the_start_page(world: World, cookies: dict[str, str]) -> None:
    """303, to an address below our own."""
    response = Browser(cookies).get(HOME, "/dashboard")
    assert (response.status, response.location) == (303, "./")


def test_a_slash_too_many_is_taken_off(world: World) -> None:
    """The page's links would miss otherwise."""
    assert session_of(world.connect()).get(HOME, "/dashboard/").location == "../dashboard"


def test_a_listener_sees_what_changed_since_they_were_here(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """What later syncs recorded, and nothing that they knew; on the same visit it stays new."""
    user_id = world.connect()
    browser = session_of(user_id)
    synced(user_id, DataType.SAVED_ALBUMS, minutes_ago=9)
    assert "Latest in your collection" in browser.get(HOME, "/dashboard").body
    gone = world.simulator.change("ana", "remove", DataType.SAVED_ALBUMS, position=2)
    assert gone is not None
    real = times.now
    monkeypatch.setattr(times, "now", lambda: real() + timedelta(hours=2))
    synced(user_id, DataType.SAVED_ALBUMS, minutes_ago=-119)
    for _ in range(2):
        page = browser.get(HOME, "/dashboard").body
        assert "Since you were here" in page
        assert page.count("Album no longer saved") == 1
        assert "Album saved" not in page


def test_nothing_new_is_said(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """With the latest of before, so that the page is not empty."""
    user_id = world.connect()
    synced(user_id, DataType.SAVED_ALBUMS)
    browser = session_of(user_id)
    browser.get(HOME, "/dashboard")
    real = times.now
    monkeypatch.setattr(times, "now", lambda: real() + timedelta(hours=2))
    page = browser.get(HOME, "/dashboard").body
    assert "Nothing new since then" in page
    assert "Album saved" in page


def test_what_a_running_sync_records_is_new_at_the_next_visit(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its records have the moment at which it began, which is before the visit that could not see them."""
    user_id = world.connect()
    first = visits.visit(user_id, "2026-11-28T10:00:00.000Z").before
    real = times.now
    monkeypatch.setattr(times, "now", lambda: real() + timedelta(hours=2))
    second = visits.visit(user_id, "2026-11-28T12:00:00.000Z").before
    third = visits.visit(user_id, "2026-11-28T12:10:00.000Z").before
    assert (first, second, third) == (None, "2026-11-28T10:00:00.000Z", "2026-11-28T10:00:00.000Z")


@pytest.mark.parametrize(("known", "most"), [(True, 10.5), (False, 15.5)], ids=["insights", "no insights yet"])
def test_the_page_is_cheap(world: World, read_units: list[float], messages: Messages, known: bool, most: float) -> None:
    """So many read units at most, whatever the listener has; more in the minutes in which insights know nothing yet."""
    user_id = world.connect()
    synced(user_id, DataType.TOP_TRACKS, DataType.TOP_ARTISTS, DataType.SAVED_TRACKS, DataType.SAVED_ALBUMS)
    if known:
        rebuilt(user_id, messages)
    browser = session_of(user_id)
    browser.get(HOME, "/dashboard")
    read_units.clear()
    page = browser.get(HOME, "/dashboard")
    assert (page.status, 'class="plain faces"' in page.body) == (200, known)
    assert 2 < sum(read_units) <= most, list(read_units)
