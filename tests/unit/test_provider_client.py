"""Calls are repeated where that helps; after a 429, an outage or the end of a grant no calls are made."""

from collections.abc import Iterator
from datetime import timedelta
from email.utils import format_datetime
from typing import Any

import pytest

from blendify.access import connections, refused_grants
from blendify.access.access_tokens import OUTAGE_USERS
from blendify.access.applications import application
from blendify.access.connections import connection
from blendify.calling.rate_limiter import LONGEST_SLEEP_MS, QUOTA_SECONDS
from blendify.calling.tries import TRIES
from blendify.collecting.collector import collect
from blendify.core import telemetry, times
from blendify.core.data_types import DataType, Outcome
from blendify.core.errors import MustWait, Outage, ProviderUnavailable
from blendify.fetching.provider_client import ProviderClient
from blendify.providers import PROVIDERS
from blendify.providers.application import Application
from blendify.providers.paging import Page
from blendify.providers.provider import DEFAULT_BACKOFF
from blendify.providers.spotify.pages import paged
from blendify.syncing.finish_sync import finish_sync
from tests.aws import aws_in_memory
from tests.unit.sync_steps import STARTED, begun, facts, plenty, ready, standing, whole
from tests.unit.timeline import Timeline
from tests.unit.world import Socket, World

pytestmark = pytest.mark.usefixtures("aws_in_memory")

SAVED_TRACKS, SAVED_ALBUMS = DataType.SAVED_TRACKS, DataType.SAVED_ALBUMS
TRACKS = SAVED_TRACKS
QUOTA = {"error": {"status": 429, "message": "Quota exceeded", "reason": "QUOTA_EXCEEDED"}}


@pytest.fixture
def timeline(monkeypatch: pytest.MonkeyPatch) -> Timeline:
    timeline = Timeline()
    timeline.install(monkeypatch)
    return timeline


@pytest.fixture
def world(behind: Socket, timeline: Timeline) -> World:
    """The simulator, by the test's clock."""
    return World.begin(behind, clock=lambda: timeline.now().timestamp())


@pytest.fixture(autouse=True)
def _no_metrics() -> Iterator[None]:
    yield
    telemetry.metrics.clear_metrics()


def new_client(user_id: str) -> ProviderClient:
    return ProviderClient(PROVIDERS["spotify"], application("spotify"), connection(user_id, "spotify"))


def first_page(client: ProviderClient) -> Page:
    return client.get("/me/tracks", {"limit": "50", "offset": "0"}, paged)


@pytest.mark.parametrize(
    ("application_rate", "user_rate", "at_once"),
    [(0, 0, 8), (80, 100, 3), (80, 30, 2), (0, 80, 3), (1, 0, 2), (6_000, 6_000, 8)],
)
def test_concurrent_calls_follow_the_rate_limit(
    world: World, application_rate: float, user_rate: float, at_once: int
) -> None:
    """Twice as many as the lower rate allows in a second, from two to eight; eight without a rate limit."""
    limited = Application("spotify", "default", "id", "secret", "uri", "api", "accounts", application_rate, user_rate)
    connected = connection(world.connect(), "spotify")
    assert ProviderClient(PROVIDERS["spotify"], limited, connected).at_once == at_once


@pytest.mark.parametrize("body", [{"error": {}}, [], {"items": None}, "maintenance"], ids=str)
def test_page_of_unexpected_shape_is_requested_again(world: World, body: Any) -> None:
    """A proxy or a passing fault may send anything with status 200."""
    world.fault(TRACKS, status=200, body=body, times=TRIES - 1)
    page = first_page(new_client(world.connect()))
    assert page.entries == world.truth()["saved_tracks"][:50]
    assert world.calls(TRACKS) == TRIES


def test_page_of_unexpected_shape_fails_after_four_tries(world: World) -> None:
    """The error says that the provider is unavailable."""
    world.fault(TRACKS, status=200, body=[])
    with pytest.raises(ProviderUnavailable):
        first_page(new_client(world.connect()))
    assert world.calls(TRACKS) == TRIES


def test_after_a_429_no_thread_of_a_collector_calls(world: World, timeline: Timeline) -> None:
    """
    Threads that wait for a slot end with the same MustWait, although they could sleep through the cool-down. Calls for
    another listener continue after it.
    """
    aws_in_memory.application(world.base, f"{world.base}/v1", calls_per_minute=60)
    world.fault(TRACKS, status=429, headers={"retry-after": "2"}, times=1)
    mine, theirs = new_client(world.connect("ana")), new_client(world.connect("bea"))
    waits: list[MustWait] = []

    def call() -> None:
        with pytest.raises(MustWait) as raised:
            first_page(mine)
        waits.append(raised.value)

    for _ in range(4):
        timeline.worker(0, call)
    timeline.run()
    assert len(waits) == 4
    assert len({wait.until for wait in waits}) == 1
    assert (world.calls(), mine.calls, mine.rate_limits) == (1, 1, 1)

    first_page(theirs)
    assert timeline.now() >= waits[0].until
    assert world.calls() == 2


def test_outage_ends_all_calls_of_a_collector(world: World) -> None:
    """A token host that refuses many listeners is called twice; later threads get the same error without a call."""
    for number in range(OUTAGE_USERS):
        refused_grants.record("spotify", "default", f"listener{number}")
    client = new_client(world.connect(seconds=0))
    world.simulator.accounts.revoke("ana")
    for _ in range(3):
        with pytest.raises(Outage):
            first_page(client)
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
def test_cool_down_after_a_429_lasts_as_long_as_retry_after_says(
    world: World, timeline: Timeline, value: str | None, body: Any, seconds: float
) -> None:
    """Or as long as our own, where it says nothing. Neither listener calls before its end; then both go on."""
    header = format_datetime(timeline.now() + timedelta(seconds=90), usegmt=True) if value == "date" else value
    world.fault(TRACKS, status=429, headers={"retry-after": header} if header else {}, body=body, times=1)
    users = [world.connect(name) for name in ("ana", "bea")]
    with pytest.raises(MustWait) as raised:
        first_page(new_client(users[0]))
    until = raised.value.until
    assert until == timeline.now() + timedelta(seconds=seconds)
    if seconds * 1000 > LONGEST_SLEEP_MS:
        for user_id in users:
            with pytest.raises(MustWait) as raised:
                first_page(new_client(user_id))
            assert raised.value.until == until
        assert world.calls() == 1
        timeline.sleep(seconds)
    for user_id in users:
        assert first_page(new_client(user_id)).entries
        assert timeline.now() >= until
    assert world.simulator.traffic.calls_during_ban == 0
    assert world.calls() == 3


def test_429_makes_all_collectors_of_the_application_wait(world: World) -> None:
    """The collector ends with the time at which to continue; the others end with the same time and call nothing."""
    world.limit(1, "3600")
    job = ready(SAVED_TRACKS, world, SAVED_ALBUMS)
    summary = collect(SAVED_TRACKS, job, plenty)
    assert summary.outcome is Outcome.WAITING
    assert summary.until is not None
    assert timedelta(minutes=59) < summary.until - times.now() < timedelta(minutes=61)
    calls = world.calls()
    other = begun(world.connect("bea"), SAVED_ALBUMS)
    for waiting in (job, other):
        result = collect(SAVED_ALBUMS, waiting, plenty)
        assert (result.outcome, result.until) == (Outcome.WAITING, summary.until)
    assert world.calls() == calls
    assert standing(job, SAVED_TRACKS).counts["rate_limits"] >= 1


def test_next_attempt_continues_after_a_429(world: World, timeline: Timeline) -> None:
    """It begins at the refused page; no entry is missing and none is there twice."""
    world.limit(1, "3600")
    job = ready(SAVED_TRACKS, world)
    summary = collect(SAVED_TRACKS, job, plenty)
    assert summary.until is not None
    world.simulator.traffic.limit = None
    timeline.sleep((summary.until - timeline.now()).total_seconds())
    assert collect(SAVED_TRACKS, job, plenty).outcome is Outcome.COMPLETE
    whole(world, job, SAVED_TRACKS)
    assert standing(job, SAVED_TRACKS).counts["records"] == 54


def test_revoked_grant_ends_in_reconnect(world: World) -> None:
    """Both the outcome and the connection's status say so."""
    user_id = world.connect(seconds=0)
    world.simulator.accounts.revoke("ana")
    job = begun(user_id, DataType.TOP_TRACKS)
    assert collect(DataType.TOP_TRACKS, job, plenty).outcome is Outcome.RECONNECT
    assert connections.connection(user_id, "spotify").status == connections.RECONNECT
    assert world.calls() == 0


def test_sync_of_an_ended_connection_makes_no_calls(world: World) -> None:
    """Neither to the API nor to the token host. Each data type ends in `reconnect`, and the sync says so once."""
    user_id = world.connect(seconds=0)
    assert connections.require_reconnect(connections.connection(user_id, "spotify"))
    job = begun(user_id)
    results = [collect(data_type, job, plenty).event() for data_type in DataType]
    assert [result["outcome"] for result in results] == [Outcome.RECONNECT] * len(DataType)
    outcome = finish_sync(job, 1, results)
    assert outcome["status"] == "failed"
    assert outcome["cause"].count("must connect again") == 1
    assert (world.calls(), world.refreshes) == (0, 0)


@pytest.mark.parametrize("call", [1, 2])
def test_grant_revoked_during_a_sync(world: World, call: int) -> None:
    """
    The collector marks the connection, and no more calls are made. A new login repairs it: user and stored records
    stay, and the next sync is complete.
    """
    user_id = world.connect()
    accounts, before = world.simulator.accounts, world.calls()

    def revoke(endpoint: str, number: int) -> None:
        if number == before + call:
            accounts.revoke("ana")
            accounts.expire_access("ana")

    world.simulator.traffic.on_call = revoke
    job = begun(user_id, SAVED_TRACKS, SAVED_ALBUMS)
    assert collect(SAVED_TRACKS, job, plenty).outcome is Outcome.RECONNECT
    assert connections.connection(user_id, "spotify").status == connections.RECONNECT
    requests = world.calls(), world.refreshes
    assert collect(SAVED_ALBUMS, job, plenty).outcome is Outcome.RECONNECT
    assert finish_sync(job, 1, [])["status"] == "failed"
    assert (world.calls(), world.refreshes) == requests
    stored = facts(job, SAVED_TRACKS)
    assert len(stored) == (0 if call == 1 else 50)

    world.simulator.traffic.on_call = None
    assert world.connect() == user_id
    assert connections.connection(user_id, "spotify").status == connections.ACTIVE
    later = begun(user_id, SAVED_TRACKS, execution="execution-2", started_at=STARTED + timedelta(hours=1))
    assert collect(SAVED_TRACKS, later, plenty).outcome is Outcome.COMPLETE
    whole(world, later, SAVED_TRACKS)
    assert [fact.answer() for fact in facts(job, SAVED_TRACKS)] == [fact.answer() for fact in stored]
