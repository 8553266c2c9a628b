"""
Which connections are due: attributes of the connection's own item, and a sparse index over their due times.

Index   `due`: `due_shard` and `due_at`; only connections that are to be synced have them
Shards  a user's is fixed by a hash: one would take a thousand writes a second, eight take eight times as many
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
"""Without these attributes a connection is not on the schedule; what it was planned from is kept."""
RETRY = timedelta(minutes=30)
"""A connection whose run was claimed and has not planned it anew is due again after this."""


@dataclass(frozen=True)
class Due:
    """One connection that is due, as the index tells it."""

    user_id: str
    provider: str
    application: str
    due_at: str
    lost_at: datetime
    resync_at: datetime
    resync_calls: int | None


def shard(user_id: str) -> str:
    """The part of the index that a user's connections are in."""
    return f"due#{sha256(user_id.encode()).digest()[0] % SHARDS}"


def begun(user_id: str) -> dict[str, Any]:
    """The attributes of a connection that a login has made: its first run ends before that, and plans it."""
    due_at = times.iso(times.now() + RETRY)
    entry = {"due_shard": shard(user_id), "due_at": due_at, "lost_at": due_at}
    return {**entry, "resync_at": times.iso(times.now())}


def planned(user_id: str, plan: Plan) -> Change:
    """The attributes that hold a plan, as a change of the connection's item."""
    told = {
        "due_shard": shard(user_id),
        "due_at": times.iso(plan.due_at),
        "lost_at": times.iso(plan.lost_at),
        "resync_at": times.iso(plan.resync_at),
        "resync_calls": plan.resync_calls,
        "pace": None if plan.pace is None else Decimal(f"{plan.pace:.3f}"),
        "recent": Decimal(f"{plan.recent:.2f}"),
        "polled_at": times.iso(plan.polled_at) if plan.polled_at else None,
    }
    return Change(set={name: value for name, value in told.items() if value is not None})


def plan_of(item: Item) -> Plan | None:
    """The plan in a connection's item; None when there is none yet."""
    if "resync_at" not in item:
        return None
    resync_at = str(item["resync_at"])
    return Plan(
        due_at=times.parse(item.get("due_at", resync_at)),
        lost_at=times.parse(item.get("lost_at", resync_at)),
        resync_at=times.parse(resync_at),
        resync_calls=_calls(item),
        pace=float(item["pace"]) if "pace" in item else None,
        recent=float(item.get("recent", 0)),
        polled_at=times.parse(item["polled_at"]) if "polled_at" in item else None,
    )


def due(now: datetime) -> Iterator[Due]:
    """What is due, longest due first; read from the index as it is taken."""
    found = [_entries(f"due#{number}", now) for number in range(SHARDS)]
    return heapq.merge(*found, key=lambda one: one.due_at)


def _entries(part: str, now: datetime) -> Iterator[Due]:
    until_now = Key("due_shard").eq(part) & Key("due_at").lte(times.iso(now))
    for item in state_table().query_index(INDEX, until_now):
        yield Due(
            user_id=item["pk"].removeprefix(keys.user("")),
            provider=item["provider"],
            application=item["application"],
            due_at=item["due_at"],
            lost_at=times.parse(item["lost_at"]),
            resync_at=times.parse(item["resync_at"]),
            resync_calls=_calls(item),
        )


def claim(one: Due, until: datetime) -> bool:
    """
    Take a due connection, which is due again at `until` unless its run plans it anew.

    Answers whether its run is to be started: not when somebody else was faster, or a run has the connection already
    """
    moved = Change(set={"due_at": times.iso(until)})
    unchanged = Attr("due_at").eq(one.due_at)
    try:
        item = state_table().update(keys.user(one.user_id), keys.connection(one.provider), moved, only_if=unchanged)
    except ConditionFailed:
        return False
    return not ("lease_sync_id" in item and int(item["lease_until"]) > times.milliseconds(times.now()))


def _calls(item: Mapping[str, Any]) -> int | None:
    return int(item["resync_calls"]) if "resync_calls" in item else None
