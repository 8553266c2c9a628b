"""The end of a consent is announced thirty and seven days before, each time once."""

import json
import logging
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import pytest
from botocore.stub import Stubber

from blendify.access import connections, grant_expiry
from blendify.access.connections import Connection
from blendify.core import aws, times
from blendify.providers import PROVIDERS
from blendify.providers.oauth2 import AuthorizationCode
from tests.unit.event_bus import Bus
from tests.unit.sync_steps import STARTED
from tests.unit.visible import logged
from tests.unit.world import World

pytestmark = pytest.mark.usefixtures("aws_in_memory")

LIFETIME = timedelta(days=181)


@dataclass
class Clock:
    """The clock of one test."""

    left: timedelta
    """The time until the end of a grant given at STARTED."""

    def days_left(self, days: float) -> None:
        self.left = timedelta(days=days)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock(LIFETIME)
    monkeypatch.setattr("blendify.core.times.now", lambda: STARTED + LIFETIME - clock.left)
    return clock


@pytest.fixture
def user_id(world: World, clock: Clock) -> str:
    return world.connect()


def stored(user_id: str) -> Connection:
    return connections.connection(user_id, "spotify")


def test_end_of_a_grant_is_counted_from_the_consent(user_id: str) -> None:
    """By the provider's lifetime, at the earliest; renewed tokens do not extend it."""
    connection = stored(user_id)
    connections.replace_tokens(connection, connection.tokens, times.now())
    assert grant_expiry.ends_at(stored(user_id)) == STARTED + LIFETIME


@pytest.mark.parametrize(("days", "notice", "left"), [(29.9, 30, 29), (30, 30, 30), (7, 7, 7), (0.5, 7, 0)])
def test_near_end_is_announced(user_id: str, clock: Clock, bus: Bus, days: float, notice: int, left: int) -> None:
    """The event has the user id and the end, and neither name, account nor secret."""
    clock.days_left(days)
    grant_expiry.announce(stored(user_id))
    (event,) = bus.events()
    detail = json.loads(event.pop("Detail"))
    assert event == {"Source": "blendify", "DetailType": "Grant ending"}
    assert detail == {
        "user_id": user_id,
        "provider": "spotify",
        "ends_at": times.iso(STARTED + LIFETIME),
        "days_left": left,
        "notice": notice,
    }


@pytest.mark.parametrize("days", [181, 31, 30.01, 0, -1])
def test_far_or_past_end_is_not_announced(user_id: str, clock: Clock, bus: Bus, days: float) -> None:
    """More than thirty days before, or at the end and later."""
    clock.days_left(days)
    grant_expiry.announce(stored(user_id))
    assert bus.events() == []


def test_each_notice_comes_once(user_id: str, clock: Clock, bus: Bus) -> None:
    """However many syncs there are: one at thirty days and one at seven."""
    notices = []
    for days in range(40, -3, -1):
        clock.days_left(days)
        grant_expiry.announce(stored(user_id))
        grant_expiry.announce(stored(user_id))
        notices += [(days, notice) for notice in bus.notices()]
    assert notices == [(30, 30), (7, 7)]


def test_only_the_nearer_notice_in_the_last_week(user_id: str, clock: Clock, bus: Bus) -> None:
    """The notice of thirty days is not sent late."""
    clock.days_left(6)
    for _ in range(3):
        grant_expiry.announce(stored(user_id))
    assert bus.notices() == [7]


def test_new_consent_has_its_own_notices(user_id: str, world: World, clock: Clock, bus: Bus) -> None:
    """It has its own end."""
    clock.days_left(5)
    grant_expiry.announce(stored(user_id))
    old = stored(user_id)
    assert world.connect() == user_id
    assert stored(user_id).announced is None
    assert not connections.record_announcement(old, 7)
    grant_expiry.announce(stored(user_id))
    assert bus.notices() == [7]
    clock.left -= timedelta(days=181 - 20)
    grant_expiry.announce(stored(user_id))
    assert bus.notices() == [30]


def test_nearer_notice_is_not_overwritten(user_id: str) -> None:
    """When two syncs announce at once, the nearer notice stays recorded."""
    connection = stored(user_id)
    assert connections.record_announcement(connection, 7)
    assert not connections.record_announcement(connection, 30)
    assert stored(user_id).announced == 7


def test_ended_connection_is_not_announced(user_id: str, clock: Clock, bus: Bus) -> None:
    """It says already that it has ended."""
    clock.days_left(5)
    connections.require_reconnect(stored(user_id))
    grant_expiry.announce(stored(user_id))
    assert bus.events() == []


def test_grant_without_an_end_is_not_announced(
    user_id: str, clock: Clock, bus: Bus, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Some providers' consents have no end."""
    endless = replace(PROVIDERS["spotify"], access=AuthorizationCode("Spotify", "/authorize", "/token"))
    monkeypatch.setattr("blendify.providers.spotify.PROVIDER", endless)
    clock.days_left(5)
    assert grant_expiry.ends_at(stored(user_id)) is None
    grant_expiry.announce(stored(user_id))
    assert bus.events() == []


def refuse(stub: Stubber) -> None:
    entries = [{"ErrorCode": "ThrottlingException", "ErrorMessage": "<b>echo</b>"}]
    stub.add_response("put_events", {"FailedEntryCount": 1, "Entries": entries})


def fail(stub: Stubber) -> None:
    stub.add_client_error("put_events", "InternalException", http_status_code=500)


@pytest.mark.parametrize("failure", [refuse, fail])
def test_failed_notice_is_sent_by_the_next_sync(
    user_id: str, clock: Clock, bus: Bus, failure: Any, caplog: pytest.LogCaptureFixture
) -> None:
    """The sync itself does not fail; the log has a warning."""
    clock.days_left(20)
    with Stubber(aws.client("events")) as stub:
        failure(stub)
        grant_expiry.announce(stored(user_id))
        stub.assert_no_pending_responses()
    assert any(record.levelno == logging.WARNING for record in caplog.records)
    assert "could not be announced" in logged(caplog)
    assert stored(user_id).announced is None
    assert bus.events() == []
    grant_expiry.announce(stored(user_id))
    assert bus.notices() == [30]


def test_unrecorded_notice_is_sent_again(user_id: str, clock: Clock, bus: Bus) -> None:
    """Twice is better than never, and the sync does not fail."""
    clock.days_left(20)
    connection = stored(user_id)
    with Stubber(aws.client("dynamodb")) as stub:
        stub.add_client_error("update_item", "InternalServerError", http_status_code=500)
        grant_expiry.announce(connection)
    assert bus.notices() == [30]
    grant_expiry.announce(stored(user_id))
    assert bus.notices() == [30]
    assert stored(user_id).announced == 30
