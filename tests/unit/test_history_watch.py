"""Changes of the history outside an erasure are seen, whatever their number; an erasure explains its own."""

import json
from typing import Any

import pytest

from blendify.db import keys
from blendify.db.state_table import state_table
from tests.unit.http_events import Context
from watch import history

pytestmark = pytest.mark.usefixtures("aws_in_memory", "no_metrics")


def change(kind: str, user_id: str = "u1", data_type: str = "saved_tracks") -> dict[str, Any]:
    """A record of the table's stream, as Lambda hands it over."""
    return {"eventName": kind, "dynamodb": {"Keys": {"user#type": {"S": f"{user_id}#{data_type}"}}}}


def watch(*changes: dict[str, Any]) -> int:
    return int(history.handler({"Records": list(changes)}, Context())["unexplained"])  # type: ignore[arg-type]


def counted(output: str) -> list[dict[str, Any]]:
    """What CloudWatch makes of the log lines of metrics."""
    return [json.loads(line) for line in output.splitlines() if "_aws" in line]


def test_an_unexplained_change_is_counted_and_logged(
    capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    """The log names partition, kind and number; the metric is what the alarm looks at."""
    assert watch(change("REMOVE"), change("REMOVE"), change("MODIFY", "u2")) == 3
    (metric,) = counted(capsys.readouterr().out)
    assert metric["HistoryChanged"] == [3.0]
    lines = [vars(record) for record in caplog.records]
    assert {(line["partition"], line["change"], line["records"]) for line in lines} == {
        ("u1#saved_tracks", "REMOVE", 2),
        ("u2#saved_tracks", "MODIFY", 1),
    }


def test_an_erasure_explains_deletions_of_its_listener_alone(capsys: pytest.CaptureFixture[str]) -> None:
    """And no record that was overwritten: an erasure overwrites none."""
    state_table().put(keys.user("u1"), keys.leaving("everything"), {"erasure_id": "e1"})
    assert watch(change("REMOVE"), change("REMOVE")) == 0
    assert counted(capsys.readouterr().out) == []
    assert watch(change("REMOVE"), change("MODIFY"), change("REMOVE", "u2")) == 2
