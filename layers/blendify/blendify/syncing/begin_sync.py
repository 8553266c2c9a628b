"""The first step of a sync."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from blendify.access import access_tokens, grant_expiry
from blendify.access.applications import application
from blendify.access.connections import Connection, NotConnected, connection
from blendify.collecting import progress as progresses
from blendify.collecting.job import Job
from blendify.core import state_machines, telemetry, times
from blendify.core.data_types import DataType, Outcome, Status
from blendify.core.errors import CollectError
from blendify.core.http import http_session
from blendify.providers import PROVIDERS
from blendify.syncing import lease, syncs
from blendify.syncing.lease import LEASE, Holder
from blendify.syncing.sync_input import Refused, Request
from blendify.syncing.syncs import Sync

RESUMABLE = timedelta(hours=24)
"""A run that died is gone on with by the next one, unless it began longer ago than this."""


def begin_sync(given: Any, execution: str, started_at: datetime) -> dict[str, Any]:
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
