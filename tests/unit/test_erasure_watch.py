"""An erasure that is not finished within a day is seen, whatever became of its execution."""

import json
from datetime import timedelta
from typing import Any

import pytest

from blendify.core import aws, times
from blendify.leaving import receipts
from tests.unit.http_events import Context
from tests.unit.step_functions import StepFunctions
from tests.unit.world import World
from watch import erasures

pytestmark = pytest.mark.usefixtures("aws_in_memory", "no_metrics")

DAY = timedelta(days=1)


class Executions(StepFunctions):
    """Executions of the state machine by their status, one a page."""

    def __init__(self, **names: list[str]) -> None:
        super().__init__()
        self.names = names

    def get_paginator(self, operation: str) -> "Executions":
        assert operation == "list_executions"
        return self

    def paginate(self, *, statusFilter: str, **_: str) -> list[dict[str, Any]]:  # noqa: N803
        return [{"executions": [{"name": name}]} for name in self.names.get(statusFilter, [])]


def watched(monkeypatch: pytest.MonkeyPatch, **names: list[str]) -> float:
    """The age in days that a look finds, given the names of executions by status."""
    client, machines = aws.client, Executions(**names)
    monkeypatch.setattr(aws, "client", lambda service: machines if service == "stepfunctions" else client(service))
    result = erasures.handler({}, Context())  # type: ignore[arg-type]
    return float(result["oldest_erasure_seconds"]) / DAY.total_seconds()


@pytest.mark.parametrize("status", ["RUNNING", "FAILED", "TIMED_OUT", "ABORTED"])
def test_the_oldest_unfinished_erasure_is_measured(
    world: World, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], status: str
) -> None:
    """Its age counts from the request. One that is finished counts no more, nor does a mistyped id."""
    old, young, finished = (receipts.begin(world.connect(name), receipts.EVERYTHING) for name in ("ana", "bea", "cem"))
    receipts.finish(receipts.erasure(finished))  # type: ignore[arg-type]
    later = times.now() + 2 * DAY
    monkeypatch.setattr("blendify.core.times.now", lambda: later)
    assert watched(monkeypatch, **{status: [finished, old, young, "mistyped"]}) == pytest.approx(2, abs=0.01)
    (line,) = [json.loads(text) for text in capsys.readouterr().out.splitlines() if "_aws" in text]
    assert line["OldestErasure"] == [pytest.approx(2 * DAY.total_seconds(), abs=900)]


def test_without_an_unfinished_erasure_there_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    """The metric says 0, so that its absence is no good news."""
    assert watched(monkeypatch, SUCCEEDED=["whatever"]) == 0.0
