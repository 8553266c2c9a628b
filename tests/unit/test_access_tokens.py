"""Access tokens are renewed by one worker at a time, and only a dead grant is taken for one."""

import json
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from starlette.applications import Starlette

from blendify.access import connections, refused_grants
from blendify.access.access_tokens import (
    CLAIM_SECONDS,
    CONFIRM_AFTER,
    EARLY,
    OUTAGE_USERS,
    REFRESH_WAIT_SECONDS,
    classify_repeated_refusal,
    fresh_access_token,
)
from blendify.access.applications import application
from blendify.access.token_vault import TokenSet, seal, unseal
from blendify.collecting.provider_client import MOST_REFRESHES, ProviderClient
from blendify.core import telemetry, times
from blendify.core.errors import ApplicationBlocked, CollectError, GrantRevoked, ProviderUnavailable
from blendify.core.http import http_session
from blendify.db import keys
from blendify.db.state_table import Change, state_table
from blendify.providers import PROVIDERS, oauth2
from local import aws_in_memory
from local.simulators.frame.oauth2 import RefreshTokens
from tests.unit.spotify_world import FaultKind, World, items, logged

pytestmark = pytest.mark.usefixtures("aws_in_memory")

SPOTIFY = PROVIDERS["spotify"]
REFUSAL = {"status": 400, "body": {"error": "invalid_grant", "error_description": "Refresh token revoked"}}


@pytest.fixture(autouse=True)
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """How long was slept where it is a second or more: nobody waits for that here."""
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


def kept(user_id: str) -> TokenSet:
    return unseal(connections.connection(user_id, "spotify").tokens, provider="spotify", user_id=user_id)


def status(user_id: str) -> str:
    return connections.connection(user_id, "spotify").status


def claimed() -> bool:
    return any("refreshing_until" in item for item in items())


def noted() -> list[str]:
    """Whose refused grants were counted."""
    return [item["user_id"] for item in state_table().query(keys.revoked("spotify", "default"))]


def many(world: World, count: int) -> list[str]:
    """Listeners whose access tokens are over."""
    return [world.connect(f"listener{number}", seconds=0) for number in range(count)]


def told(user_id: str) -> str:
    """The error that a worker of this user gets."""
    with pytest.raises(CollectError) as raised:
        fresh(user_id)
    return type(raised.value).__name__


def unused(user_id: str) -> None:
    """Time passes until the access token is over."""
    seen, tokens = connections.connection(user_id, "spotify"), kept(user_id)
    over = replace(tokens, expires_at=times.now())
    assert connections.replace_tokens(seen, seal(over, provider="spotify", user_id=user_id), over.expires_at)


def test_a_token_that_lives_is_used_as_it_is(world: World) -> None:
    """No call to the token host while the token is good."""
    user_id = world.connect(seconds=EARLY.total_seconds() + 60)
    assert fresh(user_id) == kept(user_id).access_token
    assert world.refreshes == 0


@pytest.mark.parametrize("seconds", [-10, 0, EARLY.total_seconds() - 5])
def test_a_token_is_renewed_before_it_ends(world: World, seconds: float) -> None:
    """One that is over, or will be in a moment, is not used: the next one is stored and lives its hour."""
    user_id = world.connect(seconds=seconds)
    old = kept(user_id)
    token = fresh(user_id)
    assert token != old.access_token
    assert kept(user_id).access_token == token
    assert kept(user_id).expires_at - times.now() > timedelta(minutes=59)
    assert fresh(user_id) == token
    assert world.refreshes == 1
    assert not claimed()


def test_a_token_that_was_refused_is_renewed_however_long_it_claims_to_live(world: World) -> None:
    """The provider's 401 counts more than its own figure."""
    user_id = world.connect()
    old = kept(user_id).access_token
    assert fresh(user_id, refused=old) != old
    assert world.refreshes == 1


def test_a_token_that_another_worker_has_renewed_is_taken_over(world: World) -> None:
    """Who hears 401 late does not refresh a second time."""
    user_id = world.connect()
    old = kept(user_id).access_token
    first = fresh(user_id, refused=old)
    assert fresh(user_id, refused=old) == first
    assert world.refreshes == 1


def test_no_new_refresh_token_keeps_the_old_one(world: World) -> None:
    """Confidential applications mostly get none: the one in use goes on."""
    user_id = world.connect(seconds=0)
    old = kept(user_id)
    fresh(user_id)
    assert kept(user_id).refresh_token == old.refresh_token


@pytest.mark.parametrize("mode", [RefreshTokens.ROTATE, RefreshTokens.SINGLE_USE])
def test_a_new_refresh_token_replaces_the_old_one(behind: tuple[Starlette, str], mode: RefreshTokens) -> None:
    """It is stored with the access token, and the next refresh works with it."""
    world = World.begin(behind, refresh_tokens=mode)
    user_id = world.connect(seconds=0)
    seen = {kept(user_id).refresh_token}
    for _ in range(3):
        fresh(user_id, refused=kept(user_id).access_token)
        seen.add(kept(user_id).refresh_token)
    assert len(seen) == 4
    assert status(user_id) == connections.ACTIVE


def test_a_dead_grant_is_marked_for_the_listener(world: World) -> None:
    """`invalid_grant` is the one answer that ends a connection; afterwards the token host is left alone."""
    user_id = world.connect(seconds=0)
    world.simulator.accounts.revoke("ana")
    with pytest.raises(GrantRevoked):
        fresh(user_id)
    assert status(user_id) == connections.RECONNECT
    with pytest.raises(GrantRevoked):
        fresh(user_id)
    assert world.refreshes == 2


def test_a_refusal_is_confirmed_before_it_is_believed(world: World, pauses: list[float]) -> None:
    """One `invalid_grant` may be a hiccup: after a second the same refresh token is tried once more, and goes on."""
    user_id = world.connect(seconds=0)
    old = kept(user_id)
    world.fault("POST /api/token", times=1, **REFUSAL)
    token = fresh(user_id)
    assert (world.refreshes, pauses) == (2, [CONFIRM_AFTER])
    assert kept(user_id).access_token == token != old.access_token
    assert kept(user_id).refresh_token == old.refresh_token
    assert (status(user_id), noted(), claimed()) == (connections.ACTIVE, [], False)


@pytest.mark.parametrize(
    ("second", "error"),
    [
        ({"status": 503}, "ProviderUnavailable"),
        ({"status": 400, "body": {"error": "invalid_client"}}, "ApplicationBlocked"),
    ],
    ids=str,
)
def test_a_refusal_that_could_not_be_confirmed_is_not_believed(
    world: World, second: dict[str, Any], error: str
) -> None:
    """The second answer counts: nothing is marked or counted, and the next worker may try at once."""
    user_id = world.connect(seconds=0)
    before = kept(user_id)
    world.fault("POST /api/token", times=1, **REFUSAL)
    world.fault("POST /api/token", times=1, **second)
    assert told(user_id) == error
    assert (status(user_id), kept(user_id), noted(), claimed()) == (connections.ACTIVE, before, [], False)
    assert fresh(user_id) != before.access_token


def test_the_previous_refresh_token_is_the_second_try(behind: tuple[Starlette, str]) -> None:
    """Where the newest one is refused, the one before it works once more and brings the next."""
    world = World.begin(behind, refresh_tokens=RefreshTokens.ROTATE)
    user_id = world.connect(seconds=0)
    first = kept(user_id).refresh_token
    fresh(user_id)
    second = kept(user_id)
    assert second.previous_refresh_token == first
    del world.simulator.accounts.refresh_tokens[second.refresh_token]
    unused(user_id)
    token = fresh(user_id)
    third = kept(user_id)
    assert world.refreshes == 3
    assert third.access_token == token
    assert third.refresh_token not in (first, second.refresh_token)
    assert third.previous_refresh_token == second.refresh_token
    assert (status(user_id), noted()) == (connections.ACTIVE, [])


def test_no_new_refresh_token_keeps_the_previous_one_too(world: World) -> None:
    """Both go on as they are."""
    user_id = world.connect(seconds=0)
    before = replace(kept(user_id), previous_refresh_token="previous")
    sealed = seal(before, provider="spotify", user_id=user_id)
    connections.replace_tokens(connections.connection(user_id, "spotify"), sealed, before.expires_at)
    fresh(user_id)
    after = kept(user_id)
    assert (after.refresh_token, after.previous_refresh_token) == (before.refresh_token, "previous")


def test_a_refresh_token_that_comes_back_replaces_nothing(world: World) -> None:
    """A provider may name the one in use: it does not become its own previous one."""
    user_id = world.connect(seconds=0)
    same = kept(user_id).refresh_token
    world.fault("POST /api/token", status=200, body={"access_token": "new", "refresh_token": same})
    fresh(user_id)
    assert (kept(user_id).refresh_token, kept(user_id).previous_refresh_token) == (same, None)


def test_a_claim_outlives_two_refreshes() -> None:
    """However slow the token host is, nobody refreshes while another does; others wait longer than that."""
    assert 2 * sum(oauth2.TIMEOUT) + CONFIRM_AFTER < CLAIM_SECONDS < REFRESH_WAIT_SECONDS


def test_a_few_revocations_are_believed(world: World) -> None:
    """Each of them is its listener's own wish."""
    users = many(world, OUTAGE_USERS - 1)
    world.fault("POST /api/token", **REFUSAL)
    assert [told(user_id) for user_id in users] == ["GrantRevoked"] * len(users)
    assert {status(user_id) for user_id in users} == {connections.RECONNECT}
    assert "TokenOutage" not in telemetry.metrics.metric_set


def test_many_revocations_at_once_are_an_outage(world: World, caplog: pytest.LogCaptureFixture) -> None:
    """
    The fifth listener within ten minutes makes it one: nobody's connection is given up, those that were are active
    again, the operator hears of it, and once the provider is well everything goes on with the tokens that were there.
    """
    users = many(world, OUTAGE_USERS + 1)
    before = [kept(user_id) for user_id in users]
    world.fault("POST /api/token", **REFUSAL)
    assert [told(user_id) for user_id in users] == ["GrantRevoked"] * 4 + ["Outage"] * 2
    assert {status(user_id) for user_id in users} == {connections.ACTIVE}
    assert [kept(user_id) for user_id in users] == before
    assert not claimed()
    assert telemetry.metrics.metric_set["TokenOutage"]["Value"] == [1.0, 1.0]
    assert [record.levelname for record in caplog.records] == ["ERROR", "ERROR"]
    assert "Spotify refuses the grants of many listeners" in logged(caplog)
    assert not [secret for secret in world.simulator.accounts.secrets if secret in logged(caplog)]

    world.simulator.traffic.faults.clear()
    assert {fresh(user_id) for user_id in users}.isdisjoint(tokens.access_token for tokens in before)


def test_revocations_that_trickle_in_are_believed(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Five within an hour are no outage: each stands for itself."""
    users = many(world, OUTAGE_USERS + 1)
    world.fault("POST /api/token", **REFUSAL)
    begin = times.now()
    for number, user_id in enumerate(users):
        moment = begin + number * timedelta(minutes=3)
        monkeypatch.setattr("blendify.core.times.now", lambda moment=moment: moment)
        assert told(user_id) == "GrantRevoked"
    assert {status(user_id) for user_id in users} == {connections.RECONNECT}


def test_one_listener_is_no_outage(world: World) -> None:
    """However often the same grant is refused, it counts once."""
    user_id = world.connect(seconds=0)
    world.fault("POST /api/token", **REFUSAL)
    for _ in range(OUTAGE_USERS + 1):
        assert told(user_id) == "GrantRevoked"
        connections.restore(user_id, "spotify")
    assert status(user_id) == connections.ACTIVE


def test_what_was_given_up_long_before_an_outage_stays(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Only marks of the same ten minutes are taken back."""
    earlier, *users = many(world, OUTAGE_USERS + 1)
    world.fault("POST /api/token", **REFUSAL)
    assert told(earlier) == "GrantRevoked"
    later = times.now() + refused_grants.WINDOW + timedelta(seconds=1)
    monkeypatch.setattr("blendify.core.times.now", lambda: later)
    assert told(users[0]) == "GrantRevoked"
    assert [told(user_id) for user_id in users[1:]][-1] == "Outage"
    assert status(earlier) == connections.RECONNECT
    assert {status(user_id) for user_id in users} == {connections.ACTIVE}


def test_who_fails_while_an_outage_is_found_is_not_given_up(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Four others fail between this one's count and its mark: they cannot restore it yet, so it counts again itself."""
    user_id, *others = many(world, OUTAGE_USERS)
    world.fault("POST /api/token", **REFUSAL)
    mark = connections.require_reconnect

    def late(seen: connections.Connection) -> bool:
        monkeypatch.setattr(connections, "require_reconnect", mark)
        assert [told(other) for other in others] == ["GrantRevoked"] * 3 + ["Outage"]
        return mark(seen)

    monkeypatch.setattr(connections, "require_reconnect", late)
    assert told(user_id) == "Outage"
    assert {status(one) for one in [user_id, *others]} == {connections.ACTIVE}


def test_many_that_fail_at_the_same_moment_are_an_outage(world: World) -> None:
    """Whoever is first, in the end nobody is given up."""
    users = many(world, 8)
    world.fault("POST /api/token", **REFUSAL)
    begin = threading.Barrier(len(users))

    def worker(user_id: str) -> str:
        begin.wait()
        try:
            return fresh(user_id)
        except CollectError as error:
            return type(error).__name__

    with ThreadPoolExecutor(len(users)) as pool:
        assert set(pool.map(worker, users)) <= {"GrantRevoked", "Outage"}
    assert {status(user_id) for user_id in users} == {connections.ACTIVE}


@pytest.mark.parametrize("days_ago", [180, 181, 200])
def test_grants_at_their_known_end_are_no_outage(world: World, days_ago: int) -> None:
    """Many who connected on the same day end on the same day: marked, not counted, and nobody is alarmed."""
    users = many(world, OUTAGE_USERS + 1)
    given = times.iso(times.now() - timedelta(days=days_ago))
    for user_id in users:
        state_table().update(keys.user(user_id), keys.connection("spotify"), Change(set={"authorized_at": given}))
    world.fault("POST /api/token", **REFUSAL)
    assert {told(user_id) for user_id in users} == {"GrantRevoked"}
    assert {status(user_id) for user_id in users} == {connections.RECONNECT}
    assert noted() == []
    assert "TokenOutage" not in telemetry.metrics.metric_set


def test_a_login_in_the_middle_of_a_refused_refresh_is_not_undone(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The old consent was refused, the new one is not touched: the next try works."""
    user_id = world.connect(seconds=0)
    world.fault("POST /api/token", **REFUSAL)
    note = refused_grants.record

    def late(*given: Any) -> set[str]:
        world.connect()
        return note(*given)

    monkeypatch.setattr(refused_grants, "record", late)
    assert told(user_id) == "ProviderUnavailable"
    assert status(user_id) == connections.ACTIVE
    assert fresh(user_id) == kept(user_id).access_token


def test_a_login_in_the_middle_of_a_refresh_is_used(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """No access token is used that is not stored: the newer consent's is taken."""
    user_id = world.connect(seconds=0)
    keep = connections.replace_tokens

    def late(*given: Any) -> bool:
        world.connect()
        return keep(*given)

    monkeypatch.setattr(connections, "replace_tokens", late)
    token = fresh(user_id)
    assert token == kept(user_id).access_token
    assert world.refreshes == 1


def test_only_a_connection_that_is_marked_is_restored(world: World) -> None:
    """Nothing is made where there is nothing, nothing is changed that works."""
    user_id = world.connect()
    assert not connections.restore(user_id, "spotify")
    assert not connections.restore("nobody", "spotify")
    connections.require_reconnect(connections.connection(user_id, "spotify"))
    assert connections.restore(user_id, "spotify")
    assert status(user_id) == connections.ACTIVE


def again(user_id: str, refused: str | None = None) -> CollectError:
    return classify_repeated_refusal(SPOTIFY, application("spotify"), user_id, refused or kept(user_id).access_token)


def test_a_401_to_a_new_token_ends_the_grant(world: World) -> None:
    """The listener must connect again, and who asks later hears the same; it is counted once."""
    user_id = world.connect()
    for _ in range(3):
        error = again(user_id)
        assert isinstance(error, GrantRevoked)
        assert str(error) == "Spotify refuses even a new access token: connect again"
    assert status(user_id) == connections.RECONNECT
    assert set(noted()) == {user_id}
    assert world.refreshes == 0


def test_401s_for_many_listeners_are_an_outage(world: World) -> None:
    """They count together with refused refreshes."""
    users = many(world, OUTAGE_USERS)
    world.fault("POST /api/token", **REFUSAL)
    assert [told(user_id) for user_id in users[:3]] == ["GrantRevoked"] * 3
    assert isinstance(again(users[3]), GrantRevoked)
    assert isinstance(again(users[4]), ProviderUnavailable)
    assert {status(user_id) for user_id in users} == {connections.ACTIVE}
    assert telemetry.metrics.metric_set["TokenOutage"]["Value"] == [1.0]


def test_a_401_does_not_end_anothers_refresh(world: World) -> None:
    """In an outage the claim stays whose it is."""
    users = many(world, OUTAGE_USERS)
    for user_id in users[1:]:
        again(user_id)
    assert connections.claim_refresh(connections.connection(users[0], "spotify"), CLAIM_SECONDS)
    assert isinstance(again(users[0]), ProviderUnavailable)
    assert claimed()


def test_a_401_to_a_token_of_the_past_ends_nothing(world: World) -> None:
    """A login or another worker has renewed it: the next try uses that."""
    user_id = world.connect()
    old = kept(user_id).access_token
    world.connect()
    assert isinstance(again(user_id, old), ProviderUnavailable)
    assert (status(user_id), noted()) == (connections.ACTIVE, [])


def test_a_401_to_a_grant_past_its_end_is_no_surprise(world: World) -> None:
    """Marked, and not counted."""
    user_id = world.connect()
    given = times.iso(times.now() - timedelta(days=181))
    state_table().update(keys.user(user_id), keys.connection("spotify"), Change(set={"authorized_at": given}))
    assert isinstance(again(user_id), GrantRevoked)
    assert (status(user_id), noted()) == (connections.RECONNECT, [])


def test_a_new_login_repairs_a_dead_grant(world: World) -> None:
    """The same user goes on with the new consent's tokens."""
    user_id = world.connect(seconds=0)
    world.simulator.accounts.revoke("ana")
    with pytest.raises(GrantRevoked):
        fresh(user_id)
    assert world.connect() == user_id
    assert status(user_id) == connections.ACTIVE
    assert fresh(user_id) == kept(user_id).access_token


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
def test_any_other_failure_leaves_the_grant_alone(world: World, fault: dict[str, Any]) -> None:
    """An outage of the token host says nothing about a consent: tokens stay, and the next worker may try at once."""
    user_id = world.connect(seconds=0)
    before = kept(user_id)
    world.fault("POST /api/token", times=1, **fault)
    with pytest.raises(ProviderUnavailable):
        fresh(user_id)
    assert (status(user_id), kept(user_id)) == (connections.ACTIVE, before)
    assert not claimed()
    assert fresh(user_id) != before.access_token


def test_a_token_host_that_is_down_leaves_the_grant_alone(world: World) -> None:
    """Nobody listens at its address: the same."""
    user_id = world.connect(seconds=0)
    aws_in_memory.application("http://127.0.0.1:9", f"{world.base}/v1")
    with pytest.raises(ProviderUnavailable):
        fresh(user_id)
    assert status(user_id) == connections.ACTIVE
    assert not claimed()


@pytest.mark.parametrize("lifetime", ["Infinity", "1e999", "99999999999999999999", '"3600"', "null", "true", "-5"])
def test_any_lifetime_in_an_answer_is_survived(world: World, lifetime: str) -> None:
    """`expires_in` is the provider's text: whatever it is, the new token is stored and used."""
    user_id = world.connect(seconds=0)
    body = f'{{"access_token": "new", "token_type": "Bearer", "expires_in": {lifetime}}}'
    world.fault("POST /api/token", status=200, body=body)
    assert fresh(user_id) == "new"
    assert kept(user_id).access_token == "new"


def test_a_wrong_client_secret_is_the_operators_to_repair(world: World) -> None:
    """The grant stays, and every worker hears the reason at once instead of waiting for another's refresh."""
    user_id = world.connect(seconds=0)
    world.fault("POST /api/token", status=400, body={"error": "invalid_client"})
    with pytest.raises(ApplicationBlocked):
        fresh(user_id)
    assert status(user_id) == connections.ACTIVE
    assert not claimed()


@pytest.mark.parametrize("mode", RefreshTokens)
def test_eight_workers_refresh_once(behind: tuple[Starlette, str], mode: RefreshTokens) -> None:
    """Where a refresh token works once, a second refresh would end the connection: one of eight does it each time."""
    world = World.begin(behind, refresh_tokens=mode, latency_ms=30)
    user_id = world.connect(seconds=0)
    begin = threading.Barrier(8)

    def worker(_: int) -> str:
        begin.wait()
        return fresh(user_id)

    with ThreadPoolExecutor(8) as pool:
        for expiry in range(1, 4):
            assert set(pool.map(worker, range(8))) == {kept(user_id).access_token}
            assert world.refreshes == expiry
            unused(user_id)
    assert status(user_id) == connections.ACTIVE


def test_eight_workers_confirm_a_refusal_once(world: World) -> None:
    """One of them asks twice; the others hear what it has found, and the token host is left alone."""
    world.simulator.traffic.latency_ms = 30
    user_id = world.connect(seconds=0)
    world.simulator.accounts.revoke("ana")
    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(told, [user_id] * 8)) == {"GrantRevoked"}
    assert world.refreshes == 2
    assert set(noted()) == {user_id}


def test_a_claim_that_was_left_behind_ends(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """A worker killed in the middle of a refresh does not lock the others out."""
    user_id = world.connect(seconds=0)
    assert connections.claim_refresh(connections.connection(user_id, "spotify"), CLAIM_SECONDS)
    later = times.now() + timedelta(seconds=CLAIM_SECONDS + 1)
    monkeypatch.setattr("blendify.core.times.now", lambda: later)
    assert fresh(user_id)
    assert world.refreshes == 1


def test_who_waited_for_a_refresh_that_ended_the_grant_does_not_ask_again(world: World) -> None:
    """A dead grant cannot be claimed, also by a worker that read it while it was alive."""
    user_id = world.connect(seconds=0)
    seen = connections.connection(user_id, "spotify")
    assert connections.claim_refresh(seen, CLAIM_SECONDS)
    connections.require_reconnect(seen)
    assert connections.claim_refresh(seen, CLAIM_SECONDS) is None


def test_a_claim_is_released_by_its_holder_alone(world: World) -> None:
    """Who comes late does not take away the claim of the next worker."""
    user_id = world.connect(seconds=0)
    seen = connections.connection(user_id, "spotify")
    first = connections.claim_refresh(seen, -1)
    second = connections.claim_refresh(seen, CLAIM_SECONDS)
    assert first
    assert second
    connections.release_refresh(seen, first)
    assert claimed()
    connections.release_refresh(seen, second)
    assert not claimed()


def test_a_late_refresh_does_not_overwrite_a_new_login(world: World) -> None:
    """Tokens that were fetched for an older consent are dropped."""
    user_id = world.connect()
    seen = connections.connection(user_id, "spotify")
    world.connect()
    newest = kept(user_id)
    late = TokenSet("late", "late", times.now() + timedelta(hours=1))
    assert not connections.replace_tokens(seen, seal(late, provider="spotify", user_id=user_id), late.expires_at)
    assert kept(user_id) == newest


def test_a_401_in_the_middle_of_a_run_refreshes_once(world: World) -> None:
    """All threads of a collector go on with the same new token."""
    user_id = world.connect()
    caller = ProviderClient(SPOTIFY, application("spotify"), user_id)
    assert caller.get("/me/albums", {}, dict)["total"] == 52
    world.simulator.accounts.expire_access("ana")
    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(lambda offset: caller.get("/me/tracks", {"offset": str(offset)}, dict), range(6)))
    assert [answer["offset"] for answer in answers] == list(range(6))
    assert world.refreshes == 1


def test_a_new_token_that_is_refused_as_well_ends_the_grant(world: World) -> None:
    """401 after a refresh is no reason to refresh again and again."""
    user_id = world.connect()
    world.fault("GET /v1/me/albums", status=401)
    with pytest.raises(GrantRevoked):
        ProviderClient(SPOTIFY, application("spotify"), user_id).get("/me/albums", {}, dict)
    assert world.refreshes == MOST_REFRESHES
    assert world.calls() == MOST_REFRESHES + 1
    assert status(user_id) == connections.RECONNECT


def test_a_new_token_that_is_refused_once_is_renewed_once_more(world: World) -> None:
    """Not all servers of a provider know a new token at once: nobody has to connect again for that."""
    user_id = world.connect()
    world.fault("GET /v1/me/albums", status=401, times=2)
    assert ProviderClient(SPOTIFY, application("spotify"), user_id).get("/me/albums", {}, dict)["total"] > 0
    assert (world.refreshes, status(user_id)) == (2, connections.ACTIVE)


@pytest.mark.parametrize("status_code", [200, 400, 500])
def test_no_error_shows_a_secret(world: World, status_code: int, caplog: pytest.LogCaptureFixture) -> None:
    """Neither the message nor what is chained to it holds a token, a secret or the provider's words."""
    user_id = world.connect(seconds=0)
    secrets = [*world.simulator.accounts.secrets, "<b>echo</b>"]
    world.fault("POST /api/token", status=status_code, body=json.dumps({"error": "<b>echo</b>", "echo": secrets}))
    with pytest.raises(ProviderUnavailable) as failed:
        fresh(user_id)
    told = repr(failed.value) + repr(failed.value.__cause__) + repr(failed.value.__context__) + logged(caplog)
    assert not [secret for secret in secrets if secret in told]
