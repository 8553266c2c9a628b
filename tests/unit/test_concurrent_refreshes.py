"""One worker at a time renews an access token, and a login wins over it."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest

from blendify.access import connections, refused_grants
from blendify.access.access_tokens import CLAIM_SECONDS
from blendify.access.token_vault import TokenSet, seal
from blendify.core import times
from local.simulators.frame.oauth2 import RefreshTokens
from tests.unit.stored_tokens import REFUSAL, claimed, counted_users, error_name, expire, fresh, status, stored_tokens
from tests.unit.world import Socket, World

pytestmark = pytest.mark.usefixtures("aws_in_memory", "pauses", "no_metrics")


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
