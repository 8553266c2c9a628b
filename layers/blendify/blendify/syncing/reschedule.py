"""When a connection is due next, by the sync that ends now."""

from collections.abc import Sequence
from dataclasses import replace

from blendify.access import connections
from blendify.access.connections import NotConnected
from blendify.collecting.progress import Progress
from blendify.core import times
from blendify.core.data_types import DataType, Outcome
from blendify.db.state_table import Change
from blendify.providers import PROVIDERS
from blendify.schedule import due_connections, polling_plan
from blendify.schedule.cadence import Cadence
from blendify.schedule.polling_plan import Poll, SyncOutcome
from blendify.syncing.syncs import Sync

_POLLS = {
    Outcome.COMPLETE: Poll.DONE,
    Outcome.NOT_OFFERED: Poll.IMPOSSIBLE,
    Outcome.NOT_PERMITTED: Poll.IMPOSSIBLE,
}


def after(sync: Sync, parts: Sequence[Progress], operators_cadence: Cadence) -> Change:
    """
    The change of the connection that makes it due again after this sync.

    A connection that only the listener can repair is not due until they connect again.
    """
    try:
        connection = connections.connection(sync.user_id, sync.provider)
    except NotConnected:
        return Change()
    if connection.status != connections.ACTIVE:
        return Change(remove=due_connections.ENTRY)
    cadence = _for_provider(operators_cadence, sync.provider)
    key = f"{sync.provider}#{sync.user_id}"
    plan = polling_plan.plan(key, connection.plan, _outcome(sync, parts), cadence, times.now())
    return due_connections.planned(sync.user_id, plan)


def _for_provider(operators_cadence: Cadence, provider: str) -> Cadence:
    """The operator's cadence, with the number of plays that the provider remembers."""
    plays = PROVIDERS[provider].endpoints.get(DataType.RECENTLY_PLAYED)
    if plays is None or plays.log_window is None:
        return operators_cadence
    if plays.log_window.entries is None:
        return replace(operators_cadence, forgets=False)
    return replace(operators_cadence, remembered_plays=plays.log_window.entries)


def _outcome(sync: Sync, parts: Sequence[Progress]) -> SyncOutcome:
    plays = next((part for part in parts if part.data_type is DataType.RECENTLY_PLAYED), None)
    return SyncOutcome(
        began_at=times.parse(sync.started_at),
        poll=_POLLS.get(plays.outcome, Poll.FAILED) if plays else Poll.NOT_ASKED,
        plays=plays.counts.get("plays", 0) if plays else 0,
        gaps=plays.counts.get("holes", 0) if plays else 0,
        full={part.data_type for part in parts} == set(DataType),
        collected=any(part.outcome is Outcome.COMPLETE for part in parts),
        calls=sum(part.counts["calls"] for part in parts),
    )
