"""AWS in memory for unit tests."""

import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from datetime import datetime

import pytest

from blendify.core import aws, telemetry
from blendify.core.settings import loopback_webhooks
from tests.aws.aws_in_memory import application, create_tables, new_aws
from tests.unit.event_bus import Bus
from tests.unit.exports import create_bucket
from tests.unit.import_stories import create_uploads_bucket
from tests.unit.insights_stories import Messages
from tests.unit.poll_queue import PollQueue
from tests.unit.simulated import SIMULATED
from tests.unit.step_functions import StepFunctions
from tests.unit.sync_steps import STARTED
from tests.unit.webhook_queues import WebhookQueues
from tests.unit.webhook_receiver import Receiver, receiver
from tests.unit.world import Socket, World, socket_of


@pytest.fixture(scope="module")
def _cloud() -> Iterator[None]:
    """An AWS with the key for one module. Clients are made once, because each costs more than a test."""
    with new_aws():
        yield


@pytest.fixture
def aws_in_memory(_cloud: None) -> None:
    """New tables, key and bucket of the template, and an application whose addresses tests replace."""
    create_tables()
    create_bucket()
    create_uploads_bucket()
    application("http://127.0.0.1:9", "http://127.0.0.1:9/v1")


@pytest.fixture
def bus(_cloud: None) -> Iterator[Bus]:
    """The events of one test."""
    bus, hooks = Bus(), aws.client("events").meta.events
    hooks.register("before-call.events.PutEvents", bus.take)
    yield bus
    hooks.unregister("before-call.events.PutEvents", bus.take)


@pytest.fixture(scope="module")
def behind() -> Iterator[Socket]:
    """A socket of Spotify's simulator for a module."""
    with socket_of("spotify") as socket:
        yield socket


@pytest.fixture(scope="module")
def sockets() -> Iterator[Mapping[str, Socket]]:
    """A socket of each provider's simulator for a module, by the provider's name."""
    with ExitStack() as running:
        yield {name: running.enter_context(socket_of(name)) for name in SIMULATED}


@pytest.fixture
def world(behind: Socket) -> World:
    """The simulator in its first state, and an application with its address."""
    return World.begin(behind)


@pytest.fixture
def lastfm(sockets: Mapping[str, Socket]) -> World:
    """Like `world`, of Last.fm."""
    return World.begin(sockets["lastfm"])


@pytest.fixture
def apple(sockets: Mapping[str, Socket]) -> World:
    """Like `world`, of Apple Music."""
    return World.begin(sockets["apple_music"])


@pytest.fixture
def machines(monkeypatch: pytest.MonkeyPatch) -> StepFunctions:
    """Step Functions in memory."""
    made, client = StepFunctions(), aws.client
    monkeypatch.setattr(aws, "client", lambda service: made if service == "stepfunctions" else client(service))
    monkeypatch.setattr(aws, "hurried_client", lambda _: made)
    return made


@pytest.fixture
def queue(monkeypatch: pytest.MonkeyPatch) -> PollQueue:
    """The queue of polls in memory."""
    made, client = PollQueue(), aws.client
    monkeypatch.setattr(aws, "client", lambda service: made if service == "sqs" else client(service))
    return made


@pytest.fixture
def messages(monkeypatch: pytest.MonkeyPatch) -> Messages:
    """The queue of insights to compute, in memory."""
    made, client = Messages(), aws.client
    monkeypatch.setattr(aws, "client", lambda service: made if service == "sqs" else client(service))
    return made


@pytest.fixture
def webhook_queues(monkeypatch: pytest.MonkeyPatch) -> WebhookQueues:
    """The queues of events and deliveries, in memory."""
    made, client = WebhookQueues(), aws.client
    monkeypatch.setattr(aws, "client", lambda service: made if service == "sqs" else client(service))
    return made


@pytest.fixture
def program(monkeypatch: pytest.MonkeyPatch) -> Iterator[Receiver]:
    """A listener's program on this machine, which may be told as on the local stack."""
    monkeypatch.setenv("LOOPBACK_WEBHOOKS", "on")
    loopback_webhooks.cache_clear()
    with receiver() as made:
        yield made
    loopback_webhooks.cache_clear()


@pytest.fixture
def stopped_clock(monkeypatch: pytest.MonkeyPatch) -> list[datetime]:
    """The package's clock. It stands still until a test sets it."""
    now = [STARTED]
    monkeypatch.setattr("blendify.core.times.now", lambda: now[0])
    return now


@pytest.fixture
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The sleeps of a second or more, which tests skip."""
    slept: list[float] = []
    real = time.sleep
    monkeypatch.setattr("time.sleep", lambda seconds: slept.append(seconds) if seconds >= 1 else real(seconds))
    return slept


@pytest.fixture
def no_metrics() -> Iterator[None]:
    """No metric is left over from another test, or for the next."""
    telemetry.metrics.clear_metrics()
    yield
    telemetry.metrics.clear_metrics()
