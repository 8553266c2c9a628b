"""The sync page: what is read, what came of it, and what a listener can do; whole without script."""

import re
from collections.abc import Mapping
from datetime import datetime, timedelta

import pytest

from blendify.access import connections, sessions
from blendify.collecting.collector import collect
from blendify.core import times
from blendify.core.data_types import DataType, Outcome, Status
from blendify.db import keys
from blendify.db.state_table import Change, state_table
from blendify.syncing import syncs
from blendify.web.standing import is_starting, standing, unread
from tests.unit.http_events import Browser
from tests.unit.login_flow import LISTENER
from tests.unit.step_functions import StepFunctions
from tests.unit.sync_steps import STARTED, begun, plenty
from tests.unit.world import Socket, World

pytestmark = pytest.mark.usefixtures("aws_in_memory")

NOW = times.parse("2026-11-28T12:00:00.000Z")
FORM = {"Content-Type": "application/x-www-form-urlencoded", "Sec-Fetch-Site": "same-origin"}
Shown = dict[str, object]


def session_of(user_id: str) -> Browser:
    return Browser({"session": sessions.begin(user_id)})


def connection(status: str = "active", ends_in_days: float | None = None, name: str = "spotify") -> Shown:
    ends_at = times.iso(NOW + timedelta(days=ends_in_days)) if ends_in_days is not None else None
    authorized_at = times.iso(NOW - timedelta(days=100))
    title = name.capitalize()
    return {
        "provider": name,
        "title": title,
        "status": status,
        "access_ends_at": ends_at,
        "authorized_at": authorized_at,
    }


def sync(status: Status, *outcomes: Outcome, **more: object) -> Shown:
    names = list(DataType)
    every = {names[place]: {"outcome": outcome, "records": 7} for place, outcome in enumerate(outcomes)}
    started_at, finished_at = times.iso(NOW - timedelta(hours=2)), times.iso(NOW - timedelta(hours=1))
    fields = {
        "status": status,
        "started_at": started_at,
        "finished_at": finished_at,
        "waiting_until": None,
        "why": None,
    }
    return {**fields, "provider": "spotify", "data_types": every, **more}


DONE = sync(Status.SUCCEEDED, Outcome.COMPLETE)


@pytest.mark.parametrize(
    ("connected", "syncs", "mood", "words"),
    [
        ([], [DONE], "bad", "Nothing is connected"),
        ([connection("reconnect")], [sync(Status.RUNNING)], "bad", "access to Spotify has ended"),
        ([connection()], [], "busy", "about to begin"),
        ([connection()], [sync(Status.RUNNING, Outcome.RUNNING), DONE], "busy", "7 records so far"),
        (
            [connection()],
            [sync(Status.WAITING, waiting_until="2026-11-28T13:00:00.000Z")],
            "busy",
            "goes on by itself at",
        ),
        ([connection(ends_in_days=3)], [sync(Status.FAILED, why="Gone.")], "bad", "failed. Gone."),
        ([connection(ends_in_days=29)], [sync(Status.PARTIAL)], "warn", "Connect Spotify again"),
        ([connection(ends_in_days=31)], [sync(Status.PARTIAL, Outcome.FAILED)], "warn", "Not everything"),
        ([connection()], [DONE], "good", "All is well"),
    ],
)
def test_one_line_says_what_matters_most(connected: list[Shown], syncs: list[Shown], mood: str, words: str) -> None:
    """Worst first: what only the listener can mend, then what is under way, then what mends itself."""
    line = standing(connected, syncs, NOW)
    assert line.mood == mood
    assert words in line.text


def test_a_poll_does_not_hide_how_the_account_stands() -> None:
    """Plays are looked at many times a day; a sync of everything that failed stays in view."""
    poll = {**DONE, "data_types": {"recently_played": {"outcome": Outcome.COMPLETE, "records": 1}}}
    assert standing([connection()], [poll, sync(Status.FAILED, Outcome.FAILED, Outcome.FAILED)], NOW).mood == "bad"


@pytest.mark.parametrize(
    ("seconds", "latest", "starting"),
    [(5, None, True), (5, DONE, True), (16, DONE, False), (5, sync(Status.RUNNING, started_at=times.iso(NOW)), False)],
)
def test_a_page_waits_for_a_sync_that_was_asked_for(seconds: int, latest: Shown | None, starting: bool) -> None:
    """For fifteen seconds, until the sync's record is there."""
    asked_at = NOW - timedelta(seconds=seconds)
    assert is_starting([connection()], asked_at, latest, NOW) is starting


def test_what_another_sync_may_read_can_be_asked_for() -> None:
    """What failed; not what the provider does not offer, and nothing while the sync goes on."""
    outcomes = (Outcome.COMPLETE, Outcome.FAILED, Outcome.NOT_OFFERED)
    assert unread(sync(Status.PARTIAL, *outcomes)) == ["top_artists"]
    assert unread(sync(Status.RUNNING, *outcomes)) == []


@pytest.mark.parametrize("path", ["/sync", "/account", "/account/leave"])
@pytest.mark.parametrize("cookies", [{}, {"session": "forged"}], ids=str)
def test_pages_of_a_listener_lead_strangers_to_the_start_page(world: World, path: str, cookies: dict[str, str]) -> None:
    """303, to an address below our own."""
    response = Browser(cookies).get(LISTENER, path)
    assert (response.status, response.location) == (303, "../" * (path.count("/") - 1) or "./")


def test_the_page_follows_a_sync(world: World) -> None:
    """Rows with their counts, and a page that asks again while it is read; with and without script."""
    job = begun(world.connect(), DataType.TOP_ARTISTS, DataType.PLAYLISTS)
    collect(DataType.TOP_ARTISTS, job, plenty)
    page = session_of(job.user_id).get(LISTENER, "/sync").body
    assert "Spotify: reading now" in page
    assert re.findall(r'<li class="row" data-state="(\w+)">', page) == ["complete", "pending"]
    assert '<data class="number" value="12">12</data>' in page
    assert 'data-refresh="1500"' in page
    assert '<noscript><meta http-equiv="refresh"' in page
    assert "Sync now" not in page


def test_a_sync_that_has_ended_can_be_asked_for_again(world: World, machines: StepFunctions) -> None:
    """By a form, of everything, or of what failed alone; the browser comes back to the page."""
    user_id, at = world.connect(), times.iso(STARTED)
    authorized(user_id, 1)
    syncs.create(syncs.Sync(syncs.new_id(STARTED, "x"), user_id, "spotify", Status.PARTIAL, at, (), 1, finished_at=at))
    browser = session_of(user_id)
    page = browser.get(LISTENER, "/sync").body
    assert "Sync now" in page
    assert "data-refresh" not in page
    response = browser.ask("POST", "api.syncs", "/sync", FORM, "provider=spotify&data_type=playlists")
    assert (response.status, response.location) == (303, "./sync")
    ((_, request),) = machines.started
    assert request["data_types"] == ["playlists"]
    assert 'data-refresh="1500"' in browser.get(LISTENER, "/sync").body
    again = browser.ask("POST", "api.syncs", "/sync", FORM, "")
    assert again.status == 429
    assert "once a minute" in again.body


def test_another_sites_form_starts_nothing(world: World, machines: StepFunctions) -> None:
    """403, and the page says so."""
    browser = session_of(world.connect())
    response = browser.ask("POST", "api.syncs", "/sync", {**FORM, "Sec-Fetch-Site": "cross-site"}, "")
    assert (response.status, machines.started) == (403, [])


def test_a_grant_that_ended_can_be_renewed(world: World) -> None:
    """The line says it, and so does the connection; there is nothing to sync."""
    user_id = world.connect()
    connections.require_reconnect(connections.connection(user_id, "spotify"))
    page = session_of(user_id).get(LISTENER, "/sync").body
    assert "access to Spotify has ended" in page
    assert 'href="./auth/spotify/login">Connect Spotify again</a>' in page
    assert "Sync now" not in page


def authorized(user_id: str, days_ago: float) -> datetime:
    """Make the consent that old; returns when the access ends."""
    moment = times.now() - timedelta(days=days_ago)
    state_table().update(
        keys.user(user_id), keys.connection("spotify"), Change(set={"authorized_at": times.iso(moment)})
    )
    return times.parse(times.iso(moment)) + timedelta(days=181)


@pytest.mark.parametrize(("days_ago", "shown"), [(150.9, False), (151.1, True), (180, True)])
def test_pages_warn_before_access_ends(world: World, days_ago: float, shown: bool) -> None:
    """From thirty days before the end on, with the moment and a button to connect again; not earlier."""
    user_id = world.connect()
    end = times.iso(authorized(user_id, days_ago))
    for path in ("/sync", "/account"):
        page = session_of(user_id).get(LISTENER, path).body
        assert (f'Access ends on <time datetime="{end}"' in page) is shown
        assert ("Connect Spotify again" in page) is shown


def test_a_reason_with_script_in_it_runs_nothing(world: World) -> None:
    """What a provider says is text on the page."""
    user_id, at = world.connect(), times.iso(STARTED)
    why = "</script><script>x"
    syncs.create(syncs.Sync(syncs.new_id(STARTED, "x"), user_id, "spotify", Status.FAILED, at, (), 0, why=why))
    assert "<script>x" not in session_of(user_id).get(LISTENER, "/sync").body


def test_the_page_says_why_a_service_does_not_offer_something(sockets: Mapping[str, Socket]) -> None:
    """And how it can be brought all the same."""
    job = begun(World.begin(sockets["youtube_music"]).connect(), *DataType, provider="youtube_music")
    page = session_of(job.user_id).get(LISTENER, "/sync").body
    assert "bring your plays by an import of your Google Takeout" in page
