"""When a connection is due next, by the sync that ends now."""

from collections.abc import Sequence
from datetime import timedelta

from blendify.access import access_tokens, connections, doubted_grants
from blendify.access.connections import Connection, NotConnected
from blendify.core import times
from blendify.core.data_types import DataType, Outcome
from blendify.core.errors import GrantRevoked
from blendify.db.state_table import Change
from blendify.jobs.progress import Progress
from blendify.providers import PROVIDERS
from blendify.schedule import due_connections
from blendify.schedule.polling_plan import Poll, SyncOutcome
from blendify.syncing import connection_plan
from blendify.syncing.syncs import Sync

_POLLS = {
    Outcome.COMPLETE: Poll.DONE,
    Outcome.NOT_OFFERED: Poll.IMPOSSIBLE,
    Outcome.NOT_PERMITTED: Poll.IMPOSSIBLE,
    Outcome.RECONNECT: Poll.IMPOSSIBLE,
}
GONE_AFTER = timedelta(hours=12)
"""An account that the provider has not known for so long, in several syncs, was deleted or renamed."""


def after(sync: Sync, parts: Sequence[Progress]) -> Change:
    """
    The change of the connection that makes it due again after this sync.

    A connection that only the listener can repair is not due until they connect again.
    """
    try:
        connection = connections.connection(sync.user_id, sync.provider)
    except NotConnected:
        return Change()
    if connection.status != connections.ACTIVE or (_account_gone(parts) and _believed(connection)):
        return Change(remove=due_connections.ENTRY)
    plan = connection_plan.after(sync.user_id, sync.provider, connection.plan, _outcome(sync, parts))
    return due_connections.planned(sync.user_id, plan)


def _account_gone(parts: Sequence[Progress]) -> bool:
    """Whether the provider knew the listener for no data type, although the grant is accepted."""
    outcomes = {part.outcome for part in parts}
    return Outcome.RECONNECT in outcomes and outcomes <= {Outcome.RECONNECT, Outcome.NOT_OFFERED}


def _believed(connection: Connection) -> bool:
    """Whether it has been so for long enough: then the listener is asked to connect again, and nothing is due."""
    if times.now() - doubted_grants.record(connection) < GONE_AFTER:
        return False
    provider = PROVIDERS[connection.provider]
    ended = GrantRevoked(f"{provider.title} does not know this account any more")
    return isinstance(access_tokens.end_grant(provider, connection, ended), GrantRevoked)


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
