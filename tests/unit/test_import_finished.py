"""Whoever waits for imports is told of each that has ended, whoever ended it, and of none that goes on."""

import json
from datetime import timedelta
from typing import Any

import pytest

from blendify.access import users
from blendify.core import aws, times
from blendify.importing import imports, uploads
from blendify.importing.import_item import DEAD_AFTER, Import
from blendify.lambdas import imports as steps
from tests.unit.event_bus import Bus
from tests.unit.http_events import HttpResponse
from tests.unit.import_stories import BUCKET, Files, Line, begun, files, now, series, work
from tests.unit.music_api import browser_of
from tests.unit.step_functions import StepFunctions

pytestmark = pytest.mark.usefixtures("aws_in_memory", "messages")
MORNING = "2014-03-01T08:00:00.000Z"


@pytest.fixture
def ada() -> str:
    return users.find_or_create_user("spotify", "ada")


def ended(user_id: str, held: Files) -> Import:
    """An import of this, by the state machine's step."""
    started = begun(user_id)
    event = {"user_id": user_id, "import_id": started.import_id}
    assert steps.read(event, lambda: 900.0, held.readers)["status"] == "ended"
    return now(started)


def details(bus: Bus) -> list[dict[str, Any]]:
    events = bus.events()
    assert {(event["Source"], event["DetailType"]) for event in events} <= {("blendify", "Import finished")}
    return [json.loads(event["Detail"]) for event in events]


def test_the_end_of_an_import_is_announced(ada: str, bus: Bus) -> None:
    """Ids, status, moments, counts and kinds; nothing that stands in the file."""
    ended(ada, files(series(MORNING, 2)))
    bus.events()
    done = ended(ada, files([*series(MORNING, 3), Line(MORNING, reason="time_missing")]))
    (detail,) = details(bus)
    assert detail == {
        "user_id": ada,
        "import_id": done.import_id,
        "status": "succeeded",
        "code": None,
        "started_at": done.started_at,
        "finished_at": done.finished_at,
        "formats": ["tiny"],
        "services": ["spotify"],
        "read": 4,
        "stored": 1,
        "known": 2,
        "skipped": 1,
        "linked": 0,
        "data_types": {"recently_played": {"records": 3}},
    }


def test_an_import_that_failed_says_why(ada: str, bus: Bus) -> None:
    """By the code that the listener's report has."""
    started = begun(ada)
    event = {"user_id": ada, "import_id": started.import_id}
    assert steps.fail(event) == {"status": "failed"}
    assert [(each["status"], each["code"], each["data_types"]) for each in details(bus)] == [
        ("failed", "interrupted", {})
    ]


def test_what_has_not_ended_is_not_announced(ada: str, bus: Bus) -> None:
    """An import that asks something, one whose time is over, one that was taken back."""
    started, held = begun(ada), files(series(MORNING, 2), asks_zone=True)
    event = {"user_id": ada, "import_id": started.import_id}
    assert steps.read(event, lambda: 900.0, held.readers)["status"] == "question"
    imports.withdraw(now(started))
    assert steps.read(event, lambda: 900.0, held.readers)["status"] == "superseded"
    assert steps.fail(event)["status"] == "superseded"
    bea = users.find_or_create_user("spotify", "bea")
    started = begun(bea)
    event = {"user_id": bea, "import_id": started.import_id}
    assert steps.read(event, lambda: 0.0, files(series(MORNING, 2)).readers)["status"] == "more"
    assert details(bus) == []


def test_a_death_before_the_announcement_delays_it(ada: str, bus: Bus) -> None:
    """The step is tried again and tells of the import that has ended; so does the last one, when all tries fail."""
    started, held = begun(ada), files(series(MORNING, 2))
    assert work(started, held) == "ended"
    event = {"user_id": ada, "import_id": started.import_id}
    assert steps.read(event, lambda: 900.0, held.readers)["status"] == "ended"
    assert steps.fail(event)["status"] == "failed"
    assert [each["status"] for each in details(bus)] == ["succeeded", "succeeded"]


def test_an_import_whose_worker_is_gone_is_announced_before_the_next(
    ada: str, bus: Bus, machines: StepFunctions, stopped_clock: list[Any]
) -> None:
    """It is ended when another begins; an execution of its own tells of it. When that cannot start, nothing begins."""

    def start() -> HttpResponse:
        made = imports.announce(ada)
        aws.client("s3").put_object(Bucket=BUCKET, Key=uploads.key(ada, made.import_id), Body=b"-")
        return browser_of(ada).ask(
            "POST", "api.imports", f"/me/imports/{made.import_id}", {"Sec-Fetch-Site": "same-origin"}
        )

    first = begun(ada)
    stopped_clock[0] = times.parse(now(first).touched_at) + DEAD_AFTER + timedelta(seconds=1)
    machines.refuses = True
    assert start().status == 503
    machines.refuses = False
    assert start().status == 202
    assert len(machines.executions) == 2
    assert steps.read({"user_id": ada, "import_id": first.import_id}, lambda: 900.0)["status"] == "ended"
    assert [(each["import_id"], each["code"]) for each in details(bus)] == [(first.import_id, "interrupted")]
