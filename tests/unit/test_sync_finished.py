"""The operator's programs hear of each sync that has ended, and of no other."""

import json
import logging

import pytest
from botocore.stub import Stubber

from blendify.core import aws, times
from blendify.core.data_types import DataType, Outcome
from blendify.jobs.progress import Checkpoint, move_on
from blendify.syncing import syncs
from blendify.syncing.finish_sync import ANNOUNCED, finish_sync
from tests.unit.event_bus import Bus
from tests.unit.sync_steps import STARTED, begun, standing
from tests.unit.visible import logged
from tests.unit.world import World

pytestmark = pytest.mark.usefixtures("aws_in_memory", "no_metrics")

COUNTS = {"records": 9, "appended": 5, "removed": 2, "holes": 1, "calls": 3}


def finished(user_id: str, outcome: Outcome) -> str:
    """End a sync of two data types, the second of which is complete; returns its id."""
    job = begun(user_id, DataType.TOP_TRACKS, DataType.PLAYLISTS)
    for data_type, ended in ((DataType.TOP_TRACKS, outcome), (DataType.PLAYLISTS, Outcome.COMPLETE)):
        until = times.now() if ended is Outcome.WAITING else None
        move_on(standing(job, data_type), Checkpoint(ended, until=until, counts=COUNTS))
    finish_sync(job, 1, [])
    return job.sync_id


@pytest.mark.parametrize(
    ("outcome", "status"),
    [(Outcome.COMPLETE, "succeeded"), (Outcome.RECONNECT, "partial"), (Outcome.FAILED, "partial")],
)
def test_the_end_of_a_sync_is_announced(world: World, bus: Bus, outcome: Outcome, status: str) -> None:
    """Ids, status, moments and counts, of each data type and of all: no name, account or secret."""
    user_id = world.connect()
    sync_id = finished(user_id, outcome)
    (event,) = bus.events()
    detail = json.loads(event.pop("Detail"))
    assert event == {"Source": "blendify", "DetailType": "Sync finished"}
    assert times.parse(detail.pop("finished_at")) > times.parse(detail["started_at"])
    assert detail == {
        "user_id": user_id,
        "provider": "spotify",
        "sync_id": sync_id,
        "status": status,
        "started_at": times.iso(STARTED),
        **{name: 2 * count for name, count in COUNTS.items()},
        "data_types": {
            "top_tracks": {"outcome": outcome.value, **COUNTS},
            "playlists": {"outcome": "complete", **COUNTS},
        },
    }
    assert tuple(COUNTS) == ANNOUNCED


def test_a_sync_that_waits_is_not_announced(world: World, bus: Bus) -> None:
    """Its end will be."""
    finished(world.connect(), Outcome.WAITING)
    assert bus.events() == []


def test_a_bus_that_fails_fails_no_sync(world: World, bus: Bus, caplog: pytest.LogCaptureFixture) -> None:
    """The sync has ended all the same; the log has a warning."""
    user_id = world.connect()
    with Stubber(aws.client("events")) as stub:
        stub.add_client_error("put_events", "InternalException", http_status_code=500)
        sync_id = finished(user_id, Outcome.COMPLETE)
    sync = syncs.find(user_id, sync_id)
    assert sync is not None
    assert sync.status == "succeeded"
    assert [record for record in caplog.records if record.levelno == logging.WARNING]
    assert "could not be announced" in logged(caplog)
