"""
Which connections are due: attributes of the connection's item, and a sparse index over them.

Index   `due`: `due_shard` and `due_at`; only connections that are on the schedule have these
Shards  fixed for each user by a hash: one shard takes a thousand writes a second, eight take eight times as many
"""

import heapq
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from hashlib import sha256
from typing import Any

from boto3.dynamodb.conditions import Attr, Key

from blendify.core import times
from blendify.db import keys
from blendify.db.state_table import Change, ConditionFailed, Item, state_table
from blendify.schedule.polling_plan import Plan

INDEX = "due"
SHARDS = 8
ENTRY = ("due_shard", "due_at")
"""Without these attributes a connection is not on the schedule; the figures of its plan stay."""
RETRY = timedelta(minutes=30)
"""A connection whose sync was started is due again after this, unless that sync plans it before."""


@dataclass(frozen=True)
class DueConnection:
    """A connection that is due, as the index has it."""

    user_id: str
    provider: str
    application: str
    due_at: str
    plan: Plan

    @property
    def key(self) -> str:
        """The connection, as its plan is spread by."""
        return key(self.user_id, self.provider)

    @property
    def lost_at(self) -> datetime:
        """From then on plays may be lost."""
        return self.plan.lost_at

    @property
    def resync_at(self) -> datetime:
        """From then on a full sync is due."""
        return self.plan.resync_at

    @property
    def resync_calls(self) -> int | None:
        """Calls of the latest full sync; None before the first."""
        return self.plan.resync_calls


def key(user_id: str, provider: str) -> str:
    """A text that identifies a connection."""
    return f"{provider}#{user_id}"


def shard(user_id: str) -> str:
    """The part of the index that holds a user's connections."""
    return f"due#{sha256(user_id.encode()).digest()[0] % SHARDS}"


def first_entry(user_id: str) -> dict[str, Any]:
    """The attributes of a connection after a login. Its first sync usually ends before `RETRY`, and plans it."""
    due_at = times.iso(times.now() + RETRY)
    return {
        "due_shard": shard(user_id),
        "due_at": due_at,
        "lost_at": due_at,
        "resync_at": times.iso(times.now()),
    }


def planned(user_id: str, plan: Plan) -> Change:
    """The change of a connection's item that stores this plan."""
    return Change(set={"due_shard": shard(user_id), **attributes(plan)})


def attributes(plan: Plan) -> dict[str, Any]:
    """A plan in the attributes of a connection's item, without what it does not have."""
    rate = plan.listening_rate
    values = {
        "due_at": times.iso(plan.due_at),
        "lost_at": times.iso(plan.lost_at),
        "resync_at": times.iso(plan.resync_at),
        "resync_calls": plan.resync_calls,
        "pace": None if rate is None else Decimal(f"{rate:.3f}"),
        "recent": Decimal(f"{plan.recent_plays:.2f}"),
        "polled_at": times.iso(plan.polled_at) if plan.polled_at else None,
    }
    return {name: value for name, value in values.items() if value is not None}


def plan_of(item: Mapping[str, Any]) -> Plan | None:
    """The plan in a connection's attributes; None before the first."""
    if "resync_at" not in item:
        return None
    resync_at = str(item["resync_at"])
    return Plan(
        due_at=times.parse(item.get("due_at", resync_at)),
        lost_at=times.parse(item.get("lost_at", resync_at)),
        resync_at=times.parse(resync_at),
        resync_calls=_resync_calls(item),
        listening_rate=float(item["pace"]) if "pace" in item else None,
        recent_plays=float(item.get("recent", 0)),
        polled_at=times.parse(item["polled_at"]) if "polled_at" in item else None,
    )


def due(now: datetime) -> Iterator[DueConnection]:
    """The connections that are due, longest due first; the index is read as they are taken."""
    shards = [_entries(f"due#{number}", now) for number in range(SHARDS)]
    return heapq.merge(*shards, key=lambda connection: connection.due_at)


def _entries(due_shard: str, now: datetime) -> Iterator[DueConnection]:
    until_now = Key("due_shard").eq(due_shard) & Key("due_at").lte(times.iso(now))
    for item in state_table().query_index(INDEX, until_now):
        if plan := plan_of(item):
            user_id = item["pk"].removeprefix(keys.user(""))
            yield DueConnection(user_id, item["provider"], item["application"], item["due_at"], plan)


def claim_sync(connection: DueConnection, until: datetime) -> Item | None:
    """
    Claim a connection for a full sync: it is due again at `until`, unless the sync plans it before.

    Returns     the connection's item; None if another dispatch was faster
    """
    return _move(connection.user_id, connection.provider, Change(set={"due_at": times.iso(until)}), connection.due_at)


def replan(user_id: str, provider: str, plan: Plan, due_at: str) -> bool:
    """Store a plan in place of the one that is due at `due_at`; False if that one has been replaced meanwhile."""
    return _move(user_id, provider, planned(user_id, plan), due_at) is not None


def unschedule(user_id: str, provider: str, due_at: str) -> None:
    """Take a connection off the schedule, unless it has been planned anew since it was due at `due_at`."""
    _move(user_id, provider, Change(remove=ENTRY), due_at)


def is_syncing(item: Item) -> bool:
    """Whether a sync has the lease of the connection in this item."""
    return "lease_sync_id" in item and int(item["lease_until"]) > times.milliseconds(times.now())


def _move(user_id: str, provider: str, change: Change, due_at: str) -> Item | None:
    try:
        return state_table().update(
            keys.user(user_id), keys.connection(provider), change, only_if=Attr("due_at").eq(due_at)
        )
    except ConditionFailed:
        return None


def _resync_calls(item: Mapping[str, Any]) -> int | None:
    return int(item["resync_calls"]) if "resync_calls" in item else None
