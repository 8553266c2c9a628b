"""Many grants that a provider refuses at once are an outage of the provider, and end no connection."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from blendify.access import connections, refused_grants
from blendify.access.access_tokens import OUTAGE_USERS
from blendify.core import telemetry, times
from blendify.core.errors import CollectError
from blendify.db import keys
from blendify.db.state_table import Change, state_table
from tests.unit.stored_tokens import REFUSAL, claimed, counted_users, error_name, fresh, status, stored_tokens
from tests.unit.visible import logged
from tests.unit.world import World

pytestmark = pytest.mark.usefixtures("aws_in_memory", "pauses", "no_metrics")


def expired_listeners(world: World, count: int) -> list[str]:
    """The user ids of listeners whose access tokens have expired."""
    return [world.connect(f"listener{number}", seconds=0) for number in range(count)]


def count_refused(count: int) -> list[str]:
    """So many other listeners' grants were refused just now; returns their user ids."""
    others = [f"other{number}" for number in range(count)]
    for user_id in others:
        refused_grants.record("spotify", "default", user_id)
    return others


def test_few_revocations_end_their_connections(world: World) -> None:
    """Each of these listeners has revoked the access."""
    count_refused(OUTAGE_USERS - 2)
    (user_id,) = expired_listeners(world, 1)
    world.fault("POST /api/token", **REFUSAL)
    assert error_name(user_id) == "GrantRevoked"
    assert status(user_id) == connections.RECONNECT
    assert "TokenOutage" not in telemetry.metrics.metric_set


def test_many_revocations_at_once_are_an_outage(world: World, caplog: pytest.LogCaptureFixture) -> None:
    """
    With the fifth listener in ten minutes no connection ends: those marked before are active again, the operator gets
    a metric and an error in the log, and once the provider works again the stored tokens do too.
    """
    count_refused(OUTAGE_USERS - 2)
    users = expired_listeners(world, 3)
    before = [stored_tokens(user_id) for user_id in users]
    world.fault("POST /api/token", **REFUSAL)
    assert [error_name(user_id) for user_id in users] == ["GrantRevoked", "Outage", "Outage"]
    assert {status(user_id) for user_id in users} == {connections.ACTIVE}
    assert [stored_tokens(user_id) for user_id in users] == before
    assert not claimed()
    assert telemetry.metrics.metric_set["TokenOutage"]["Value"] == [1.0, 1.0]
    assert [record.levelname for record in caplog.records] == ["ERROR", "ERROR"]
    assert "Spotify refuses the grants of many listeners" in logged(caplog)
    assert not [secret for secret in world.simulator.accounts.secrets if secret in logged(caplog)]

    world.simulator.traffic.faults.clear()
    assert {fresh(user_id) for user_id in users}.isdisjoint(tokens.access_token for tokens in before)


def test_slow_revocations_are_no_outage(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Six in a quarter of an hour, of which at most four in ten minutes: the connection ends."""
    (user_id,) = expired_listeners(world, 1)
    start = times.now()
    for number in range(OUTAGE_USERS):
        now = start + number * timedelta(minutes=3)
        monkeypatch.setattr("blendify.core.times.now", lambda now=now: now)
        refused_grants.record("spotify", "default", f"other{number}")
    monkeypatch.setattr("blendify.core.times.now", lambda: now + timedelta(minutes=3))
    world.fault("POST /api/token", **REFUSAL)
    assert error_name(user_id) == "GrantRevoked"
    assert status(user_id) == connections.RECONNECT


def test_one_listener_is_no_outage(world: World) -> None:
    """A grant counts once, however often it is refused."""
    user_id = world.connect(seconds=0)
    world.fault("POST /api/token", **REFUSAL)
    for _ in range(OUTAGE_USERS + 1):
        assert error_name(user_id) == "GrantRevoked"
        connections.restore(user_id, "spotify")
    assert status(user_id) == connections.ACTIVE


def test_connection_that_ended_long_before_an_outage_stays_ended(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Only marks of the same ten minutes are undone."""
    earlier, *users = expired_listeners(world, 3)
    world.fault("POST /api/token", **REFUSAL)
    assert error_name(earlier) == "GrantRevoked"
    later = times.now() + refused_grants.WINDOW + timedelta(seconds=1)
    monkeypatch.setattr("blendify.core.times.now", lambda: later)
    count_refused(OUTAGE_USERS - 2)
    assert [error_name(user_id) for user_id in users] == ["GrantRevoked", "Outage"]
    assert status(earlier) == connections.RECONNECT
    assert {status(user_id) for user_id in users} == {connections.ACTIVE}


def test_outage_detected_between_count_and_mark(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Others fail between this user's count and mark. They cannot restore a later mark, so this worker counts again."""
    count_refused(OUTAGE_USERS - 3)
    user_id, *others = expired_listeners(world, 3)
    world.fault("POST /api/token", **REFUSAL)
    require_reconnect = connections.require_reconnect

    def others_first(connection: connections.Connection) -> bool:
        monkeypatch.setattr(connections, "require_reconnect", require_reconnect)
        assert [error_name(other) for other in others] == ["GrantRevoked", "Outage"]
        return require_reconnect(connection)

    monkeypatch.setattr(connections, "require_reconnect", others_first)
    assert error_name(user_id) == "Outage"
    assert {status(listener) for listener in [user_id, *others]} == {connections.ACTIVE}


def test_concurrent_refusals_are_an_outage(world: World) -> None:
    """In whatever order they are counted, all connections are active in the end."""
    users = expired_listeners(world, OUTAGE_USERS)
    world.fault("POST /api/token", **REFUSAL)
    barrier = threading.Barrier(len(users))

    def worker(user_id: str) -> str:
        barrier.wait()
        try:
            return fresh(user_id)
        except CollectError as error:
            return type(error).__name__

    with ThreadPoolExecutor(len(users)) as pool:
        assert set(pool.map(worker, users)) <= {"GrantRevoked", "Outage"}
    assert {status(user_id) for user_id in users} == {connections.ACTIVE}


@pytest.mark.parametrize("days_ago", [180, 181, 200])
def test_grants_at_their_known_end_are_no_outage(world: World, days_ago: int) -> None:
    """Many who connected on the same day end on the same day: these are marked and not counted."""
    others = count_refused(OUTAGE_USERS - 1)
    (user_id,) = expired_listeners(world, 1)
    authorized_at = times.iso(times.now() - timedelta(days=days_ago))
    change = Change(set={"authorized_at": authorized_at})
    state_table().update(keys.user(user_id), keys.connection("spotify"), change)
    world.fault("POST /api/token", **REFUSAL)
    assert error_name(user_id) == "GrantRevoked"
    assert status(user_id) == connections.RECONNECT
    assert counted_users() == others
    assert "TokenOutage" not in telemetry.metrics.metric_set


def test_only_marked_connections_are_restored(world: World) -> None:
    """Without a connection, or with an active one, nothing changes."""
    user_id = world.connect()
    assert not connections.restore(user_id, "spotify")
    assert not connections.restore("nobody", "spotify")
    connections.require_reconnect(connections.connection(user_id, "spotify"))
    assert connections.restore(user_id, "spotify")
    assert status(user_id) == connections.ACTIVE
