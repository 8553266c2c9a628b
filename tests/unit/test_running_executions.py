"""A deployment changes functions while executions and messages of the version before are under way."""

import json
from typing import Any

import pytest

from blendify.core.data_types import DataType, Outcome
from blendify.db import keys
from blendify.db.state_table import state_table
from blendify.jobs.job import Job
from blendify.jobs.progress import Checkpoint, move_on
from blendify.schedule.poll_queue import QueuedPoll
from blendify.syncing.finish_sync import finish_sync
from sync import finish
from tests.unit.http_events import Context
from tests.unit.sync_steps import begun, standing
from tests.unit.visible import items

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


@pytest.mark.usefixtures("aws_in_memory")
@pytest.mark.parametrize("answer", ["waiting", "failed", "gone"])
def test_a_step_says_again_what_it_has_said(world: Any, answer: str) -> None:
    """Nothing changes by that. The version before knows no `again`: it takes the same arguments for a round."""
    job = begun(world.connect(), DataType.TOP_TRACKS)
    if answer == "failed":
        move_on(standing(job, DataType.TOP_TRACKS), Checkpoint(Outcome.FAILED, "no luck"))
    if answer == "gone":
        state_table().delete(keys.user(job.user_id), keys.sync(job.sync_id))
    said = finish.handler({"job": vars(job), "round": 1, "results": []}, Context())  # type: ignore[arg-type]
    before = items()
    again = finish.handler({"job": vars(job), "round": 1, "results": [], "again": True}, Context())  # type: ignore[arg-type]
    assert again == {name: value for name, value in said.items() if name != "outcomes"}
    assert again["status"] == answer
    assert items() == before


@pytest.mark.parametrize("more", [{}, {"of_a_later_version": 1}], ids=str)
def test_a_poll_of_the_version_before_is_understood(more: dict[str, Any]) -> None:
    """It may have waited in the queue, or among dead letters for two weeks."""
    queued = QueuedPoll.of(json.dumps({**json.loads(POLL), **more}))
    assert (queued.user_id, queued.before.resync_calls, queued.before.listening_rate) == ("u7", 14, 0.9)
    assert QueuedPoll.of(queued.body()) == queued
