"""The last step of each round of a sync."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from blendify.collecting import progress as progresses
from blendify.collecting.job import Job
from blendify.collecting.progress import PATIENCE_SECONDS, Progress
from blendify.core import telemetry, times
from blendify.core.data_types import Outcome, Status
from blendify.syncing import lease, reschedule, syncs
from blendify.syncing.lease import LEASE
from blendify.syncing.syncs import Sync

MOST_ROUNDS = 120
"""With the least wait, which grows by `GROWTH` a round up to `LONGEST_LEAST_WAIT`: about five hours of waiting."""
GROWTH = 1.06
LONGEST_LEAST_WAIT = 900.0
LONGEST = timedelta(hours=72)
"""A run that has not ended by then gives up: providers have been seen to ask for waits of 24 hours."""


def finish_sync(job: Job, number: int, results: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """
    The last step of round `number`: end the run, or say until when it waits for the next round.

    Answers {"status": "waiting", "until", "round"} or {"status": "succeeded" | "partial" | "failed" | "gone", "cause"}
    """
    run = syncs.sync(job.user_id, job.sync_id)
    if run is None:
        return {"status": "gone", "cause": "The listener has left: nothing of this run is kept."}
    crashes = {result["data_type"]: str(result["error"]) for result in results if "error" in result}
    everything = [_settled(one, crashes) for one in progresses.all_progress(job.user_id, job.sync_id)]
    waiting = [one for one in everything if one.outcome is Outcome.WAITING]
    if waiting and (number >= MOST_ROUNDS or times.now() - times.parse(run.started_at) > LONGEST):
        everything = [_given_up(one) if one in waiting else one for one in everything]
        waiting = []
    if waiting:
        return _wait(job, number + 1, waiting)
    return _end(job, run, everything)


def _settled(one: Progress, crashes: Mapping[str, str]) -> Progress:
    """A collector that ended without an outcome crashed: it goes on a little later, until it no longer gets on."""
    if one.outcome.final or (one.outcome is Outcome.WAITING and one.data_type not in crashes):
        return one
    why = f"the collector stopped unexpectedly ({crashes.get(one.data_type, 'no answer')}): the log has the details"
    if one.setbacks >= len(PATIENCE_SECONDS):
        return progresses.move_on(one, outcome=Outcome.FAILED, position=one.position, counts={}, why=why)
    return progresses.move_on(
        one,
        outcome=Outcome.WAITING,
        position=one.position,
        counts={},
        why=why,
        until=times.now() + timedelta(seconds=PATIENCE_SECONDS[one.setbacks]),
        setbacks=one.setbacks + 1,
    )


def _given_up(one: Progress) -> Progress:
    why = f"gave up waiting: {one.why}"
    return progresses.move_on(one, outcome=Outcome.FAILED, position=one.position, counts={}, why=why)


def _wait(job: Job, number: int, waiting: Sequence[Progress]) -> dict[str, Any]:
    soonest = min(one.until or times.now() for one in waiting)
    least = min(GROWTH**number, LONGEST_LEAST_WAIT)
    until = max(soonest, times.now() + timedelta(seconds=least))
    if not lease.renew(job.user_id, job.provider, job.sync_id, until + LEASE):
        why = "another sync of this connection has taken over, or the listener has disconnected it"
        syncs.end(job.user_id, job.sync_id, Status.FAILED, why)
        return {"status": Status.FAILED, "cause": why}
    syncs.wait(job.user_id, job.sync_id, until, number)
    telemetry.logger.info("Sync waits", extra={"until": times.iso(until), "round": number})
    return {"status": Status.WAITING, "until": times.iso(until), "round": number}


def _end(job: Job, run: Sync, everything: Sequence[Progress]) -> dict[str, Any]:
    missed = [one for one in everything if one.outcome not in (Outcome.COMPLETE, Outcome.NOT_OFFERED)]
    complete = any(one.outcome is Outcome.COMPLETE for one in everything)
    status = Status.SUCCEEDED if not missed else Status.PARTIAL if complete else Status.FAILED
    why = _reasons(missed)
    syncs.end(job.user_id, job.sync_id, status, why)
    lease.release(job.user_id, job.provider, job.sync_id, reschedule.after(run, everything))
    seconds = (times.now() - times.parse(run.started_at)).total_seconds()
    telemetry.synced(status, seconds)
    outcomes = {one.data_type: one.outcome for one in everything}
    telemetry.logger.info("Sync ended", extra={"status": status, "seconds": seconds, "outcomes": outcomes, "why": why})
    return {"status": status, "cause": why or "", "outcomes": outcomes}


def _reasons(missed: Sequence[Progress]) -> str | None:
    """Why data types are missing, each reason once."""
    reasons: dict[str, list[str]] = {}
    for one in missed:
        reasons.setdefault(one.why or one.outcome, []).append(one.data_type.words)
    return "; ".join(f"{', '.join(words)}: {why}" for why, words in reasons.items())[:2000] or None
