"""No secret that a provider issued is readable in a table, a log line or a reason."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from blendify.access import connections
from blendify.collecting.collector import collect
from blendify.core.data_types import DataType
from blendify.syncing.finish_sync import finish_sync
from local.simulators.frame.faults import FaultKind
from tests.unit.every_provider.subject import Subject
from tests.unit.simulated import SIMULATED
from tests.unit.sync_steps import plenty
from tests.unit.visible import in_clear, logged

SAVED_TRACKS = DataType.SAVED_TRACKS


def secrets(subject: Subject) -> list[str]:
    """All secrets, including our own at the provider."""
    issued = subject.secrets
    assert len(issued) >= 2, issued
    return issued


def visible(subject: Subject, caplog: pytest.LogCaptureFixture, *more: Any) -> str:
    """What can be seen in tables, logs and execution histories."""
    owner = connections.connection(subject.user_id, subject.name)
    return in_clear() + logged(caplog) + repr(owner) + "".join(map(repr, more))


@pytest.mark.parametrize("provider", SIMULATED)
def test_no_secret_is_left_behind_by_a_run(subject: Subject, caplog: pytest.LogCaptureFixture) -> None:
    """Tables, logs and the state machine's inputs have no token and no client secret in clear."""
    caplog.set_level("DEBUG", logger="blendify")
    job = subject.begun()
    results = [collect(data_type, job, plenty).event() for data_type in DataType]
    answer = finish_sync(job, 1, results)
    everything = visible(subject, caplog, job, results, answer)
    assert answer["status"] == "succeeded"
    assert "Collected all saved tracks" in everything
    assert [secret for secret in secrets(subject) if secret in everything] == []


FAILURES: dict[str, Callable[[list[str]], dict[str, Any]]] = {
    "an error": lambda known: {"status": 400, "body": {"error": 8, "message": " ".join(known), "errors": known}},
    "an error of its own": lambda known: {"status": 500, "body": " ".join(known)},
    "no permission": lambda known: {"status": 403, "body": {"errors": [{"code": "40000", "detail": " ".join(known)}]}},
    "another shape": lambda known: {"status": 200, "body": known},
    "no JSON": lambda known: {"status": 200, "body": f"<html>{' '.join(known)}"},
    "a rate limit": lambda known: {"status": 429, "body": json.dumps(known), "times": 1},
    "a torn line": lambda _: {"kind": FaultKind.RESET},
}


@pytest.mark.parametrize("provider", SIMULATED)
@pytest.mark.parametrize("failure", FAILURES)
def test_a_provider_that_echoes_secrets_is_not_quoted(
    subject: Subject, caplog: pytest.LogCaptureFixture, failure: str
) -> None:
    """Whatever its response holds and whatever goes wrong, the reason is in our words."""
    caplog.set_level("DEBUG", logger="blendify")
    subject.fault(SAVED_TRACKS, **FAILURES[failure](secrets(subject)))
    job, status = subject.run(SAVED_TRACKS, subject.another)
    everything = visible(subject, caplog, job, status)
    assert subject.traffic.faults_served.total() >= 1
    assert [secret for secret in secrets(subject) if secret in everything] == []


@pytest.mark.parametrize("provider", SIMULATED)
def test_a_dead_grant_tells_no_secret(subject: Subject, caplog: pytest.LogCaptureFixture) -> None:
    """The request to the listener has none either."""
    caplog.set_level("DEBUG", logger="blendify")
    known = secrets(subject)
    subject.simulator.arrange(subject.listener, dict(subject.provider.dead))
    job, status = subject.run(SAVED_TRACKS)
    everything = visible(subject, caplog, job, status)
    assert [secret for secret in {*known, *subject.secrets} if secret in everything] == []
