"""A deployment changes functions while executions and messages of the version before are under way."""

import json
from typing import Any

import pytest

from blendify.core.data_types import DataType
from blendify.jobs.job import Job
from blendify.schedule.poll_queue import QueuedPoll
from blendify.syncing.finish_sync import finish_sync
from tests.unit.sync_steps import begun

JOB = {
    "user_id": "u7",
    "provider": "spotify",
    "sync_id": "20261128T080000000Z-0a1b2c3d",
    "fetched_at": "2026-11-28T08:00:00.000Z",
}
POLL = """
{"user_id": "u7", "provider": "spotify", "began_at": "2026-11-28T08:00:00.000Z", "due_at": "2026-11-28T10:15:00.000Z",
 "before": {"due_at": "2026-11-28T07:59:00.000Z", "lost_at": "2026-11-29T08:00:00.000Z",
            "resync_at": "2026-11-28T20:00:00.000Z", "resync_calls": 14, "pace": "0.900", "recent": "20.00",
            "polled_at": "2026-11-27T08:00:00.000Z"}}
"""
"""As of 2026-11-28. What is under way then must be understood for seven days after a change."""


@pytest.mark.parametrize("more", [{}, {"mode": "full"}, {"of_a_later_version": 1}], ids=str)
def test_a_job_of_the_version_before_is_understood(more: dict[str, Any]) -> None:
    """A field that is new has a value of its own when it is missing; one that is unknown does not matter."""
    job = Job.of({**JOB, **more})
    assert (job.user_id, job.provider, job.sync_id, job.fetched_at) == tuple(JOB.values())
    assert job.mode == more.get("mode", "changes")


@pytest.mark.usefixtures("aws_in_memory")
def test_results_of_the_version_before_end_a_sync(world: Any) -> None:
    """Outcomes and errors, as branches hand them over."""
    job = begun(world.connect(), DataType.TOP_TRACKS, DataType.PLAYLISTS)
    results = [
        {"data_type": "top_tracks", "outcome": "waiting", "until": "2026-11-28T08:00:05.000Z"},
        {"data_type": "playlists", "error": "Lambda.Unknown"},
    ]
    assert finish_sync(job, 1, results)["status"] == "waiting"


@pytest.mark.parametrize("more", [{}, {"of_a_later_version": 1}], ids=str)
def test_a_poll_of_the_version_before_is_understood(more: dict[str, Any]) -> None:
    """It may have waited in the queue, or among dead letters for two weeks."""
    queued = QueuedPoll.of(json.dumps({**json.loads(POLL), **more}))
    assert (queued.user_id, queued.before.resync_calls, queued.before.listening_rate) == ("u7", 14, 0.9)
    assert QueuedPoll.of(queued.body()) == queued
