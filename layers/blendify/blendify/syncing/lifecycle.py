"""A run's frame: what begins it, what ends it or sends it into another round, and what starts it."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from blendify.access import access_tokens, grant_expiry
from blendify.access.applications import application
from blendify.access.connections import Connection, NotConnected, connection
from blendify.collecting import progress as progresses
from blendify.collecting.job import Job
from blendify.collecting.progress import PATIENCE_SECONDS, Progress
from blendify.core import state_machines, telemetry, times
from blendify.core.data_types import DataType, Outcome, Status
from blendify.core.errors import CollectError
from blendify.core.http import http_session
from blendify.providers import PROVIDERS
from blendify.syncing import lease, reschedule, syncs
from blendify.syncing.lease import LEASE, Holder
from blendify.syncing.syncs import Sync

MOST_ROUNDS = 120
"""With the least wait, which grows by `GROWTH` a round up to `LONGEST_LEAST_WAIT`: about five hours of waiting."""
GROWTH = 1.06
LONGEST_LEAST_WAIT = 900.0
LONGEST = timedelta(hours=72)
"""A run that has not ended by then gives up: providers have been seen to ask for waits of 24 hours."""
RESUMABLE = timedelta(hours=24)
"""A run that died is gone on with by the next one, unless it began longer ago than this."""
MODES = ("changes", "full")


class Refused(Exception):
    """The run's input cannot be worked with; the message says what to give."""


@dataclass(frozen=True)
class Request:
    """What a run is asked to do."""

    user_id: str
    provider: str
    data_types: tuple[DataType, ...]
    mode: str

    @classmethod
    def of(cls, given: Any) -> "Request":
        """
        The request in an execution's input.

        Shape   {"user_id": str, "provider": str, "data_types": [str, ...] (optional), "mode": "full" (optional)}
        Raises  Refused
        """
        example = json.dumps({"user_id": "…", "provider": next(iter(PROVIDERS))}, ensure_ascii=False)
        if not isinstance(given, Mapping):
            raise Refused(f"The input must be an object like {example}.")
        user_id, provider = given.get("user_id"), given.get("provider")
        if not isinstance(user_id, str) or not user_id:
            raise Refused(f"The input needs a user_id, like {example}.")
        if not isinstance(provider, str) or provider not in PROVIDERS:
            raise Refused(f"The input needs a provider, one of: {', '.join(PROVIDERS)}.")
        mode = given.get("mode", MODES[0])
        if mode not in MODES:
            raise Refused(f"The mode must be one of: {', '.join(MODES)}.")
        return cls(user_id, provider, _data_types(given.get("data_types")), mode)


def _data_types(given: Any) -> tuple[DataType, ...]:
    if given is None:
        return tuple(DataType)
    known = f"one or more of: {', '.join(DataType)}"
    if not isinstance(given, list) or not given:
        raise Refused(f"data_types must be a list of {known}.")
    if any(not isinstance(name, str) or name not in set(DataType) for name in given):
        raise Refused(f"data_types holds a name that is not known; give {known}.")
    return tuple(data_type for data_type in DataType if data_type in given)


def begin(given: Any, execution: str, started_at: datetime) -> dict[str, Any]:
    """
    The first step of an execution: check the input, take the lease, create the run record, refresh the access token.

    Answers {"outcome": "started", "job", "round", "plays_alone"}, {"outcome": "already_running", "sync_id"} or
    {"outcome": "refused", "cause"}
    """
    try:
        request = Request.of(given)
        owner = connection(request.user_id, request.provider)
    except Refused as error:
        return {"outcome": "refused", "cause": str(error)}
    except NotConnected:
        return _not_connected(given["provider"])
    run = _unfinished(request, owner) or Sync(
        syncs.identify(started_at, execution),
        request.user_id,
        request.provider,
        Status.RUNNING,
        times.iso(started_at),
        request.data_types,
        round=1,
    )
    try:
        running = _take_lease(request, Holder(run.sync_id, execution))
    except NotConnected:
        return _not_connected(request.provider)
    if running:
        return {"outcome": "already_running", "sync_id": running.sync_id}
    if owner.lease and owner.lease != run.sync_id:
        syncs.abandon(request.user_id, owner.lease)
    _record(run, request.data_types)
    _refresh_early(request, owner.application)
    grant_expiry.announce(owner)
    telemetry.logger.append_keys(sync_id=run.sync_id, user_id=run.user_id, provider=run.provider)
    verb = "goes on where it stopped" if run.sync_id == owner.lease else "began"
    telemetry.logger.info("Sync %s", verb, extra={"data_types": list(request.data_types), "mode": request.mode})
    job = Job(run.user_id, run.provider, run.sync_id, run.started_at, request.mode)
    # A run that is gone on with may have been asked for more than this execution.
    plays_alone = {*run.data_types, *request.data_types} == {DataType.RECENTLY_PLAYED}
    return {"outcome": "started", "job": vars(job), "round": run.round, "plays_alone": plays_alone}


def _not_connected(provider: str) -> dict[str, Any]:
    cause = f"This user has no connection to {provider}: give the user_id of a listener who has connected it."
    return {"outcome": "refused", "cause": cause}


def _unfinished(request: Request, owner: Connection) -> Sync | None:
    """The run that had this connection last and never ended; the lease decides whether it is dead."""
    run = syncs.sync(request.user_id, owner.lease) if owner.lease and request.mode != "full" else None
    young = run and times.now() - times.parse(run.started_at) < RESUMABLE
    return run if run and young and run.finished_at is None else None


def _record(run: Sync, data_types: Sequence[DataType]) -> None:
    """The run and its data types, as far as they are not there yet."""
    syncs.create(run)
    everything = tuple(one for one in DataType if one in {*run.data_types, *data_types})
    syncs.go_on(run.user_id, run.sync_id, everything)
    expires_at = syncs.poll_expires_at() if everything == (DataType.RECENTLY_PLAYED,) else None
    offered = PROVIDERS[run.provider].endpoints
    for data_type in everything:
        outcome = Outcome.PENDING if data_type in offered else Outcome.NOT_OFFERED
        progresses.create(run.user_id, run.sync_id, data_type, outcome, expires_at)


def _take_lease(request: Request, holder: Holder) -> Holder | None:
    """None when the connection is ours; else whose it is. A run whose execution was stopped or died holds nobody up."""
    until = times.now() + LEASE
    other = lease.take(request.user_id, request.provider, holder, until)
    if other is None or state_machines.executing(other.execution):
        return other
    return lease.take(request.user_id, request.provider, holder, until, instead_of=other)


def _refresh_early(request: Request, application_name: str) -> None:
    """One refresh before eight collectors need a token; if it fails, each of them finds out and says so."""
    try:
        row = application(request.provider, application_name)
        with http_session() as http:
            access_tokens.fresh_access_token(PROVIDERS[request.provider], row, request.user_id, http)
    except CollectError as error:
        telemetry.logger.warning("No fresh access token: %s", error)


def finish(job: Job, number: int, results: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
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


def start(state_machine: str, user_id: str, provider: str) -> None:
    """
    Start a run in the background.

    Never raises for AWS: a run that could not be started is stored as failed, where listener and operator see it
    """
    now = times.now()
    try:
        state_machines.start(state_machine, user_id, provider, now, {})
    except Exception:
        telemetry.logger.exception("The sync could not be started")
        why = (
            "The sync could not be started. Nothing is lost: it begins with the next login or the next scheduled sync."
        )
        failed = Sync(
            syncs.identify(now, f"{provider}-{user_id}"),
            user_id,
            provider,
            Status.FAILED,
            times.iso(now),
            (),
            0,
            times.iso(now),
            why=why,
        )
        _remember(failed)


def _remember(failed: Sync) -> None:
    try:
        syncs.create(failed)
    except Exception:
        telemetry.logger.exception("That the sync could not be started could not be stored either")
