"""A consent's end is known and announced in time: twice, and each time once."""

import json
import logging
from collections.abc import Iterator
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
from tests.unit.spotify_world import STARTED, World, logged

pytestmark = pytest.mark.usefixtures("aws_in_memory")

LIFETIME = timedelta(days=181)


@dataclass
class Clock:
    """Ours, for one test."""

    left: timedelta
    """Until the end of a grant that was given at STARTED."""

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


class Bus:
    """The default bus, as requests that reach it: moto checks and accepts events, and shows them to nobody."""

    def __init__(self) -> None:
        self._entries: list[dict[str, Any]] = []

    def take(self, params: dict[str, Any], **_: Any) -> None:
        """Called by botocore before it sends; not for what a Stubber answers."""
        self._entries += json.loads(params["body"])["Entries"]

    def heard(self) -> list[dict[str, Any]]:
        """What has arrived since the last time."""
        heard, self._entries = self._entries, []
        return heard

    def notices(self) -> list[int]:
        return [json.loads(event["Detail"])["notice"] for event in self.heard()]


@pytest.fixture
def bus(_cloud: None) -> Iterator[Bus]:
    bus, hooks = Bus(), aws.client("events").meta.events
    hooks.register("before-call.events.PutEvents", bus.take)
    yield bus
    hooks.unregister("before-call.events.PutEvents", bus.take)


def owner(user_id: str) -> Connection:
    return connections.connection(user_id, "spotify")


def test_a_grants_end_is_known_from_its_beginning(user_id: str) -> None:
    """Six months after the consent at the earliest: the provider's figure, whatever happened to the tokens since."""
    seen = owner(user_id)
    connections.replace_tokens(seen, seen.tokens, times.now())
    assert grant_expiry.ends_at(owner(user_id)) == STARTED + LIFETIME


@pytest.mark.parametrize(("days", "notice", "left"), [(29.9, 30, 29), (30, 30, 30), (7, 7, 7), (0.5, 7, 0)])
def test_an_end_that_is_near_is_announced(
    user_id: str, clock: Clock, bus: Bus, days: float, notice: int, left: int
) -> None:
    """An event says whose access ends when, and nothing else: no name, no account, no secret."""
    clock.days_left(days)
    grant_expiry.announce(owner(user_id))
    (event,) = bus.heard()
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
def test_an_end_that_is_far_or_past_is_not(user_id: str, clock: Clock, bus: Bus, days: float) -> None:
    """Nobody needs to hear of it yet, or any more."""
    clock.days_left(days)
    grant_expiry.announce(owner(user_id))
    assert bus.heard() == []


def test_each_notice_comes_once(user_id: str, clock: Clock, bus: Bus) -> None:
    """However many syncs there are, one at thirty days and one at seven."""
    heard = []
    for days in range(40, -3, -1):
        clock.days_left(days)
        grant_expiry.announce(owner(user_id))
        grant_expiry.announce(owner(user_id))
        heard += [(days, notice) for notice in bus.notices()]
    assert heard == [(30, 30), (7, 7)]


def test_who_syncs_again_only_in_the_last_week_hears_once(user_id: str, clock: Clock, bus: Bus) -> None:
    """The notice of thirty days is not made up for."""
    clock.days_left(6)
    for _ in range(3):
        grant_expiry.announce(owner(user_id))
    assert bus.notices() == [7]


def test_a_new_consent_is_announced_anew(user_id: str, world: World, clock: Clock, bus: Bus) -> None:
    """It has its own end, and its own two notices."""
    clock.days_left(5)
    grant_expiry.announce(owner(user_id))
    old = owner(user_id)
    assert world.connect() == user_id
    assert owner(user_id).announced is None
    assert not connections.record_announcement(old, 7)
    grant_expiry.announce(owner(user_id))
    assert bus.notices() == [7]
    clock.left -= timedelta(days=181 - 20)
    grant_expiry.announce(owner(user_id))
    assert bus.notices() == [30]


def test_a_notice_that_was_remembered_is_not_taken_back(user_id: str) -> None:
    """Of two syncs that announce at once, the nearer notice stays."""
    seen = owner(user_id)
    assert connections.record_announcement(seen, 7)
    assert not connections.record_announcement(seen, 30)
    assert owner(user_id).announced == 7


def test_an_ended_connection_is_not_announced(user_id: str, clock: Clock, bus: Bus) -> None:
    """It is over already, and says so."""
    clock.days_left(5)
    connections.require_reconnect(owner(user_id))
    grant_expiry.announce(owner(user_id))
    assert bus.heard() == []


def test_a_grant_without_an_end_is_not_announced(
    user_id: str, clock: Clock, bus: Bus, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not every provider ends consents."""
    endless = replace(PROVIDERS["spotify"], access=AuthorizationCode("Spotify", "/authorize", "/token"))
    monkeypatch.setitem(PROVIDERS, "spotify", endless)
    clock.days_left(5)
    assert grant_expiry.ends_at(owner(user_id)) is None
    grant_expiry.announce(owner(user_id))
    assert bus.heard() == []


def refuse(stub: Stubber) -> None:
    entries = [{"ErrorCode": "ThrottlingException", "ErrorMessage": "<b>echo</b>"}]
    stub.add_response("put_events", {"FailedEntryCount": 1, "Entries": entries})


def fail(stub: Stubber) -> None:
    stub.add_client_error("put_events", "InternalException", http_status_code=500)


@pytest.mark.parametrize("trouble", [refuse, fail])
def test_what_could_not_be_announced_is_announced_later(
    user_id: str, clock: Clock, bus: Bus, trouble: Any, caplog: pytest.LogCaptureFixture
) -> None:
    """A sync does not fail for it: the log says so, and the next sync tries again."""
    clock.days_left(20)
    with Stubber(aws.client("events")) as stub:
        trouble(stub)
        grant_expiry.announce(owner(user_id))
        stub.assert_no_pending_responses()
    assert any(record.levelno == logging.WARNING for record in caplog.records)
    assert "could not be announced" in logged(caplog)
    assert owner(user_id).announced is None
    assert bus.heard() == []
    grant_expiry.announce(owner(user_id))
    assert bus.notices() == [30]


def test_a_notice_that_could_not_be_remembered_comes_again(user_id: str, clock: Clock, bus: Bus) -> None:
    """Twice is better than never, and the sync goes on."""
    clock.days_left(20)
    seen = owner(user_id)
    with Stubber(aws.client("dynamodb")) as stub:
        stub.add_client_error("update_item", "InternalServerError", http_status_code=500)
        grant_expiry.announce(seen)
    assert bus.notices() == [30]
    grant_expiry.announce(owner(user_id))
    assert bus.notices() == [30]
    assert owner(user_id).announced == 30
