"""Access tokens are renewed by one worker at a time, and only a dead grant is taken for one."""

import json
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from starlette.applications import Starlette

from blendify import times
from blendify.applications import application
from blendify.calls import Caller
from blendify.errors import ApplicationBlocked, GrantRevoked, ProviderUnavailable
from blendify.http import http_session
from blendify.providers import PROVIDERS
from blendify.storage import connections
from blendify.tokens import EARLY, fresh_access_token
from blendify.vault import TokenSet, seal, unseal
from local.simulators.spotify.options import RefreshTokens
from tests.unit import cloud
from tests.unit.spotify_world import FaultKind, World, items, logged

pytestmark = pytest.mark.usefixtures("aws_in_memory")

SPOTIFY = PROVIDERS["spotify"]


def fresh(user_id: str, refused: str | None = None) -> str:
    return fresh_access_token(SPOTIFY, application("spotify"), user_id, http_session(), refused=refused)


def kept(user_id: str) -> TokenSet:
    return unseal(connections.connection(user_id, "spotify").tokens, provider="spotify", user_id=user_id)


def status(user_id: str) -> str:
    return connections.connection(user_id, "spotify").status


def claimed() -> bool:
    return any("refreshing_until" in item for item in items())


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
    assert world.refreshes == 1


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
    cloud.application("http://127.0.0.1:9", f"{world.base}/v1")
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


def test_eight_workers_refresh_once(behind: tuple[Starlette, str]) -> None:
    """Where a refresh token works once, a second refresh would end the connection: one of the eight does it."""
    world = World.begin(behind, refresh_tokens=RefreshTokens.SINGLE_USE, latency_ms=30)
    user_id = world.connect(seconds=0)
    begin = threading.Barrier(8)

    def worker(_: int) -> str:
        begin.wait()
        return fresh(user_id)

    with ThreadPoolExecutor(8) as pool:
        tokens = set(pool.map(worker, range(8)))
    assert tokens == {kept(user_id).access_token}
    assert world.refreshes == 1
    assert status(user_id) == connections.ACTIVE


def test_a_claim_that_was_left_behind_ends(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """A worker killed in the middle of a refresh does not lock the others out."""
    user_id = world.connect(seconds=0)
    assert connections.claim_refresh(connections.connection(user_id, "spotify"), 20)
    later = times.now() + timedelta(seconds=21)
    monkeypatch.setattr("blendify.times.now", lambda: later)
    assert fresh(user_id)
    assert world.refreshes == 1


def test_a_late_refresh_does_not_overwrite_a_new_login(world: World) -> None:
    """Tokens that were fetched for an older consent are dropped."""
    user_id = world.connect()
    seen = connections.connection(user_id, "spotify")
    world.connect()
    newest = kept(user_id)
    late = TokenSet("late", "late", times.now() + timedelta(hours=1))
    assert not connections.keep_tokens(seen, seal(late, provider="spotify", user_id=user_id), late.expires_at)
    assert kept(user_id) == newest


def test_a_401_in_the_middle_of_a_run_refreshes_once(world: World) -> None:
    """All threads of a collector go on with the same new token."""
    user_id = world.connect()
    caller = Caller(SPOTIFY, application("spotify"), user_id)
    assert caller.get("/me/albums", {})["total"] == 52
    world.simulator.accounts.expire_access("ana")
    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(lambda offset: caller.get("/me/tracks", {"offset": str(offset)}), range(6)))
    assert [answer["offset"] for answer in answers] == list(range(6))
    assert world.refreshes == 1


def test_a_new_token_that_is_refused_as_well_ends_the_grant(world: World) -> None:
    """401 after a refresh is no reason to refresh again and again."""
    user_id = world.connect()
    world.fault("GET /v1/me/albums", status=401)
    with pytest.raises(GrantRevoked):
        Caller(SPOTIFY, application("spotify"), user_id).get("/me/albums", {})
    assert world.refreshes == 1
    assert world.calls() == 2


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
