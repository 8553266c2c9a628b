"""Syncs step by step: begin one, collect what it needs first, end it, and look at what it stored."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

from blendify.collecting.collector import collect
from blendify.core import aws
from blendify.core.data_types import DataType, Outcome
from blendify.db import keys
from blendify.db.state_table import state_table
from blendify.history.stored_facts import StoredFact
from blendify.jobs import progress
from blendify.jobs.job import Job
from blendify.jobs.progress import Checkpoint, Progress, move_on
from blendify.syncing import syncs
from blendify.syncing.begin_sync import begin_sync
from blendify.syncing.finish_sync import finish_sync
from operations.history_reader import HistoryReader
from tests.unit.world import World

STARTED = datetime.now(UTC).replace(microsecond=123000) - timedelta(minutes=1)
"""When syncs begin that tests start. One of another day would be too old to be resumed."""


def begun(
    user_id: str,
    *data_types: DataType,
    provider: str = "spotify",
    execution: str = "execution-1",
    started_at: datetime = STARTED,
    **more: str,
) -> Job:
    """A sync that has begun, of these data types or of all."""
    given: dict[str, Any] = {"user_id": user_id, "provider": provider, **more}
    if data_types:
        given["data_types"] = list(data_types)
    response = begin_sync(given, execution, started_at)
    assert response["outcome"] == "started", response
    return Job.of(response["job"])


def ready(data_type: DataType, world: World, *more: DataType) -> Job:
    """A sync of a new connection in which the data type can be collected next."""
    *needs, _ = world.needs(data_type)
    job = begun(world.connect(), *needs, data_type, *more, provider=world.name)
    for need in needs:
        collect(need, job, plenty)
    return job


def plenty() -> float:
    """Seconds that a Lambda has left: enough for everything."""
    return 900.0


def standing(job: Job, data_type: DataType) -> Progress:
    """The progress of a data type of a sync."""
    stored = progress.progress(job.user_id, job.sync_id, data_type)
    assert stored is not None
    return stored


def record(job: Job) -> syncs.Sync:
    """What is stored of a sync."""
    sync = syncs.find(job.user_id, job.sync_id)
    assert sync is not None
    return sync


def lease(user_id: str) -> str | None:
    """The sync that has the connection to Spotify; None when it is free."""
    return (state_table().get(keys.user(user_id), keys.connection("spotify")) or {}).get("lease_sync_id")


def end_with(job: Job, data_type: DataType, outcome: Outcome, **more: Any) -> Progress:
    """Store a collector's outcome."""
    return move_on(standing(job, data_type), Checkpoint(outcome, **more))


def finish(job: Job, number: int = 1, *results: dict[str, str]) -> dict[str, Any]:
    """The last step of a round of a sync, with what its collectors gave."""
    return finish_sync(job, number, results)


def facts(job: Job, data_type: DataType) -> list[StoredFact]:
    """What a sync appended."""
    return list(StoredFact.of_run(job.user_id, data_type, job.fetched_at))


def whole(world: World, job: Job, data_type: DataType) -> None:
    """As of this sync the history holds every entry once, with the provider's whole answer."""
    stored = HistoryReader(aws.client("dynamodb"), "history", job.user_id).lists(data_type, job.fetched_at)
    assert stored.differences(world.lists(data_type)) == []


def same(job: Job, data_type: DataType, entries: list[Any]) -> None:
    """The sync appended exactly these entries, each as the provider has it."""
    appended = [json.dumps(fact.answer()) for fact in facts(job, data_type)]
    assert sorted(appended) == sorted(json.dumps(entry) for entry in entries)
