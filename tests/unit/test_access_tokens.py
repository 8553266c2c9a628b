"""Access tokens are renewed by one worker at a time, and a connection ends only with its grant."""

import json
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from blendify.access import connections, refused_grants
from blendify.access.access_tokens import (
    CLAIM_SECONDS,
    CONFIRM_AFTER,
    EARLY,
    OUTAGE_USERS,
    REFRESH_WAIT_SECONDS,
    fresh_access_token,
)
from blendify.access.applications import application
from blendify.access.token_vault import TokenSet, seal, unseal
from blendify.collecting.provider_client import ProviderClient
from blendify.core import telemetry, times
from blendify.core.errors import ApplicationBlocked, CollectError, GrantRevoked, ProviderUnavailable
from blendify.core.http import http_session
from blendify.db import keys
from blendify.db.state_table import Change, state_table
from blendify.providers import PROVIDERS, oauth2
from local.simulators.frame.faults import FaultKind
from local.simulators.frame.oauth2 import RefreshTokens
from tests.aws import aws_in_memory
from tests.unit.visible import items, logged
from tests.unit.world import Socket, World

pytestmark = pytest.mark.usefixtures("aws_in_memory")

SPOTIFY = PROVIDERS["spotify"]
REFUSAL: dict[str, Any] = {
    "status": 400,
    "body": {"error": "invalid_grant", "error_description": "Refresh token revoked"},
}


@pytest.fixture(autouse=True)
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The sleeps of a second or more, which tests skip."""
    slept: list[float] = []
    real = time.sleep
    monkeypatch.setattr("time.sleep", lambda seconds: slept.append(seconds) if seconds >= 1 else real(seconds))
    return slept


@pytest.fixture(autouse=True)
def _no_metrics() -> Iterator[None]:
    telemetry.metrics.clear_metrics()
    yield
    telemetry.metrics.clear_metrics()


def fresh(user_id: str, refused: str | None = None) -> str:
    return fresh_access_token(SPOTIFY, application("spotify"), user_id, http_session(), refused=refused)


def stored_tokens(user_id: str) -> TokenSet:
    return unseal(connections.connection(user_id, "spotify").tokens, provider="spotify", user_id=user_id)


def status(user_id: str) -> str:
    return connections.connection(user_id, "spotify").status


def claimed() -> bool:
    return any("refreshing_until" in item for item in items())


def counted_users() -> list[str]:
    """The users whose refused grants were counted."""
    return [item["user_id"] for item in state_table().query(keys.revoked("spotify", "default"))]


def expired_listeners(world: World, count: int) -> list[str]:
    """The user ids of listeners whose access tokens have expired."""
    return [world.connect(f"listener{number}", seconds=0) for number in range(count)]


def count_refused(count: int) -> list[str]:
    """So many other listeners' grants were refused just now; returns their user ids."""
    others = [f"other{number}" for number in range(count)]
    for user_id in others:
        refused_grants.record("spotify", "default", user_id)
    return others


def error_name(user_id: str) -> str:
    """The class of the error that a worker of this user gets."""
    with pytest.raises(CollectError) as raised:
        fresh(user_id)
    return type(raised.value).__name__


def expire(user_id: str) -> None:
    """Let the stored access token expire."""
    connection, tokens = connections.connection(user_id, "spotify"), stored_tokens(user_id)
    expired = replace(tokens, expires_at=times.now())
    sealed = seal(expired, provider="spotify", user_id=user_id)
    assert connections.replace_tokens(connection, sealed, expired.expires_at)


def test_valid_token_is_used_without_a_refresh(world: World) -> None:
    """The token host is not called."""
    user_id = world.connect(seconds=EARLY.total_seconds() + 60)
    assert fresh(user_id) == stored_tokens(user_id).access_token
    assert world.refreshes == 0


@pytest.mark.parametrize("seconds", [-10, 0, EARLY.total_seconds() - 5])
def test_token_is_renewed_before_it_expires(world: World, seconds: float) -> None:
    """Also one that expires in a moment: the new token is stored and is good for an hour."""
    user_id = world.connect(seconds=seconds)
    old = stored_tokens(user_id)
    token = fresh(user_id)
    assert token != old.access_token
    assert stored_tokens(user_id).access_token == token
    assert stored_tokens(user_id).expires_at - times.now() > timedelta(minutes=59)
    assert fresh(user_id) == token
    assert world.refreshes == 1
    assert not claimed()


def test_refused_token_is_renewed_before_its_stated_end(world: World) -> None:
    """The provider's 401 counts more than the lifetime that it gave."""
    user_id = world.connect()
    old = stored_tokens(user_id).access_token
    assert fresh(user_id, refused=old) != old
    assert world.refreshes == 1


def test_token_renewed_by_another_worker_is_used(world: World) -> None:
    """A worker that gets its 401 late does not refresh a second time."""
    user_id = world.connect()
    old = stored_tokens(user_id).access_token
    first = fresh(user_id, refused=old)
    assert fresh(user_id, refused=old) == first
    assert world.refreshes == 1


def test_without_a_new_refresh_token_the_old_one_stays(world: World) -> None:
    """Confidential applications mostly get no new one."""
    user_id = world.connect(seconds=0)
    old = stored_tokens(user_id)
    fresh(user_id)
    assert stored_tokens(user_id).refresh_token == old.refresh_token


@pytest.mark.parametrize("mode", [RefreshTokens.ROTATE, RefreshTokens.SINGLE_USE])
def test_new_refresh_token_replaces_the_old_one(behind: Socket, mode: RefreshTokens) -> None:
    """It is stored with the access token, and the next refresh uses it."""
    world = World.begin(behind, refresh_tokens=mode)
    user_id = world.connect(seconds=0)
    refresh_tokens = {stored_tokens(user_id).refresh_token}
    for _ in range(3):
        fresh(user_id, refused=stored_tokens(user_id).access_token)
        refresh_tokens.add(stored_tokens(user_id).refresh_token)
    assert len(refresh_tokens) == 4
    assert status(user_id) == connections.ACTIVE


def test_revoked_grant_marks_the_connection(world: World) -> None:
    """Only `invalid_grant` does that; the token host is not called again afterwards."""
    user_id = world.connect(seconds=0)
    world.simulator.accounts.revoke("ana")
    with pytest.raises(GrantRevoked):
        fresh(user_id)
    assert status(user_id) == connections.RECONNECT
    with pytest.raises(GrantRevoked):
        fresh(user_id)
    assert world.refreshes == 2


def test_refusal_is_confirmed_by_a_second_try(world: World, pauses: list[float]) -> None:
    """An `invalid_grant` may be a passing fault: after a second the same refresh token is tried once more."""
    user_id = world.connect(seconds=0)
    old = stored_tokens(user_id)
    world.fault("POST /api/token", times=1, **REFUSAL)
    token = fresh(user_id)
    assert (world.refreshes, pauses) == (2, [CONFIRM_AFTER])
    assert stored_tokens(user_id).access_token == token != old.access_token
    assert stored_tokens(user_id).refresh_token == old.refresh_token
    assert (status(user_id), counted_users(), claimed()) == (connections.ACTIVE, [], False)


@pytest.mark.parametrize(
    ("second", "error"),
    [
        ({"status": 503}, "ProviderUnavailable"),
        ({"status": 400, "body": {"error": "invalid_client"}}, "ApplicationBlocked"),
    ],
    ids=str,
)
def test_unconfirmed_refusal_changes_nothing(world: World, second: dict[str, Any], error: str) -> None:
    """The second response counts: nothing is marked or counted, and the next worker may try at once."""
    user_id = world.connect(seconds=0)
    before = stored_tokens(user_id)
    world.fault("POST /api/token", times=1, **REFUSAL)
    world.fault("POST /api/token", times=1, **second)
    assert error_name(user_id) == error
    assert (status(user_id), stored_tokens(user_id), counted_users(), claimed()) == (
        connections.ACTIVE,
        before,
        [],
        False,
    )
    assert fresh(user_id) != before.access_token


def test_second_try_uses_the_previous_refresh_token(behind: Socket) -> None:
    """When the newest one is refused, the one before may still work, and brings the next."""
    world = World.begin(behind, refresh_tokens=RefreshTokens.ROTATE)
    user_id = world.connect(seconds=0)
    first = stored_tokens(user_id).refresh_token
    fresh(user_id)
    second = stored_tokens(user_id)
    assert second.previous_refresh_token == first
    del world.simulator.accounts.grants[second.refresh_token]
    expire(user_id)
    token = fresh(user_id)
    third = stored_tokens(user_id)
    assert world.refreshes == 3
    assert third.access_token == token
    assert third.refresh_token not in (first, second.refresh_token)
    assert third.previous_refresh_token == second.refresh_token
    assert (status(user_id), counted_users()) == (connections.ACTIVE, [])


def test_without_a_new_refresh_token_the_previous_one_stays(world: World) -> None:
    """Both stay as they are."""
    user_id = world.connect(seconds=0)
    before = replace(stored_tokens(user_id), previous_refresh_token="previous")
    sealed = seal(before, provider="spotify", user_id=user_id)
    connections.replace_tokens(connections.connection(user_id, "spotify"), sealed, before.expires_at)
    fresh(user_id)
    after = stored_tokens(user_id)
    assert (after.refresh_token, after.previous_refresh_token) == (before.refresh_token, "previous")


def test_same_refresh_token_replaces_nothing(world: World) -> None:
    """A provider may send the one in use again: it does not become its own previous one."""
    user_id = world.connect(seconds=0)
    same = stored_tokens(user_id).refresh_token
    world.fault("POST /api/token", status=200, body={"access_token": "new", "refresh_token": same})
    fresh(user_id)
    assert (stored_tokens(user_id).refresh_token, stored_tokens(user_id).previous_refresh_token) == (same, None)


def test_claim_lasts_for_two_refreshes() -> None:
    """No other worker refreshes meanwhile, however slow the token host is; workers wait longer than a claim."""
    assert 2 * sum(oauth2.TIMEOUT) + CONFIRM_AFTER < CLAIM_SECONDS < REFRESH_WAIT_SECONDS


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


def test_login_during_a_refused_refresh_is_not_undone(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """The old consent was refused. The new one stays, and the next try works."""
    user_id = world.connect(seconds=0)
    world.fault("POST /api/token", **REFUSAL)
    record = refused_grants.record

    def login_first(*arguments: Any) -> set[str]:
        world.connect()
        return record(*arguments)

    monkeypatch.setattr(refused_grants, "record", login_first)
    assert error_name(user_id) == "ProviderUnavailable"
    assert status(user_id) == connections.ACTIVE
    assert fresh(user_id) == stored_tokens(user_id).access_token


def test_login_during_a_refresh_wins(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Only a stored access token is used: that of the newer consent."""
    user_id = world.connect(seconds=0)
    replace_tokens = connections.replace_tokens

    def login_first(*arguments: Any) -> bool:
        world.connect()
        return replace_tokens(*arguments)

    monkeypatch.setattr(connections, "replace_tokens", login_first)
    token = fresh(user_id)
    assert token == stored_tokens(user_id).access_token
    assert world.refreshes == 1


def test_only_marked_connections_are_restored(world: World) -> None:
    """Without a connection, or with an active one, nothing changes."""
    user_id = world.connect()
    assert not connections.restore(user_id, "spotify")
    assert not connections.restore("nobody", "spotify")
    connections.require_reconnect(connections.connection(user_id, "spotify"))
    assert connections.restore(user_id, "spotify")
    assert status(user_id) == connections.ACTIVE


def test_login_repairs_a_revoked_grant(world: World) -> None:
    """The user is the same, with the new consent's tokens."""
    user_id = world.connect(seconds=0)
    world.simulator.accounts.revoke("ana")
    with pytest.raises(GrantRevoked):
        fresh(user_id)
    assert world.connect() == user_id
    assert status(user_id) == connections.ACTIVE
    assert fresh(user_id) == stored_tokens(user_id).access_token


@pytest.mark.parametrize(
    "fault",
    [
        {"status": 500},
        {"status": 503, "body": "upstream connect error"},
        {"status": 200, "kind": FaultKind.HTML},
        {"status": 400, "kind": FaultKind.HTML},
        {"kind": FaultKind.EMPTY},
        {"kind": FaultKind.TRUNCATE},
        {"kind": FaultKind.RESET},
        {"status": 429, "body": "Too many requests"},
        {"status": 400, "body": {"error": "server_error"}},
        {"status": 500, "body": {"error": "invalid_grant"}},
        {"status": 200, "body": {"token_type": "Bearer"}},
        {"status": 200, "body": []},
        {"status": 400, "body": {"error": {"status": 400, "message": "invalid_grant"}}},
    ],
    ids=str,
)
def test_other_failures_leave_the_grant_alone(world: World, fault: dict[str, Any]) -> None:
    """An outage of the token host says nothing about a consent: tokens stay, and the next worker may try at once."""
    user_id = world.connect(seconds=0)
    before = stored_tokens(user_id)
    world.fault("POST /api/token", times=1, **fault)
    with pytest.raises(ProviderUnavailable):
        fresh(user_id)
    assert (status(user_id), stored_tokens(user_id)) == (connections.ACTIVE, before)
    assert not claimed()
    assert fresh(user_id) != before.access_token


def test_unreachable_token_host_leaves_the_grant_alone(world: World) -> None:
    """No connection can be made to it."""
    user_id = world.connect(seconds=0)
    aws_in_memory.application("http://127.0.0.1:9", f"{world.base}/v1")
    with pytest.raises(ProviderUnavailable):
        fresh(user_id)
    assert status(user_id) == connections.ACTIVE
    assert not claimed()


@pytest.mark.parametrize("lifetime", ["Infinity", "1e999", "99999999999999999999", '"3600"', "null", "true", "-5"])
def test_any_expires_in_is_accepted(world: World, lifetime: str) -> None:
    """Whatever the provider sends as lifetime, the new token is stored and used."""
    user_id = world.connect(seconds=0)
    body = f'{{"access_token": "new", "token_type": "Bearer", "expires_in": {lifetime}}}'
    world.fault("POST /api/token", status=200, body=body)
    assert fresh(user_id) == "new"
    assert stored_tokens(user_id).access_token == "new"


def test_wrong_client_secret_leaves_the_grant_alone(world: World) -> None:
    """Every worker gets the error at once, without a wait for another's refresh: only the operator can repair it."""
    user_id = world.connect(seconds=0)
    world.fault("POST /api/token", status=400, body={"error": "invalid_client"})
    with pytest.raises(ApplicationBlocked):
        fresh(user_id)
    assert status(user_id) == connections.ACTIVE
    assert not claimed()


@pytest.mark.parametrize("mode", RefreshTokens)
def test_eight_workers_refresh_once(behind: Socket, mode: RefreshTokens) -> None:
    """Each time one of them does, as a second refresh with a single-use token would end the connection."""
    world = World.begin(behind, refresh_tokens=mode, latency_ms=30)
    user_id = world.connect(seconds=0)
    barrier = threading.Barrier(8)

    def worker(_: int) -> str:
        barrier.wait()
        return fresh(user_id)

    with ThreadPoolExecutor(8) as pool:
        for expiry in (1, 2):
            assert set(pool.map(worker, range(8))) == {stored_tokens(user_id).access_token}
            assert world.refreshes == expiry
            expire(user_id)
    assert status(user_id) == connections.ACTIVE


def test_eight_workers_confirm_a_refusal_once(world: World) -> None:
    """One of them asks twice; the others get its result without calling the token host."""
    world.simulator.traffic.latency_ms = 30
    user_id = world.connect(seconds=0)
    world.simulator.accounts.revoke("ana")
    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(error_name, [user_id] * 8)) == {"GrantRevoked"}
    assert world.refreshes == 2
    assert set(counted_users()) == {user_id}


def test_abandoned_claim_expires(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """A worker killed during a refresh does not lock the others out."""
    user_id = world.connect(seconds=0)
    assert connections.claim_refresh(connections.connection(user_id, "spotify"), CLAIM_SECONDS)
    later = times.now() + timedelta(seconds=CLAIM_SECONDS + 1)
    monkeypatch.setattr("blendify.core.times.now", lambda: later)
    assert fresh(user_id)
    assert world.refreshes == 1


def test_ended_connection_cannot_be_claimed(world: World) -> None:
    """Not even by a worker that read it while it was active."""
    user_id = world.connect(seconds=0)
    connection = connections.connection(user_id, "spotify")
    assert connections.claim_refresh(connection, CLAIM_SECONDS)
    connections.require_reconnect(connection)
    assert connections.claim_refresh(connection, CLAIM_SECONDS) is None


def test_claim_is_released_only_by_its_holder(world: World) -> None:
    """A late worker does not release the claim of the next one."""
    user_id = world.connect(seconds=0)
    connection = connections.connection(user_id, "spotify")
    first = connections.claim_refresh(connection, -1)
    second = connections.claim_refresh(connection, CLAIM_SECONDS)
    assert first
    assert second
    connections.release_refresh(connection, first)
    assert claimed()
    connections.release_refresh(connection, second)
    assert not claimed()


def test_late_refresh_does_not_overwrite_a_new_login(world: World) -> None:
    """Tokens of an older consent are dropped."""
    user_id = world.connect()
    connection = connections.connection(user_id, "spotify")
    world.connect()
    newest = stored_tokens(user_id)
    late = TokenSet("late", "late", times.now() + timedelta(hours=1))
    assert not connections.replace_tokens(connection, seal(late, provider="spotify", user_id=user_id), late.expires_at)
    assert stored_tokens(user_id) == newest


def test_401_during_a_sync_refreshes_once(world: World) -> None:
    """All threads of a collector continue with the same new token."""
    user_id = world.connect()
    client = ProviderClient(SPOTIFY, application("spotify"), user_id)
    assert client.get("/me/albums", {}, dict)["total"] == 52
    world.simulator.accounts.expire_access("ana")
    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(lambda offset: client.get("/me/tracks", {"offset": str(offset)}, dict), range(6)))
    assert [answer["offset"] for answer in answers] == list(range(6))
    assert world.refreshes == 1


def test_new_token_refused_once_is_asked_again(world: World) -> None:
    """Not all servers of a provider know a new token at once; the connection stays."""
    user_id = world.connect()
    world.fault("GET /v1/me/albums", status=401, times=2)
    assert ProviderClient(SPOTIFY, application("spotify"), user_id).get("/me/albums", {}, dict)["total"] > 0
    assert (world.refreshes, status(user_id)) == (1, connections.ACTIVE)


@pytest.mark.parametrize("status_code", [200, 400, 500])
def test_no_error_shows_a_secret(world: World, status_code: int, caplog: pytest.LogCaptureFixture) -> None:
    """Neither message, chained exceptions nor log have a token, a secret or the provider's words."""
    user_id = world.connect(seconds=0)
    secrets = [*world.simulator.accounts.secrets, "<b>echo</b>"]
    world.fault("POST /api/token", status=status_code, body=json.dumps({"error": "<b>echo</b>", "echo": secrets}))
    with pytest.raises(ProviderUnavailable) as failed:
        fresh(user_id)
    shown = repr(failed.value) + repr(failed.value.__cause__) + repr(failed.value.__context__) + logged(caplog)
    assert not [secret for secret in secrets if secret in shown]
