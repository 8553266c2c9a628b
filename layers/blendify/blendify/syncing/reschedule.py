"""What a run that ends means for its connection's schedule."""

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
from blendify.schedule.cadence import Cadence, cadence
from blendify.schedule.polling_plan import Poll, SyncOutcome
from blendify.syncing.syncs import Sync

_POLLS = {
    Outcome.COMPLETE: Poll.DONE,
    Outcome.NOT_OFFERED: Poll.IMPOSSIBLE,
    Outcome.NOT_PERMITTED: Poll.IMPOSSIBLE,
}


def after(run: Sync, everything: Sequence[Progress]) -> Change:
    """
    The change of the connection that ends this run: when it is due next.

    A connection that only the listener can repair is not due until they connect again.
    """
    try:
        owner = connections.connection(run.user_id, run.provider)
    except NotConnected:
        return Change()
    if owner.status != connections.ACTIVE:
        return Change(remove=due_connections.ENTRY)
    who = f"{run.provider}#{run.user_id}"
    ran = _ran(run, everything)
    return due_connections.planned(
        run.user_id, polling_plan.plan(who, owner.plan, ran, _cadence(run.provider), times.now())
    )


def _cadence(provider: str) -> Cadence:
    """How often the operator wants polls, of a provider that remembers so much."""
    plays = PROVIDERS[provider].endpoints.get(DataType.RECENTLY_PLAYED)
    if plays is None or plays.log_window is None:
        return cadence()
    entries = plays.log_window.entries
    return replace(cadence(), forgets=False) if entries is None else replace(cadence(), kept=entries)


def _ran(run: Sync, everything: Sequence[Progress]) -> SyncOutcome:
    plays = next((one for one in everything if one.data_type is DataType.RECENTLY_PLAYED), None)
    return SyncOutcome(
        began_at=times.parse(run.started_at),
        poll=_POLLS.get(plays.outcome, Poll.FAILED) if plays else Poll.NOT_ASKED,
        plays=plays.counts.get("plays", 0) if plays else 0,
        holes=plays.counts.get("holes", 0) if plays else 0,
        everything={one.data_type for one in everything} == set(DataType),
        collected=any(one.outcome is Outcome.COMPLETE for one in everything),
        calls=sum(one.counts["calls"] for one in everything),
    )
