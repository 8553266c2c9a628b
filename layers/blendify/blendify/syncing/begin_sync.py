"""The first step of a sync."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from blendify.access import access_tokens, grant_expiry
from blendify.access.access_tokens import Wanted
from blendify.access.applications import of_connection
from blendify.access.connections import Connection, NotConnected, connection
from blendify.core import state_machines, telemetry, times
from blendify.core.data_types import DataType, Outcome, Status
from blendify.core.errors import CollectError
from blendify.core.http import http_session
from blendify.jobs import progress as progresses
from blendify.jobs.job import Job
from blendify.providers import PROVIDERS
from blendify.syncing import lease, syncs
from blendify.syncing.lease import LEASE, Holder
from blendify.syncing.sync_input import InvalidInput, SyncInput
from blendify.syncing.syncs import Sync

RESUMABLE = timedelta(hours=24)
"""The next execution resumes a sync that died, unless that sync began longer ago than this."""


def begin_sync(given: Any, execution: str, started_at: datetime) -> dict[str, Any]:
    """
    Check the input of this execution, take the lease, create the sync's record, refresh the access token.

    Returns     {"outcome": "started", "job", "round"}, {"outcome": "already_running", "sync_id"} or
                {"outcome": "refused", "cause"}
    """
    try:
        wanted = SyncInput.of(given)
        telemetry.about(wanted.provider)
        connected = connection(wanted.user_id, wanted.provider)
    except InvalidInput as error:
        return {"outcome": "refused", "cause": str(error)}
    except NotConnected:
        return _not_connected(given["provider"])
    sync = _unfinished(wanted, connected) or _new(wanted, connected, execution, started_at)
    try:
        running = _take_lease(wanted, Holder(sync.sync_id, execution))
    except NotConnected:
        return _not_connected(wanted.provider)
    if running:
        return {"outcome": "already_running", "sync_id": running.sync_id}
    if connected.lease and connected.lease != sync.sync_id:
        syncs.abandon(wanted.user_id, connected.lease)
    _record(sync, wanted.data_types)
    _refresh_early(connected)
    grant_expiry.announce(connected)
    telemetry.logger.append_keys(sync_id=sync.sync_id, user_id=sync.user_id, provider=sync.provider)
    verb = "goes on where it stopped" if sync.sync_id == connected.lease else "began"
    telemetry.logger.info("Sync %s", verb, extra={"data_types": list(wanted.data_types), "mode": wanted.mode})
    job = Job(sync.user_id, sync.provider, sync.sync_id, sync.started_at, wanted.mode)
    return {"outcome": "started", "job": vars(job), "round": sync.round}


def _not_connected(provider: str) -> dict[str, Any]:
    cause = f"This user has no connection to {provider}: give the user_id of a listener who has connected it."
    return {"outcome": "refused", "cause": cause}


def _new(wanted: SyncInput, connected: Connection, execution: str, started_at: datetime) -> Sync:
    """The execution's own sync; a retry of this step, which may have the lease already, gives the same one."""
    if connected.lease and syncs.is_of(connected.lease, execution):
        sync_id = connected.lease
    else:
        sync_id = syncs.new_id(syncs.after_newest(wanted.user_id, started_at), execution)
    moment = syncs.started_at(sync_id)
    return Sync(sync_id, wanted.user_id, wanted.provider, Status.RUNNING, moment, wanted.data_types, round=1)


def _unfinished(wanted: SyncInput, connected: Connection) -> Sync | None:
    """The connection's latest sync if it has not ended; whether it is dead, the lease decides."""
    sync = syncs.find(wanted.user_id, connected.lease) if connected.lease and wanted.mode != "full" else None
    resumable = sync and times.now() - times.parse(sync.started_at) < RESUMABLE
    return sync if sync and resumable and sync.finished_at is None else None


def _record(sync: Sync, wanted: Sequence[DataType]) -> None:
    """
    Store the sync and its data types, unless they are stored already.

    A resumed sync may have been asked for other data types than this execution: it then collects both.
    """
    data_types = tuple(data_type for data_type in DataType if data_type in {*sync.data_types, *wanted})
    if not syncs.create(replace(sync, data_types=data_types)):
        syncs.resume(sync.user_id, sync.sync_id, data_types)
    offered = PROVIDERS[sync.provider].endpoints
    for data_type in data_types:
        outcome = Outcome.PENDING if data_type in offered else Outcome.NOT_OFFERED
        progresses.create(sync.user_id, sync.sync_id, data_type, outcome)


def _take_lease(wanted: SyncInput, holder: Holder) -> Holder | None:
    """Take the lease; returns its holder if another execution has it, unless that execution has stopped or died."""
    until = times.now() + LEASE
    other = lease.take(wanted.user_id, wanted.provider, holder, until)
    if other is None or state_machines.is_running(other.execution):
        return other
    return lease.take(wanted.user_id, wanted.provider, holder, until, instead_of=other)


def _refresh_early(connected: Connection) -> None:
    """Refresh the access token once, before eight collectors need it. If that fails, each collector reports it."""
    try:
        provider, wanted = PROVIDERS[connected.provider], Wanted(connection=connected)
        with http_session() as http:
            access_tokens.fresh_access_token(provider, of_connection(connected), connected.user_id, http, wanted)
    except CollectError as error:
        telemetry.logger.warning("No fresh access token: %s", error)
