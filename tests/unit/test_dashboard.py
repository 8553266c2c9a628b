"""Listeners read only their own data, and only with a session."""

import re
import time
from dataclasses import replace
from datetime import datetime, timedelta
from importlib import import_module
from typing import Any

import pytest

from blendify.access import sessions
from blendify.collecting.collector import collect
from blendify.core import aws, times
from blendify.core.data_types import DataType, Outcome, Status
from blendify.core.settings import connectable
from blendify.db import keys
from blendify.db.state_table import Change, state_table
from blendify.jobs import progress
from blendify.providers import PROVIDERS
from blendify.providers.oauth2 import AuthorizationCode
from blendify.syncing import syncs
from tests.unit.http_events import Browser, Context, event
from tests.unit.login_flow import LISTENER
from tests.unit.sync_steps import STARTED, begun, plenty, standing
from tests.unit.visible import items, logged
from tests.unit.world import World

pytestmark = pytest.mark.usefixtures("aws_in_memory")

PATHS = ["/me", "/me/syncs", "/me/syncs/20261122T174430123Z-00000000"]


def session_of(user_id: str) -> Browser:
    return Browser({"session": sessions.begin(user_id)})


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("cookies", [{}, {"session": "forged"}, {"session": ""}, {"__Host-session": "x"}], ids=str)
def test_without_a_session_nothing_is_shown(world: World, path: str, cookies: dict[str, str]) -> None:
    """401 as JSON, the same for every path, whether it exists or not."""
    world.connect()
    response = Browser(cookies).get(LISTENER, path)
    assert response.status == 401
    assert response.json["error"]["code"] == "unauthorized"
    assert response.headers["cache-control"] == "no-store"
    assert response.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize("path", PATHS)
def test_an_expired_session_shows_nothing(world: World, path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A month after the login it is over, although DynamoDB may still hold it."""
    browser = session_of(world.connect())
    real = time.time
    monkeypatch.setattr("blendify.access.sessions.time.time", lambda: real() + sessions.LIFETIME_SECONDS + 1)
    assert browser.get(LISTENER, path).status == 401


def test_a_session_is_stored_as_a_hash(world: World) -> None:
    """Reading the table is not enough to log in as a listener."""
    browser = session_of(world.connect())
    assert browser.cookies["session"] not in str(items())


def test_a_listener_reads_who_they_are(world: World) -> None:
    """User, connection and the newest sync; no token."""
    user_id = world.connect()
    job = begun(user_id, DataType.TOP_TRACKS)
    response = session_of(user_id).get(LISTENER, "/me")
    me = response.json
    assert (response.status, me["user_id"]) == (200, user_id)
    assert [connection["provider"] for connection in me["connections"]] == ["spotify"]
    assert me["latest_sync"]["sync_id"] == job.sync_id
    assert not [secret for secret in world.simulator.accounts.secrets if secret in response.body]


def test_a_listener_reads_their_sync(world: World) -> None:
    """Status, and per data type its outcome and counts."""
    user_id = world.connect()
    job = begun(user_id, DataType.TOP_ARTISTS, DataType.PLAYLISTS)
    collect(DataType.TOP_ARTISTS, job, lambda: 900.0)
    run = session_of(user_id).get(LISTENER, f"/me/syncs/{job.sync_id}").json
    assert (run["sync_id"], run["provider"], run["status"], run["round"]) == (job.sync_id, "spotify", "running", 1)
    assert run["started_at"] == job.fetched_at
    assert set(run["data_types"]) == {"top_artists", "playlists"}
    done = run["data_types"]["top_artists"]
    assert (done["outcome"], done["records"], done["appended"], done["calls"]) == ("complete", 12, 12, 3)
    assert (done["removed"], done["unavailable"], done["why"]) == (0, 0, None)
    assert run["data_types"]["playlists"]["outcome"] == "pending"


def test_another_listeners_sync_is_not_there(world: World) -> None:
    """404, as for an id that does not exist: not even its existence is revealed."""
    job = begun(world.connect("bea"), DataType.TOP_TRACKS)
    browser = session_of(world.connect("ana"))
    foreign = browser.get(LISTENER, f"/me/syncs/{job.sync_id}")
    unknown = browser.get(LISTENER, "/me/syncs/20200101T000000000Z-00000000")
    assert foreign.status == unknown.status == 404
    assert foreign.json == unknown.json
    assert browser.get(LISTENER, "/me/syncs").json == {"items": [], "next_cursor": None}


@pytest.mark.parametrize("suffix", ["%23top_tracks", "#top_tracks", "%2F..%2F"])
def test_a_part_of_a_run_is_no_run(world: World, suffix: str) -> None:
    """An id that names the item of one data type is not found."""
    job = begun(world.connect(), DataType.TOP_TRACKS)
    browser = session_of(job.user_id)
    response = browser.get(LISTENER, f"/me/syncs/{job.sync_id}{suffix.replace('#', '%23')}")
    assert response.status == 404


def test_syncs_are_listed_newest_first_and_not_without_end(world: World) -> None:
    """The newest twenty, those that never began included."""
    user_id = world.connect()
    for hour in range(25):
        moment = STARTED + timedelta(hours=hour)
        syncs.create(syncs.Sync(syncs.new_id(moment, "x"), user_id, "spotify", Status.FAILED, times.iso(moment), (), 0))
    listed = [run["started_at"] for run in session_of(user_id).get(LISTENER, "/me/syncs").json["items"]]
    assert listed == sorted(listed, reverse=True)
    assert listed[0] == times.iso(STARTED + timedelta(hours=24))
    assert len(listed) == 20


def authorized(user_id: str, days_ago: float) -> datetime:
    """Make the consent that old; returns when the access ends."""
    moment = times.now() - timedelta(days=days_ago)
    state_table().update(
        keys.user(user_id), keys.connection("spotify"), Change(set={"authorized_at": times.iso(moment)})
    )
    return times.parse(times.iso(moment)) + timedelta(days=181)


def test_a_listener_reads_when_access_ends(world: World) -> None:
    """As a moment, so that apps can warn in time."""
    user_id = world.connect()
    end = authorized(user_id, 100)
    assert session_of(user_id).get(LISTENER, "/me").json["connections"][0]["access_ends_at"] == times.iso(end)


def test_access_that_does_not_end_has_no_end(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Null for a provider whose consents do not expire."""
    endless = replace(PROVIDERS["spotify"], access=AuthorizationCode("Spotify", "/authorize", "/token"))
    monkeypatch.setattr("blendify.providers.spotify.PROVIDER", endless)
    user_id = world.connect()
    authorized(user_id, 1000)
    browser = session_of(user_id)
    assert browser.get(LISTENER, "/me").json["connections"][0]["access_ends_at"] is None


@pytest.mark.parametrize(("seconds", "status"), [(60, "waiting"), (-1, "running")])
def test_a_run_waits_until_its_moment_and_then_runs(world: World, seconds: float, status: str) -> None:
    """The next attempt begins by itself, so no response says that a sync waits until a moment in the past."""
    user_id = world.connect()
    job = begun(user_id, DataType.TOP_TRACKS)
    until = times.now() + timedelta(seconds=seconds)
    syncs.wait(user_id, job.sync_id, until, 2)
    sync = session_of(user_id).get(LISTENER, "/me").json["latest_sync"]
    assert (sync["status"], sync["waiting_until"]) == (status, times.iso(until) if seconds > 0 else None)


def test_a_listener_reads_until_when_a_data_type_waits(world: World) -> None:
    """The moment while it waits; null before and afterwards."""
    job = begun(world.connect(), DataType.SAVED_TRACKS, DataType.TOP_ARTISTS)
    until = times.now() + timedelta(hours=3)

    def move(outcome: Outcome, until: datetime | None) -> None:
        before = standing(job, DataType.SAVED_TRACKS)
        progress.move_on(before, progress.Checkpoint(outcome, until=until))

    def waiting_until() -> Any:
        read = session_of(job.user_id).get(LISTENER, "/me").json["latest_sync"]["data_types"]
        assert read["top_artists"]["waiting_until"] is None
        return read["saved_tracks"]["waiting_until"]

    assert waiting_until() is None
    move(Outcome.WAITING, until)
    assert waiting_until() == times.iso(until)
    move(Outcome.FAILED, until)
    assert waiting_until() is None


def test_the_start_page_offers_every_provider(world: World) -> None:
    """Anybody may see it; links are relative, so that they hold behind any address."""
    response = Browser().get(LISTENER, "/")
    assert response.status == 200
    assert re.findall(r'href="auth/(\w+)/login"', response.body) == list(PROVIDERS)


@pytest.mark.parametrize("here", [(), ("lastfm",)], ids=["none", "one"])
def test_only_what_is_set_up_is_offered(
    world: World, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest, here: tuple[str, ...]
) -> None:
    """There is a button only for providers that the operator has set up; without any the page says so."""
    monkeypatch.setenv("CONNECTABLE", ",".join(here))
    connectable.cache_clear()
    request.addfinalizer(connectable.cache_clear)
    start, account = Browser().get(LISTENER, "/"), session_of(world.connect()).get(LISTENER, "/account")
    for page in (start, account):
        assert re.findall(r'href="(?:\./)?auth/(\w+)/login"', page.body) == list(here)
    assert ("The operator has not set up a music service here" in start.body) == (not here)


def test_an_unknown_address_is_not_there(world: World) -> None:
    """JSON below `/me`, a page elsewhere; the address is not repeated."""
    api, page = Browser().get(LISTENER, "/me/nothing"), Browser().get(LISTENER, "/nothing<script>")
    assert api.status == page.status == 404
    assert api.json["error"]["code"] == "not_found"
    assert "nothing<script>" not in page.body


def test_an_internal_error_shows_no_detail(world: World, caplog: pytest.LogCaptureFixture) -> None:
    """500 with an apology; the reason is in the log, the cookie is not."""
    browser = session_of(world.connect())
    aws.client("dynamodb").delete_table(TableName="accounts")
    response = browser.get(LISTENER, "/me")
    log = logged(caplog)
    assert response.status == 500
    assert "ResourceNotFound" not in response.body
    assert "ResourceNotFound" in log
    assert browser.cookies["session"] not in log


def test_the_start_page_without_its_slash_leads_to_the_one_with_it() -> None:
    """`…/v1` goes to `…/v1/`: the page's relative links would miss the stage otherwise."""
    request = event("GET", "/")
    request["requestContext"]["path"] = "/v1"
    response = import_module(LISTENER).handler(request, Context())
    assert response["statusCode"] == 303
    assert response["multiValueHeaders"]["Location"] == ["v1/"]


def test_the_listener_sees_when_plays_were_last_looked_at(world: World) -> None:
    """By a sync or a poll, which has no record of its own. Until then there is no such moment."""
    user_id = world.connect()
    browser = session_of(user_id)
    assert browser.get(LISTENER, "/me").json["connections"][0]["plays_read_at"] is None
    assert "last looked at" not in browser.get(LISTENER, "/sync").body
    job = begun(user_id, DataType.RECENTLY_PLAYED)
    collect(DataType.RECENTLY_PLAYED, job, plenty)
    assert browser.get(LISTENER, "/me").json["connections"][0]["plays_read_at"] == job.fetched_at
    assert f'last looked at <time datetime="{job.fetched_at}"' in browser.get(LISTENER, "/sync").body
