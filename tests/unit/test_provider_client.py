"""Calls are tried again where that helps; after a 429, an outage or the end of a grant nobody calls at all."""

from collections.abc import Iterator
from datetime import timedelta
from email.utils import format_datetime
from typing import Any

import pytest
from starlette.applications import Starlette

from blendify.access import connections, refused_grants
from blendify.access.access_tokens import OUTAGE_USERS
from blendify.access.applications import application
from blendify.calling.rate_limiter import LONGEST_SLEEP_MS, QUOTA_SECONDS
from blendify.collecting.collector import collect
from blendify.collecting.provider_client import TRIES, ProviderClient
from blendify.core import telemetry, times
from blendify.core.data_types import DataType, Outcome
from blendify.core.errors import MustWait, Outage, ProviderUnavailable
from blendify.providers import PROVIDERS
from blendify.providers.application import Application
from blendify.providers.paging import Page
from blendify.providers.provider import DEFAULT_BACKOFF
from blendify.providers.spotify.pages import paged
from blendify.syncing.finish_sync import finish_sync
from local import aws_in_memory
from tests.unit.http_events import Browser
from tests.unit.login_flow import consent, finish_login, logged_in, start_login, user_of
from tests.unit.spotify_world import PATHS, STARTED, World, begun, facts, plenty, ready, standing, whole
from tests.unit.timeline import Timeline

pytestmark = pytest.mark.usefixtures("aws_in_memory")

SAVED_TRACKS, SAVED_ALBUMS = DataType.SAVED_TRACKS, DataType.SAVED_ALBUMS
TRACKS = PATHS[SAVED_TRACKS]
QUOTA = {"error": {"status": 429, "message": "Quota exceeded", "reason": "QUOTA_EXCEEDED"}}


@pytest.fixture
def timeline(monkeypatch: pytest.MonkeyPatch) -> Timeline:
    made = Timeline()
    made.install(monkeypatch)
    return made


@pytest.fixture
def world(behind: tuple[Starlette, str], timeline: Timeline) -> World:
    """The simulator in the test's own time."""
    return World.begin(behind, clock=lambda: timeline.now().timestamp())


@pytest.fixture(autouse=True)
def _no_metrics() -> Iterator[None]:
    yield
    telemetry.metrics.clear_metrics()


def caller(user_id: str) -> ProviderClient:
    return ProviderClient(PROVIDERS["spotify"], application("spotify"), user_id)


def first_page(calls: ProviderClient) -> Page:
    return calls.get("/me/tracks", {"limit": "50", "offset": "0"}, paged)


@pytest.mark.parametrize(
    ("of_all", "of_one", "at_once"), [(0, 0, 8), (80, 100, 3), (80, 30, 2), (0, 80, 3), (1, 0, 2), (6_000, 6_000, 8)]
)
def test_as_many_calls_are_under_way_as_the_pace_can_use(of_all: float, of_one: float, at_once: int) -> None:
    """Two calls for each that the slower pace allows in a second, two at least and eight at most; eight without one."""
    row = Application("spotify", "default", "id", "secret", "uri", "api", "accounts", of_all, of_one)
    assert ProviderClient(PROVIDERS["spotify"], row, "ua").at_once == at_once


@pytest.mark.parametrize("body", [{"error": {}}, [], {"items": None}, "maintenance"], ids=str)
def test_a_page_of_another_shape_is_tried_again(world: World, body: Any) -> None:
    """A proxy's or a passing fault with status 200: the next try brings the page."""
    world.fault(TRACKS, status=200, body=body, times=TRIES - 1)
    page = first_page(caller(world.connect()))
    assert page.entries == world.truth()["saved_tracks"][:50]
    assert world.calls(TRACKS) == TRIES


def test_a_page_that_keeps_another_shape_is_a_failure(world: World) -> None:
    """Four tries, then it is the provider's."""
    world.fault(TRACKS, status=200, body=[])
    with pytest.raises(ProviderUnavailable):
        first_page(caller(world.connect()))
    assert world.calls(TRACKS) == TRIES


def test_after_a_429_no_thread_of_a_collector_calls(world: World, timeline: Timeline) -> None:
    """
    Those that stand at the gate end with the same wait, although the pause is one that they could sleep out; another
    listener's calls go on when it is over.
    """
    aws_in_memory.application(world.base, f"{world.base}/v1", calls_per_minute=60)
    world.fault(TRACKS, status=429, headers={"retry-after": "2"}, times=1)
    mine, theirs = caller(world.connect("ana")), caller(world.connect("bea"))
    waits: list[MustWait] = []

    def one_thread() -> None:
        with pytest.raises(MustWait) as raised:
            first_page(mine)
        waits.append(raised.value)

    for _ in range(4):
        timeline.worker(0, one_thread)
    timeline.run()
    assert len(waits) == 4
    assert len({wait.until for wait in waits}) == 1
    assert (world.calls(), mine.calls, mine.rate_limits) == (1, 1, 1)

    first_page(theirs)
    assert timeline.now() >= waits[0].until
    assert world.calls() == 2


def test_an_outage_ends_all_calls_of_a_collector(world: World) -> None:
    """A token host that refuses everybody is asked twice and no more, whichever thread comes next."""
    for number in range(OUTAGE_USERS):
        refused_grants.record("spotify", "default", f"listener{number}")
    calls = caller(world.connect(seconds=0))
    world.simulator.accounts.revoke("ana")
    for _ in range(3):
        with pytest.raises(Outage):
            first_page(calls)
    assert (world.refreshes, world.calls()) == (2, 0)


@pytest.mark.parametrize(
    ("value", "body", "seconds"),
    [
        ("17", None, 17.0),
        ("17", "Too many requests", 17.0),
        ("86400", None, 86_400.0),
        ("date", None, 90.0),
        ("0", None, DEFAULT_BACKOFF[0]),
        ("soon", None, DEFAULT_BACKOFF[0]),
        (None, None, DEFAULT_BACKOFF[0]),
        (None, QUOTA, QUOTA_SECONDS),
        ("86400", QUOTA, 86_400.0),
    ],
    ids=["seconds", "plain text", "a day", "a date", "zero", "words", "nothing", "quota", "quota for a day"],
)
def test_a_429_is_honoured_to_the_second(
    world: World, timeline: Timeline, value: str | None, body: Any, seconds: float
) -> None:
    """Whatever Retry-After says or leaves out: nobody calls before the pause is over, and then everything goes on."""
    said = format_datetime(timeline.now() + timedelta(seconds=90), usegmt=True) if value == "date" else value
    world.fault(TRACKS, status=429, headers={"retry-after": said} if said else {}, body=body, times=1)
    users = [world.connect(name) for name in ("ana", "bea")]
    with pytest.raises(MustWait) as raised:
        first_page(caller(users[0]))
    until = raised.value.until
    assert until == timeline.now() + timedelta(seconds=seconds)
    if seconds * 1000 > LONGEST_SLEEP_MS:
        for user_id in users:
            with pytest.raises(MustWait) as raised:
                first_page(caller(user_id))
            assert raised.value.until == until
        assert world.calls() == 1
        timeline.sleep(seconds)
    for user_id in users:
        assert first_page(caller(user_id)).entries
        assert timeline.now() >= until
    assert world.simulator.traffic.calls_during_ban == 0
    assert world.calls() == 3


def test_a_429_is_a_wait_for_everybody(world: World) -> None:
    """The collector stops with the moment to go on; others of the application do not even call."""
    world.limit(1, "3600")
    job = ready(SAVED_TRACKS, world, SAVED_ALBUMS)
    summary = collect(SAVED_TRACKS, job, plenty)
    assert summary.outcome is Outcome.WAITING
    assert summary.until is not None
    assert timedelta(minutes=59) < summary.until - times.now() < timedelta(minutes=61)
    calls = world.calls()
    other = begun(world.connect("bea"), SAVED_ALBUMS)
    for waiting in (job, other):
        answer = collect(SAVED_ALBUMS, waiting, plenty)
        assert (answer.outcome, answer.until) == (Outcome.WAITING, summary.until)
    assert world.calls() == calls
    assert standing(job, SAVED_TRACKS).counts["rate_limits"] >= 1


def test_after_a_429_the_rest_is_read(world: World, timeline: Timeline) -> None:
    """The next round goes on at the page that was refused; nothing is missing, nothing twice."""
    world.limit(1, "3600")
    job = ready(SAVED_TRACKS, world)
    summary = collect(SAVED_TRACKS, job, plenty)
    assert summary.until is not None
    world.simulator.traffic.limit = None
    timeline.sleep((summary.until - timeline.now()).total_seconds())
    assert collect(SAVED_TRACKS, job, plenty).outcome is Outcome.COMPLETE
    whole(world, job, SAVED_TRACKS)
    assert standing(job, SAVED_TRACKS).counts["records"] == 54


def test_a_revoked_grant_is_the_listeners_to_repair(world: World) -> None:
    """`reconnect`, and the connection says so as well."""
    user_id = world.connect(seconds=0)
    world.simulator.accounts.revoke("ana")
    job = begun(user_id, DataType.TOP_TRACKS)
    assert collect(DataType.TOP_TRACKS, job, plenty).outcome is Outcome.RECONNECT
    assert connections.connection(user_id, "spotify").status == connections.RECONNECT
    assert world.calls() == 0


def test_a_run_over_a_connection_that_has_ended_calls_nobody(world: World) -> None:
    """Neither the API nor the token host is asked; each data type says `reconnect`, and so does the run."""
    user_id = world.connect(seconds=0)
    assert connections.require_reconnect(connections.connection(user_id, "spotify"))
    job = begun(user_id)
    results = [collect(data_type, job, plenty).event() for data_type in DataType]
    assert [one["outcome"] for one in results] == [Outcome.RECONNECT] * len(DataType)
    answer = finish_sync(job, 1, results)
    assert answer["status"] == "failed"
    assert answer["cause"].count("must connect again") == 1
    assert (world.calls(), world.refreshes) == (0, 0)


@pytest.mark.parametrize("call", [1, 2])
def test_a_grant_that_dies_in_the_middle_of_a_run(world: World, monkeypatch: pytest.MonkeyPatch, call: int) -> None:
    """
    The collector that meets it marks the connection, and from then on nobody calls; the next login repairs it and keeps
    the user with what was stored, and the next run is whole.
    """
    monkeypatch.setattr("blendify.web.callback.start_after_login", lambda *_: None)
    user_id = user_of(logged_in(world))
    accounts, before = world.simulator.accounts, world.calls()

    def dies(endpoint: str, number: int) -> None:
        if number == before + call:
            accounts.revoke("ana")
            accounts.expire_access("ana")

    world.simulator.traffic.on_call = dies
    job = begun(user_id, SAVED_TRACKS, SAVED_ALBUMS)
    assert collect(SAVED_TRACKS, job, plenty).outcome is Outcome.RECONNECT
    assert connections.connection(user_id, "spotify").status == connections.RECONNECT
    asked = world.calls(), world.refreshes
    assert collect(SAVED_ALBUMS, job, plenty).outcome is Outcome.RECONNECT
    assert finish_sync(job, 1, [])["status"] == "failed"
    assert (world.calls(), world.refreshes) == asked
    stored = facts(job, SAVED_TRACKS)
    assert len(stored) == (0 if call == 1 else 50)

    world.simulator.traffic.on_call = None
    finish_login(again := Browser(), consent(start_login(again)))
    assert user_of(again) == user_id
    assert connections.connection(user_id, "spotify").status == connections.ACTIVE
    later = begun(user_id, SAVED_TRACKS, execution="execution-2", started_at=STARTED + timedelta(hours=1))
    assert collect(SAVED_TRACKS, later, plenty).outcome is Outcome.COMPLETE
    whole(world, later, SAVED_TRACKS)
    assert [fact.answer() for fact in facts(job, SAVED_TRACKS)] == [fact.answer() for fact in stored]
