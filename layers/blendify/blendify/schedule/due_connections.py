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
"""A connection that was claimed is due again after this, unless its sync plans it before."""


@dataclass(frozen=True)
class DueConnection:
    """A connection that is due, as the index has it."""

    user_id: str
    provider: str
    application: str
    due_at: str
    lost_at: datetime
    resync_at: datetime
    resync_calls: int | None


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
    rate = plan.listening_rate
    attributes = {
        "due_shard": shard(user_id),
        "due_at": times.iso(plan.due_at),
        "lost_at": times.iso(plan.lost_at),
        "resync_at": times.iso(plan.resync_at),
        "resync_calls": plan.resync_calls,
        "pace": None if rate is None else Decimal(f"{rate:.3f}"),
        "recent": Decimal(f"{plan.recent_plays:.2f}"),
        "polled_at": times.iso(plan.polled_at) if plan.polled_at else None,
    }
    return Change(set={name: value for name, value in attributes.items() if value is not None})


def plan_of(item: Item) -> Plan | None:
    """The plan in a connection's item; None before the first."""
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
        yield DueConnection(
            user_id=item["pk"].removeprefix(keys.user("")),
            provider=item["provider"],
            application=item["application"],
            due_at=item["due_at"],
            lost_at=times.parse(item["lost_at"]),
            resync_at=times.parse(item["resync_at"]),
            resync_calls=_resync_calls(item),
        )


def claim(connection: DueConnection, until: datetime) -> bool:
    """
    Claim a connection: it is due again at `until`, unless its sync plans it before.

    Returns     whether to start its sync: False if another dispatch was faster, or if a sync is running already
    """
    moved = Change(set={"due_at": times.iso(until)})
    unchanged = Attr("due_at").eq(connection.due_at)
    user, sort_key = keys.user(connection.user_id), keys.connection(connection.provider)
    try:
        item = state_table().update(user, sort_key, moved, only_if=unchanged)
    except ConditionFailed:
        return False
    return not ("lease_sync_id" in item and int(item["lease_until"]) > times.milliseconds(times.now()))


def _resync_calls(item: Mapping[str, Any]) -> int | None:
    return int(item["resync_calls"]) if "resync_calls" in item else None
