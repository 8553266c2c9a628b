"""
When all of a listener at a provider was last read: some providers let nobody keep what is not read again in time.

Item    `whole#<provider>` in the user's partition. It outlives the connection, and goes with what was collected
Index   `due`, in shards of its own: `due_at` is the beginning of that reading, so that a changed limit holds at once
"""

from collections.abc import Collection, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

from boto3.dynamodb.conditions import Attr, Key

from blendify.access import replaced_records
from blendify.core import times
from blendify.core.data_types import DataType
from blendify.core.settings import keep_days
from blendify.db import keys
from blendify.db.state_table import Change, ConditionFailed, Item, state_table
from blendify.providers import NAMES, PROVIDERS
from blendify.schedule.due_connections import INDEX, SHARDS, shard


@dataclass(frozen=True)
class WholeReading:
    """The latest reading of everything; before the first one the moment of the first login."""

    user_id: str
    provider: str
    at: datetime

    @classmethod
    def of(cls, item: Item) -> "WholeReading":
        """The reading in an item of the state table, or of its index."""
        return cls(item["pk"].removeprefix(keys.user("")), item["provider"], times.parse(item["due_at"]))

    @property
    def erased_at(self) -> datetime | None:
        """When what was collected will be erased, unless it is read again before; None for never."""
        span = limit(self.provider)
        return None if span is None else self.at + span


def limit(provider: str) -> timedelta | None:
    """For how long data of a provider may be kept without being read again; None for ever. The setting decides."""
    terms = PROVIDERS[provider].kept_unread
    if terms is None:
        return None
    days = keep_days().get(provider)
    return terms if days is None else timedelta(days=days) if days else None


def begin(user_id: str, provider: str) -> None:
    """A first login begins the time; later ones do not begin it anew, as they read nothing."""
    if PROVIDERS[provider].kept_unread is not None:
        now = times.iso(times.now())
        with suppress(ConditionFailed):
            _set(user_id, provider, now, anew=False)
        replaced_records.begin(user_id, provider, now)


def record(user_id: str, provider: str, started_at: str, complete: Collection[DataType]) -> None:
    """
    A sync that began at `started_at` has completed these data types: nothing changes unless they are all.

    What one sync was asked for may be less.
    """
    if PROVIDERS[provider].kept_unread is not None and PROVIDERS[provider].endpoints.keys() <= set(complete):
        _set(user_id, provider, started_at, anew=True)


def of_user(user_id: str) -> Iterator[WholeReading]:
    """A user's readings, one for each provider with a limit that they ever connected."""
    for item in state_table().query(keys.user(user_id), keys.whole_reading()):
        yield WholeReading.of(item)


def find(user_id: str, provider: str) -> WholeReading | None:
    """A user's reading of one provider; None where there is no limit, or what was collected is erased."""
    item = state_table().get(keys.user(user_id), keys.whole_reading(provider))
    return WholeReading.of(item) if item else None


def overdue(now: datetime) -> Iterator[WholeReading]:
    """What has not been read for longer than its provider allows; read as it is taken."""
    limits = {name: span for name in NAMES if (span := limit(name)) is not None}
    if not limits:
        return
    latest = times.iso(now - min(limits.values()))
    for number in range(SHARDS):
        condition = Key("due_shard").eq(f"whole-due#{number}") & Key("due_at").lte(latest)
        for reading in map(WholeReading.of, state_table().query_index(INDEX, condition)):
            if reading.erased_at is not None and reading.erased_at <= now:
                yield reading


def _set(user_id: str, provider: str, moment: str, *, anew: bool) -> None:
    values = {"provider": provider, "due_shard": f"whole-{shard(user_id)}", "due_at": moment}
    condition = None if anew else Attr("pk").not_exists()
    state_table().update(keys.user(user_id), keys.whole_reading(provider), Change(set=values), only_if=condition)
