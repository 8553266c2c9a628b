"""The lease in a connection's item: two syncs of one connection never run at once."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from boto3.dynamodb.conditions import Attr

from blendify.access.connections import NotConnected
from blendify.core import times
from blendify.db import keys
from blendify.db.state_table import Change, ConditionFailed, state_table

LEASE = timedelta(minutes=100)
"""Longer than the longest round: two collectors of 15 minutes in one branch, each retried twice."""


@dataclass(frozen=True)
class Holder:
    """Whose the connection is: a run, and the execution that it belongs to."""

    sync_id: str
    execution: str


def take(
    user_id: str, provider: str, holder: Holder, until: datetime, *, instead_of: Holder | None = None
) -> Holder | None:
    """
    None when the connection is `holder`'s until then; else whose it is. `instead_of` is one known to be dead.

    Raises  NotConnected when there is no connection any more
    """
    now = times.milliseconds(times.now())
    # Not the run, but its execution: another one may want to go on with the same run while it still lives.
    mine = Attr("lease_execution").eq(holder.execution)
    free = Attr("lease_sync_id").not_exists() | mine | Attr("lease_until").lt(now)
    if instead_of:
        free |= Attr("lease_execution").eq(instead_of.execution)
    lease = {
        "lease_sync_id": holder.sync_id,
        "lease_execution": holder.execution,
        "lease_until": times.milliseconds(until),
    }
    try:
        state_table().update(
            keys.user(user_id), keys.connection(provider), Change(set=lease), only_if=Attr("pk").exists() & free
        )
    except ConditionFailed as refused:
        found = refused.found
        if found is None:
            raise NotConnected("the listener has just disconnected this account") from refused
        return Holder(str(found.get("lease_sync_id", "")), str(found.get("lease_execution", "")))
    return None


def held(user_id: str, provider: str) -> Holder | None:
    """Whose the connection is now; None when the next run may begin. Its execution may be dead."""
    item = state_table().get(keys.user(user_id), keys.connection(provider)) or {}
    if "lease_sync_id" not in item or int(item["lease_until"]) < times.milliseconds(times.now()):
        return None
    return Holder(str(item["lease_sync_id"]), str(item["lease_execution"]))


def renew(user_id: str, provider: str, sync_id: str, until: datetime) -> bool:
    """Keep the lease until then; False when it is another run's by now."""
    return _if_held(user_id, provider, sync_id, Change(set={"lease_until": times.milliseconds(until)}))


def release(user_id: str, provider: str, sync_id: str, also: Change | None = None) -> bool:
    """
    Let the next run begin, and change the connection in the same write; False when the lease is another run's by now.
    """
    also = also or Change()
    gone = ("lease_sync_id", "lease_execution", "lease_until", *also.remove)
    return _if_held(user_id, provider, sync_id, Change(also.set, also.add, gone))


def _if_held(user_id: str, provider: str, sync_id: str, change: Change) -> bool:
    held = Attr("lease_sync_id").eq(sync_id)
    try:
        state_table().update(keys.user(user_id), keys.connection(provider), change, only_if=held)
    except ConditionFailed:
        return False
    return True
