"""A sync ends in every case, and records what happened."""

from datetime import timedelta

import pytest

from blendify.core import times
from blendify.core.data_types import DataType, Outcome, Status
from blendify.core.state_machines import LAMBDA_BUSY
from blendify.db import keys
from blendify.db.state_table import state_table
from blendify.jobs.progress import PATIENCE_SECONDS
from blendify.syncing.finish_sync import MAX_ROUNDS
from tests.unit.sync_steps import STARTED, begun, end_with, finish, lease, record, standing
from tests.unit.world import World

pytestmark = pytest.mark.usefixtures("aws_in_memory")


@pytest.fixture
def user_id(world: World) -> str:
    return world.connect()


def test_a_sync_with_all_complete_has_succeeded(user_id: str) -> None:
    """The record has its end, and the connection is free for the next sync."""
    job = begun(user_id, DataType.TOP_TRACKS, DataType.PLAYLISTS)
    for data_type in (DataType.TOP_TRACKS, DataType.PLAYLISTS):
        end_with(job, data_type, Outcome.COMPLETE)
    assert finish(job)["status"] == "succeeded"
    sync = record(job)
    assert (sync.status, sync.why) == (Status.SUCCEEDED, None)
    assert sync.finished_at is not None
    assert lease(user_id) is None


@pytest.mark.parametrize("outcome", [Outcome.FAILED, Outcome.NOT_PERMITTED, Outcome.RECONNECT])
def test_a_sync_with_some_complete_is_partial(user_id: str, outcome: Outcome) -> None:
    """It says which data types are missing, and why."""
    job = begun(user_id, DataType.TOP_TRACKS, DataType.SAVED_ALBUMS)
    end_with(job, DataType.TOP_TRACKS, Outcome.COMPLETE)
    end_with(job, DataType.SAVED_ALBUMS, outcome, why="because")
    result = finish(job)
    assert result["status"] == "partial"
    assert result["cause"] == record(job).why == "saved albums: because"
    assert lease(user_id) is None


def test_a_sync_with_none_complete_has_failed(user_id: str) -> None:
    """The execution fails visibly, with all reasons."""
    job = begun(user_id, DataType.TOP_TRACKS, DataType.SAVED_ALBUMS)
    for data_type in (DataType.TOP_TRACKS, DataType.SAVED_ALBUMS):
        end_with(job, data_type, Outcome.FAILED, why="down")
    result = finish(job)
    assert result["status"] == "failed"
    assert result["cause"] == "saved albums, top tracks: down"
    assert record(job).status is Status.FAILED
    assert lease(user_id) is None


def test_a_sync_waits_for_data_types_that_wait(user_id: str) -> None:
    """It waits until the first of them may go on. The lease outlives the wait, and what has failed stays failed."""
    job = begun(user_id, DataType.TOP_TRACKS, DataType.SAVED_ALBUMS, DataType.PLAYLISTS)
    soon, late = times.now() + timedelta(hours=20), times.now() + timedelta(hours=30)
    end_with(job, DataType.TOP_TRACKS, Outcome.WAITING, until=late, why="429")
    end_with(job, DataType.PLAYLISTS, Outcome.WAITING, until=soon, why="429")
    end_with(job, DataType.SAVED_ALBUMS, Outcome.COMPLETE)
    result = finish(job, 3)
    assert result == {"status": "waiting", "until": times.iso(soon), "round": 4}
    sync = record(job)
    assert (sync.status, sync.waiting_until, sync.round, sync.finished_at) == (Status.WAITING, times.iso(soon), 4, None)
    held = state_table().get(keys.user(user_id), keys.connection("spotify")) or {}
    assert times.from_milliseconds(int(held["lease_until"])) > soon


def test_a_wait_that_is_over_is_short(user_id: str) -> None:
    """The next round begins in the future, as Step Functions requires."""
    job = begun(user_id, DataType.TOP_TRACKS)
    end_with(job, DataType.TOP_TRACKS, Outcome.WAITING, until=times.now() - timedelta(minutes=5))
    before = times.now()
    assert times.parse(finish(job)["until"]) > before


@pytest.mark.parametrize("error", sorted(LAMBDA_BUSY))
def test_a_collector_that_found_no_room_waits_without_a_setback(user_id: str, error: str) -> None:
    """An account's concurrency is used up for an hour: the first sync goes on afterwards."""
    job = begun(user_id, DataType.TOP_TRACKS)
    for number in range(1, 10):
        answer = finish(job, number, {"data_type": "top_tracks", "error": error})
        assert answer["status"] == "waiting"
    waiting = standing(job, DataType.TOP_TRACKS)
    assert (waiting.outcome, waiting.setbacks) == (Outcome.WAITING, 0)
    assert "no room" in str(waiting.why)


@pytest.mark.parametrize("outcome", [Outcome.PENDING, Outcome.RUNNING, Outcome.WAITING])
def test_a_crash_is_a_setback_and_in_the_end_a_failure_with_its_reason(user_id: str, outcome: Outcome) -> None:
    """
    A collector without an outcome crashed: the next round resumes it. If it never makes progress, its data type fails
    with that error. The other data types are not affected.
    """
    job = begun(user_id, DataType.TOP_TRACKS, DataType.SAVED_ALBUMS)
    end_with(job, DataType.TOP_TRACKS, outcome, until=times.now() if outcome is Outcome.WAITING else None)
    end_with(job, DataType.SAVED_ALBUMS, Outcome.COMPLETE)
    crash = {"data_type": "top_tracks", "error": "Lambda.OutOfMemory"}
    for number, seconds in enumerate(PATIENCE_SECONDS, start=1):
        earliest = times.now() + timedelta(seconds=seconds)
        result = finish(job, number, crash, {"data_type": "saved_albums", "outcome": "complete"})
        latest = times.now() + timedelta(seconds=seconds)
        assert result["status"] == "waiting"
        assert times.iso(earliest) <= result["until"] <= times.iso(latest)
    assert finish(job, 9, crash, {"data_type": "saved_albums", "outcome": "complete"})["status"] == "partial"
    failed = standing(job, DataType.TOP_TRACKS)
    assert failed.outcome is Outcome.FAILED
    assert "Lambda.OutOfMemory" in str(failed.why)


def test_a_crash_after_the_end_is_no_failure(user_id: str) -> None:
    """The stored outcome counts: a Lambda that was killed after its last write has done its work."""
    job = begun(user_id, DataType.TOP_TRACKS)
    end_with(job, DataType.TOP_TRACKS, Outcome.COMPLETE)
    assert finish(job, 1, {"data_type": "top_tracks", "error": "Sandbox.Timedout"})["status"] == "succeeded"


@pytest.mark.parametrize(("number", "hours"), [(MAX_ROUNDS, 1), (3, 73)])
def test_a_sync_gives_up_in_the_end(user_id: str, monkeypatch: pytest.MonkeyPatch, number: int, hours: int) -> None:
    """After the last round or three days, data types that still wait fail, and the reason says what they waited for."""
    job = begun(user_id, DataType.TOP_TRACKS, DataType.SAVED_ALBUMS)
    later = STARTED + timedelta(hours=hours)
    end_with(job, DataType.TOP_TRACKS, Outcome.WAITING, until=later, why="the rate limit was met")
    end_with(job, DataType.SAVED_ALBUMS, Outcome.COMPLETE)
    monkeypatch.setattr("blendify.core.times.now", lambda: later)
    assert finish(job, number)["status"] == "partial"
    assert standing(job, DataType.TOP_TRACKS).outcome is Outcome.FAILED
    assert "the rate limit was met" in str(record(job).why)
    assert lease(user_id) is None


def test_a_last_step_that_is_retried_ends_the_same(user_id: str) -> None:
    """The second time changes nothing."""
    job = begun(user_id, DataType.TOP_TRACKS)
    end_with(job, DataType.TOP_TRACKS, Outcome.COMPLETE)
    assert finish(job) == finish(job)


def test_a_late_retry_does_not_release_another_syncs_lease(user_id: str) -> None:
    """The last step of a sync is retried after another sync has begun."""
    job = begun(user_id, DataType.TOP_TRACKS)
    end_with(job, DataType.TOP_TRACKS, Outcome.COMPLETE)
    finish(job)
    second = begun(user_id, DataType.TOP_TRACKS, execution="execution-2")
    finish(job)
    assert lease(user_id) == second.sync_id


def test_a_reason_that_many_share_is_given_once(user_id: str) -> None:
    """A dead grant needs one repair, not eight."""
    job = begun(user_id, DataType.TOP_TRACKS, DataType.SAVED_ALBUMS, DataType.SAVED_TRACKS)
    for data_type in (DataType.TOP_TRACKS, DataType.SAVED_TRACKS):
        end_with(job, data_type, Outcome.RECONNECT, why="access has ended")
    end_with(job, DataType.SAVED_ALBUMS, Outcome.FAILED, why="down")
    assert finish(job)["cause"] == "saved albums: down; saved tracks, top tracks: access has ended"
