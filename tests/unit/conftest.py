"""AWS in memory for unit tests."""

from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from datetime import datetime

import pytest
from starlette.applications import Starlette

from blendify.core import aws
from local.aws_in_memory import application, create_tables, new_aws
from tests.unit.exports import create_bucket
from tests.unit.provider_worlds import SIMULATED, Behind
from tests.unit.spotify_world import STARTED, World, served
from tests.unit.step_functions import StepFunctions


@pytest.fixture(scope="module")
def _cloud() -> Iterator[None]:
    """An AWS for one module, with the key; clients are made once, as each costs more than a test."""
    with new_aws():
        yield


@pytest.fixture
def aws_in_memory(_cloud: None) -> None:
    """The template's tables, key and bucket, and an application whose addresses tests replace; all data is new."""
    create_tables()
    create_bucket()
    application("http://127.0.0.1:9", "http://127.0.0.1:9/v1")


@pytest.fixture(scope="module")
def behind() -> Iterator[tuple[Starlette, str]]:
    """One simulator for a module, on a socket."""
    with served() as app:
        yield app


@pytest.fixture(scope="module")
def sockets() -> Iterator[Mapping[str, Behind]]:
    """One simulator of each provider for a module, on sockets."""
    with ExitStack() as running:
        yield {name: running.enter_context(provider.served()) for name, provider in SIMULATED.items()}


@pytest.fixture
def world(behind: tuple[Starlette, str]) -> World:
    """The simulator as new, and the application that leads to it."""
    return World.begin(behind)


@pytest.fixture
def machines(monkeypatch: pytest.MonkeyPatch) -> StepFunctions:
    """Step Functions in memory."""
    made, client = StepFunctions(), aws.client
    monkeypatch.setattr(aws, "client", lambda service: made if service == "stepfunctions" else client(service))
    return made


@pytest.fixture
def stopped_clock(monkeypatch: pytest.MonkeyPatch) -> list[datetime]:
    """The package's time, which stands until a test changes it."""
    now = [STARTED]
    monkeypatch.setattr("blendify.core.times.now", lambda: now[0])
    return now
