"""The last step of each round of a sync: end the sync, or let it wait for another round."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from blendify.access import whole_readings
from blendify.core import events, state_machines, telemetry, times
from blendify.core.data_types import Outcome, Status
from blendify.jobs import progress as progresses
from blendify.jobs.job import Job
from blendify.jobs.progress import PATIENCE_SECONDS, Checkpoint, Progress
from blendify.schedule.cadence import cadence
from blendify.syncing import lease, reschedule, syncs
from blendify.syncing.lease import LEASE
from blendify.syncing.syncs import Sync

MAX_ROUNDS = 120
"""With the shortest waits, which grow by `GROWTH` a round up to `MAX_SHORTEST_WAIT`, about five hours of waiting."""
GROWTH = 1.06
MAX_SHORTEST_WAIT = 900.0
"""Seconds."""
ANNOUNCED = ("records", "appended", "removed", "holes", "calls")
"""Counts in the event of a sync that has ended."""
BUSY_WAIT = timedelta(minutes=1)
"""Wait after Lambda had no room for a collector, although Step Functions had tried again for a minute or two."""
MAX_DURATION = timedelta(hours=72)
"""A sync that has not ended after this gives up. Providers have asked for waits of 24 hours."""


def finish_sync(job: Job, round_number: int, results: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """
    End the sync after this round, or say until when it waits for the next one.

    results     one mapping per branch; {"data_type", "error"} for a branch that crashed
    Returns     {"status": "waiting", "until", "round"} or
                {"status": "succeeded" | "partial" | "failed" | "gone", "cause"}
    """
    # A missing setting must show before anything is changed.
    cadence()
    sync = syncs.find(job.user_id, job.sync_id)
    if sync is None:
        return _gone()
    crashes = {result["data_type"]: str(result["error"]) for result in results if "error" in result}
    parts = [_resolve_crash(part, crashes) for part in progresses.all_progress(job.user_id, job.sync_id)]
    waiting = [part for part in parts if part.outcome is Outcome.WAITING]
    if waiting and (round_number >= MAX_ROUNDS or times.now() - times.parse(sync.started_at) > MAX_DURATION):
        parts = [_give_up(part) if part in waiting else part for part in parts]
        waiting = []
    if waiting:
        return _wait(job, round_number + 1, waiting)
    return _end(job, sync, parts)


def said_before(job: Job) -> dict[str, Any]:
    """
    What `finish_sync` has returned, by the sync's record. Changes nothing.

    The state machine asks only after a round that was not the usual end: so that end needs no state of its own.
    """
    sync = syncs.find(job.user_id, job.sync_id)
    if sync is None:
        return _gone()
    if sync.status is Status.WAITING and sync.waiting_until:
        return {"status": Status.WAITING, "until": sync.waiting_until, "round": sync.round}
    if sync.finished_at is None:
        return {"status": Status.FAILED, "cause": "another sync of this connection has taken over"}
    return {"status": sync.status, "cause": sync.why or ""}


def _gone() -> dict[str, Any]:
    return {"status": "gone", "cause": "The listener has left: nothing of this sync is stored."}


def _resolve_crash(part: Progress, crashes: Mapping[str, str]) -> Progress:
    """A collector without an outcome has crashed. Retry it after a wait, until too many tries bring nothing new."""
    if part.outcome.final or (part.outcome is Outcome.WAITING and part.data_type not in crashes):
        return part
    error = crashes.get(part.data_type, "no answer")
    if error in state_machines.LAMBDA_BUSY:
        # Nothing has failed of ours: it waits as long as it takes.
        why, until = f"AWS had no room to run the collector ({error})", times.now() + BUSY_WAIT
        return progresses.move_on(part, Checkpoint(Outcome.WAITING, why, until))
    why = f"the collector stopped unexpectedly ({error}): the log has the details"
    if part.setbacks >= len(PATIENCE_SECONDS):
        return progresses.move_on(part, Checkpoint(Outcome.FAILED, why))
    until = times.now() + timedelta(seconds=PATIENCE_SECONDS[part.setbacks])
    return progresses.move_on(part, Checkpoint(Outcome.WAITING, why, until, setbacks=part.setbacks + 1))


def _give_up(part: Progress) -> Progress:
    why = f"gave up waiting: {part.why}"
    return progresses.move_on(part, Checkpoint(Outcome.FAILED, why))


def _wait(job: Job, next_round: int, waiting: Sequence[Progress]) -> dict[str, Any]:
    soonest = min(part.until or times.now() for part in waiting)
    shortest_wait = min(GROWTH**next_round, MAX_SHORTEST_WAIT)
    until = max(soonest, times.now() + timedelta(seconds=shortest_wait))
    if not lease.renew(job.user_id, job.provider, job.sync_id, until + LEASE):
        why = "another sync of this connection has taken over, or the listener has disconnected it"
        syncs.end(job.user_id, job.sync_id, Status.FAILED, why)
        return {"status": Status.FAILED, "cause": why}
    syncs.wait(job.user_id, job.sync_id, until, next_round)
    telemetry.logger.info("Sync waits", extra={"until": times.iso(until), "round": next_round})
    return {"status": Status.WAITING, "until": times.iso(until), "round": next_round}


def _end(job: Job, sync: Sync, parts: Sequence[Progress]) -> dict[str, Any]:
    missed = [part for part in parts if part.outcome not in (Outcome.COMPLETE, Outcome.NOT_OFFERED)]
    complete = [part.data_type for part in parts if part.outcome is Outcome.COMPLETE]
    status = Status.SUCCEEDED if not missed else Status.PARTIAL if complete else Status.FAILED
    why = _reasons(missed)
    syncs.end(job.user_id, job.sync_id, status, why)
    whole_readings.record(job.user_id, job.provider, sync.started_at, complete)
    next_due = reschedule.after(sync, parts)
    lease.release(job.user_id, job.provider, job.sync_id, also=next_due)
    seconds = (times.now() - times.parse(sync.started_at)).total_seconds()
    outcomes = {part.data_type: part.outcome for part in parts}
    telemetry.synced(status, seconds, grant_ended=Outcome.RECONNECT in outcomes.values())
    _announce(job, sync, status, parts)
    telemetry.logger.info("Sync ended", extra={"status": status, "seconds": seconds, "outcomes": outcomes, "why": why})
    return {"status": status, "cause": why or "", "outcomes": outcomes}


def _announce(job: Job, sync: Sync, status: Status, parts: Sequence[Progress]) -> None:
    """Tell the operator's programs; one that misses the event asks the API."""
    detail = {
        "user_id": job.user_id,
        "provider": job.provider,
        "sync_id": job.sync_id,
        "status": status,
        "started_at": sync.started_at,
        "finished_at": times.iso(times.now()),
        **{name: sum(part.counts[name] for part in parts) for name in ANNOUNCED},
        "data_types": {
            part.data_type: {"outcome": part.outcome, **{name: part.counts[name] for name in ANNOUNCED}}
            for part in parts
        },
    }
    if error := events.put("Sync finished", detail):
        telemetry.logger.warning("The end of a sync could not be announced: %s", error)


def _reasons(missed: Sequence[Progress]) -> str | None:
    """Why data types are missing, each reason once with its data types."""
    reasons: dict[str, list[str]] = {}
    for part in missed:
        reasons.setdefault(part.why or part.outcome, []).append(part.data_type.words)
    return "; ".join(f"{', '.join(words)}: {why}" for why, words in reasons.items())[:2000] or None
