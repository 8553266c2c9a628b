"""AWS in memory for unit tests."""

from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from datetime import datetime
from threading import RLock
from typing import Any
from unittest.mock import patch

import pytest
from moto import mock_aws
from moto.core.botocore_stubber import BotocoreStubber
from starlette.applications import Starlette

from blendify.access import applications
from blendify.core import aws
from local import moto_partiql
from tests.unit.cloud import application, create_tables
from tests.unit.exports import create_bucket
from tests.unit.lean_moto import lean_moto
from tests.unit.provider_worlds import SIMULATED, Behind
from tests.unit.spotify_world import STARTED, World, served
from tests.unit.step_functions import StepFunctions

_one_request = RLock()
_answer = BotocoreStubber.__call__


def _one_at_a_time(stubber: BotocoreStubber, *given: Any, **named: Any) -> Any:
    """DynamoDB checks a condition and writes in one step; in moto a thread could get between the two."""
    with _one_request:
        return _answer(stubber, *given, **named)


@pytest.fixture(scope="module")
def _cloud() -> Iterator[None]:
    """An AWS for one module, with the key; clients are made once, as each costs more than a test."""
    with mock_aws(), lean_moto(), moto_partiql.inserts(), patch.object(BotocoreStubber, "__call__", _one_at_a_time):
        _forget()
        kms = aws.client("kms")
        kms.create_alias(AliasName="alias/tokens", TargetKeyId=kms.create_key()["KeyMetadata"]["KeyId"])
        yield
    _forget()


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


def _forget() -> None:
    aws.forget()
    applications.forget()


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
