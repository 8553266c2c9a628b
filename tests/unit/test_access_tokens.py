"""An access token is renewed in time, and a connection ends only with its grant."""

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from blendify.access import connections
from blendify.access.access_tokens import (
    CLAIM_SECONDS,
    CONFIRM_AFTER,
    EARLY,
    REFRESH_WAIT_SECONDS,
)
from blendify.access.applications import application
from blendify.access.token_vault import seal
from blendify.core import times
from blendify.core.errors import ApplicationBlocked, GrantRevoked, ProviderUnavailable
from blendify.fetching.provider_client import ProviderClient
from blendify.providers import oauth2
from local.simulators.frame.faults import FaultKind
from local.simulators.frame.oauth2 import RefreshTokens
from tests.aws import aws_in_memory
from tests.unit.stored_tokens import (
    REFUSAL,
    SPOTIFY,
    claimed,
    counted_users,
    error_name,
    expire,
    fresh,
    status,
    stored_tokens,
)
from tests.unit.visible import logged
from tests.unit.world import Socket, World

pytestmark = pytest.mark.usefixtures("aws_in_memory", "pauses", "no_metrics")


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


@pytest.mark.parametrize("mode", RefreshTokens)
def test_a_worker_that_is_alone_stores_no_access_token(behind: Socket, mode: RefreshTokens) -> None:
    """Only a new refresh token is stored: the old one may be worth nothing any more. The claim is given back."""
    world = World.begin(behind, refresh_tokens=mode)
    user_id = world.connect(seconds=0)
    old = stored_tokens(user_id)
    token = fresh(user_id, for_others=False)
    assert token != old.access_token
    assert not claimed()
    same = mode is RefreshTokens.KEEP
    assert (stored_tokens(user_id) == old) is same
    assert (fresh(user_id, for_others=False) != token) is same


def test_a_worker_that_is_alone_stores_what_replaces_a_refused_token(world: World) -> None:
    """Others would be refused as well: the stored one seems valid."""
    user_id = world.connect()
    token = fresh(user_id, stored_tokens(user_id).access_token, for_others=False)
    assert stored_tokens(user_id).access_token == token


def test_a_login_during_the_refresh_of_a_worker_that_is_alone_wins(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The token of the older consent is not used."""
    user_id = world.connect(seconds=0)
    release = connections.release_refresh

    def login_first(*arguments: Any) -> bool:
        world.connect()
        return release(*arguments)

    monkeypatch.setattr(connections, "release_refresh", login_first)
    assert fresh(user_id, for_others=False) == stored_tokens(user_id).access_token


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


def client_of(user_id: str) -> ProviderClient:
    return ProviderClient(SPOTIFY, application("spotify"), connections.connection(user_id, "spotify"))


def test_401_during_a_sync_refreshes_once(world: World) -> None:
    """All threads of a collector continue with the same new token."""
    user_id = world.connect()
    client = client_of(user_id)
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
    assert client_of(user_id).get("/me/albums", {}, dict)["total"] > 0
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
