"""
Since when a listener's replaced records at a provider are still stored: some providers let nobody keep them for ever.

A record is replaced when its entry was recorded anew, or has left its list. The last reading before that is the last
that confirmed it, and from there on the provider's span runs.

Item    `replaced#<provider>` in the user's partition, as long as what was collected is there
Index   `due`, in shards of its own: `due_at` is a reading that confirmed everything that is stored of before
"""

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

from boto3.dynamodb.conditions import Attr, ConditionBase, Key

from blendify.core import times
from blendify.db import keys
from blendify.db.state_table import Change, ConditionFailed, state_table
from blendify.schedule.due_connections import INDEX, SHARDS, shard

LOOK = timedelta(days=1)
"""From one look at what is due to the next."""
TOGETHER = timedelta(days=7)
"""So much of a span is deleted before its end, together: what is derived of a listener is made anew after each time."""


def held_for(limit: timedelta) -> timedelta:
    """For how long replaced records stay at least, where they may stay for `limit`."""
    return limit - min(TOGETHER, limit / 4)


def begin(user_id: str, provider: str, moment: str) -> None:
    """Nothing that was confirmed before `moment` (ISO 8601) is stored; nothing changes where that is known already."""
    with suppress(ConditionFailed):
        _set(user_id, provider, moment, Attr("pk").not_exists())


def removed(user_id: str, provider: str, moment: str) -> None:
    """All that was confirmed before `moment` and has been replaced is deleted; nothing happens after an erasure."""
    with suppress(ConditionFailed):
        _set(user_id, provider, moment, Attr("pk").exists())


@dataclass(frozen=True)
class Replaced:
    """Replaced records of a user at a provider are stored since this reading (ISO 8601) confirmed everything."""

    user_id: str
    provider: str
    since: str


def due(now: datetime, limits: Mapping[str, timedelta]) -> Iterator[Replaced]:
    """
    The replaced records that may not stay until the next look but one; read as they are taken.

    limits   for how long they may stay, by provider; a provider that is not in it has no limit
    """
    if not limits:
        return
    latest = {provider: times.iso(now - max(limit - LOOK, held_for(limit))) for provider, limit in limits.items()}
    for number in range(SHARDS):
        condition = Key("due_shard").eq(f"replaced-due#{number}") & Key("due_at").lte(max(latest.values()))
        for item in state_table().query_index(INDEX, condition):
            if item["due_at"] <= latest.get(item["provider"], ""):
                yield Replaced(item["pk"].removeprefix(keys.user("")), item["provider"], item["due_at"])


def _set(user_id: str, provider: str, moment: str, only_if: ConditionBase) -> None:
    values = {"provider": provider, "due_shard": f"replaced-{shard(user_id)}", "due_at": moment}
    state_table().update(keys.user(user_id), keys.replaced_records(provider), Change(set=values), only_if=only_if)
