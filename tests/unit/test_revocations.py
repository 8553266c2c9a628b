"""Whoever leaves takes the grant from us at the provider too, where it lets us; nothing depends on it."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError

from blendify.access import brought_applications, connections
from blendify.access.revocations import Given
from blendify.core import times
from blendify.db import keys
from blendify.db.state_table import Change, state_table
from blendify.leaving.disconnect import disconnect
from blendify.leaving.own_applications import remove
from blendify.providers import PROVIDERS
from erase.give_back import handler
from tests.unit.erasures import leave
from tests.unit.http_events import Context
from tests.unit.insights_stories import Messages
from tests.unit.login_flow import LISTENER
from tests.unit.poll_queue import event
from tests.unit.test_account_page import session_of
from tests.unit.world import Socket, World

pytestmark = pytest.mark.usefixtures("aws_in_memory", "machines", "no_metrics")

REVOKES = {"youtube_music": "POST /revoke", "soundcloud": "POST /sign-out"}
"""What a provider's simulator counts the request as."""
with_endpoint = pytest.mark.parametrize("world", REVOKES, indirect=True)


@pytest.fixture
def world(sockets: Mapping[str, Socket], request: pytest.FixtureRequest) -> World:
    """The simulator of the provider that a test names."""
    return World.begin(sockets[request.param])


def taken(messages: Messages) -> list[dict[str, str]]:
    """The Lambda takes all messages; returns those that go back to the queue."""
    bodies, messages.sent = messages.sent, []
    failed: list[dict[str, str]] = handler(event(*bodies), Context())["batchItemFailures"]  # type: ignore[arg-type]
    messages.sent += bodies if failed else []
    return failed


def lives(world: World) -> bool:
    """Whether the provider still knows a consent of the listener."""
    accounts = world.simulator.accounts
    return any(accounts.lives(grant) for grant in accounts.grants.values() if grant.kind == "consent")


@with_endpoint
@pytest.mark.parametrize("how", ["disconnect", "erase"])
def test_a_grant_is_given_back(world: World, messages: Messages, caplog: pytest.LogCaptureFixture, how: str) -> None:
    """Once, by a body and not by an address, although the connection and all its tokens are gone here."""
    user_id = world.connect()
    if how == "erase":
        leave(user_id)
    else:
        disconnect(user_id, world.name)
    assert list(connections.connections(user_id)) == []
    assert (lives(world), len(messages.sent)) == (True, 1)
    assert taken(messages) == []
    assert not lives(world)
    assert world.calls(REVOKES[world.name]) == 1
    shown = (
        caplog.text
        + repr(Given.of(Given(user_id, world.name, "default", b"x").body()))
        + "".join(world.simulator.traffic.endpoints)
    )
    assert not [secret for secret in world.secrets if secret in shown]


@with_endpoint
def test_nothing_waits_for_the_provider(world: World, messages: Messages, monkeypatch: pytest.MonkeyPatch) -> None:
    """An outage there leaves the message for another try, until the queue drops it; one of ours changes nothing."""
    user_id = world.connect()
    assert disconnect(user_id, world.name) is False
    world.fault(REVOKES[world.name], kind="status", status=503, times=1)
    assert len(taken(messages)) == 1
    assert taken(messages) == []
    assert not lives(world)
    again = world.connect()

    def refuses(**_: Any) -> None:
        raise ClientError({"Error": {"Code": "InternalError"}}, "SendMessage")

    monkeypatch.setattr(messages, "send_message", refuses)
    assert disconnect(again, world.name) is False
    assert list(connections.connections(again)) == []


@with_endpoint
def test_who_has_connected_again_keeps_the_new_grant(world: World, messages: Messages) -> None:
    """The provider would end it with the old one."""
    disconnect(world.connect(), world.name)
    world.connect()
    assert taken(messages) == []
    assert (lives(world), world.calls(REVOKES[world.name])) == (True, 0)


@with_endpoint
def test_a_grant_that_the_provider_has_forgotten_is_no_failure(world: World, messages: Messages) -> None:
    """The listener was there first."""
    disconnect(world.connect(), world.name)
    world.simulator.accounts.revoke(world.listener)
    assert taken(messages) == []


@pytest.mark.parametrize("world", ["soundcloud"], indirect=True)
def test_an_access_token_that_has_ended_is_renewed_to_say_goodbye(
    world: World, messages: Messages, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """SoundCloud takes a living access token alone, and most listeners leave hours after a sync."""
    disconnect(world.connect(), world.name)
    later = times.now() + timedelta(hours=2)
    monkeypatch.setattr("blendify.core.times.now", lambda: later)
    # The refresh token is good for one use, and the first try to give back fails: what came of it is in the queue.
    world.fault(REVOKES[world.name], kind="status", status=503, times=1)
    assert [len(taken(messages)) for _ in range(3)] == [0, 1, 0]
    assert not lives(world)
    assert (world.refreshes, world.calls(REVOKES[world.name]), messages.sent) == (1, 2, [])
    assert not [secret for secret in world.secrets if secret in caplog.text]


@pytest.mark.parametrize("world", ["soundcloud"], indirect=True)
def test_the_grant_of_an_own_application_is_given_back_though_both_are_gone(
    world: World, messages: Messages, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who takes their application away has mostly not synced for hours."""
    world.register(client_id="the operator's", client_secret="another")
    user_id = world.connect()
    options = world.simulator.options
    brought = brought_applications.bring(world.name, options.client_id, options.client_secret)
    brought_applications.store(user_id, brought)
    here = keys.user(user_id), keys.connection(world.name)
    state_table().update(*here, Change(set={"application": brought.name}))
    assert remove(user_id, world.name)
    assert not list(brought_applications.all_brought(user_id))
    assert options.client_secret not in "".join(messages.sent)
    later = times.now() + timedelta(hours=2)
    monkeypatch.setattr("blendify.core.times.now", lambda: later)
    assert [len(taken(messages)) for _ in range(2)] == [0, 0]
    assert not lives(world)


@pytest.mark.parametrize("world", [name for name in PROVIDERS if name not in REVOKES], indirect=True)
def test_where_there_is_no_way_back_the_page_says_where_to_go(world: World, messages: Messages) -> None:
    """Before one account is disconnected, and before everything is erased. No message is sent."""
    provider, user_id = PROVIDERS[world.name], world.connect()
    browser = session_of(user_id)
    for address in (f"/account/leave?provider={world.name}", "/account/leave"):
        page = browser.get(LISTENER, address).body
        assert "does not let an application give its access back" in page
        assert (provider.access_page or "account settings") in page
    disconnect(user_id, world.name)
    assert messages.sent == []
