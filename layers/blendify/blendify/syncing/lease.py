"""The lease in a connection's item: two syncs of one connection never run at once."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from boto3.dynamodb.conditions import Attr

from blendify.access.connections import NotConnected
from blendify.core import times
from blendify.db import keys
from blendify.db.state_table import Change, ConditionFailed, Item, state_table

LEASE = timedelta(minutes=120)
"""Longer than the longest round: two collectors of 15 minutes in one branch, each retried twice, and retried again
while Lambda has no room for them; and two steps after them."""


@dataclass(frozen=True)
class Holder:
    """A sync that has the lease, and the execution that it runs in."""

    sync_id: str
    execution: str

    @classmethod
    def of(cls, item: Item) -> "Holder":
        """The holder in a connection's item."""
        return cls(str(item.get("lease_sync_id", "")), str(item.get("lease_execution", "")))


def take(
    user_id: str, provider: str, holder: Holder, until: datetime, *, instead_of: Holder | None = None
) -> Holder | None:
    """
    Take the lease until then; returns None, or the holder that has it already.

    instead_of  a holder whose execution is dead
    Raises      NotConnected when the connection does not exist any more
    """
    now = times.milliseconds(times.now())
    # The execution decides, and not the sync: another execution may want to resume the same sync while this one runs.
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
    except ConditionFailed as failure:
        if failure.stored is None:
            raise NotConnected("the listener has just disconnected this account") from failure
        return Holder.of(failure.stored)
    return None


def current_holder(user_id: str, provider: str) -> Holder | None:
    """The holder of the lease, None when it is free. The holder's execution may be dead."""
    item = state_table().get(keys.user(user_id), keys.connection(provider)) or {}
    if "lease_sync_id" not in item or int(item["lease_until"]) < times.milliseconds(times.now()):
        return None
    return Holder.of(item)


def renew(user_id: str, provider: str, sync_id: str, until: datetime) -> bool:
    """Extend the lease of this sync; False when another sync has it by now."""
    return _if_held(user_id, provider, sync_id, Change(set={"lease_until": times.milliseconds(until)}))


def release(user_id: str, provider: str, sync_id: str, also: Change | None = None) -> bool:
    """
    Give back the lease of this sync, and make another change of the connection in the same write.

    Returns     False when another sync has the lease by now; nothing is written then
    """
    also = also or Change()
    removed = ("lease_sync_id", "lease_execution", "lease_until", *also.remove)
    return _if_held(user_id, provider, sync_id, Change(also.set, also.add, removed))


def _if_held(user_id: str, provider: str, sync_id: str, change: Change) -> bool:
    has_lease = Attr("lease_sync_id").eq(sync_id)
    try:
        state_table().update(keys.user(user_id), keys.connection(provider), change, only_if=has_lease)
    except ConditionFailed:
        return False
    return True
