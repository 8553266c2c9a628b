"""The record of each sync: one item, followed by one item with the progress of each data type."""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256

from boto3.dynamodb.conditions import Attr

from blendify.core import times
from blendify.core.data_types import DataType, Status
from blendify.db import keys
from blendify.db.state_table import Change, ConditionFailed, Item, state_table
from blendify.jobs.progress import Progress
from blendify.providers import PROVIDERS

MILLISECOND = timedelta(milliseconds=1)
"""The unit of the moments that syncs have."""


@dataclass(frozen=True)
class Sync:
    """One sync of one connection."""

    sync_id: str
    user_id: str
    provider: str
    status: Status
    started_at: str
    data_types: tuple[DataType, ...]
    round: int
    finished_at: str | None = None
    waiting_until: str | None = None
    why: str | None = None

    @classmethod
    def of(cls, user_id: str, item: Item) -> "Sync":
        """The sync that an item of the state table describes."""
        return cls(
            sync_id=item["sync_id"],
            user_id=user_id,
            provider=item["provider"],
            status=Status(item["status"]),
            started_at=item["started_at"],
            data_types=tuple(DataType(name) for name in item["data_types"]),
            round=int(item["round"]),
            finished_at=item.get("finished_at"),
            waiting_until=item.get("waiting_until"),
            why=item.get("why"),
        )


def begun_at(user_id: str, moment: str) -> str | None:
    """The id of the user's sync that began at this moment (ISO 8601); None without one, as of a poll."""
    prefix = keys.sync(_start(times.parse(moment)))
    first = next(state_table().query(keys.user(user_id), prefix, limit=1), None)
    return str(first["sync_id"]) if first else None


def _start(moment: datetime) -> str:
    """What the ids of syncs that began at this moment begin with."""
    return f"{moment:%Y%m%dT%H%M%S}{moment.microsecond // 1000:03}Z-"


def new_id(started_at: datetime, execution: str) -> str:
    """The id of an execution's sync: ids sort by start, and a retry of the first step gives the same one."""
    return _start(started_at) + _digest(execution)


def _digest(execution: str) -> str:
    return sha256(execution.encode()).hexdigest()[:8]


def is_of(sync_id: str, execution: str) -> bool:
    """Whether this execution made the sync with this id."""
    return sync_id.endswith(f"-{_digest(execution)}")


def after_newest(user_id: str, now: datetime) -> datetime:
    """
    `now`, or a millisecond after the user's newest sync began, if that is later: a clock may have gone back.

    The history is folded in the order of these moments, and a record's key holds the moment of its sync.
    """
    newest_start = next((times.parse(sync.started_at) for sync, _ in newest(user_id, 1)), None)
    return now if newest_start is None else max(now, newest_start + MILLISECOND)


def started_at(sync_id: str) -> str:
    """When the sync with this id began (ISO 8601); all its facts carry this moment."""
    return times.iso(datetime.strptime(sync_id.partition("-")[0], "%Y%m%dT%H%M%S%fZ").replace(tzinfo=UTC))


def create(sync: Sync) -> bool:
    """Store the sync; False if it is stored already."""
    item = {
        "sync_id": sync.sync_id,
        "provider": sync.provider,
        "status": sync.status,
        "started_at": sync.started_at,
        "data_types": list(sync.data_types),
        "round": sync.round,
        "finished_at": sync.finished_at,
        "why": sync.why,
    }
    return state_table().put_new(keys.user(sync.user_id), keys.sync(sync.sync_id), item) is None


def find(user_id: str, sync_id: str) -> Sync | None:
    """The sync, or None if this user has no such sync."""
    item = state_table().get(keys.user(user_id), keys.sync(sync_id))
    return Sync.of(user_id, item) if item and "sync_id" in item else None


def newest(user_id: str, count: int) -> Iterator[tuple[Sync, list[Progress]]]:
    """The user's latest syncs with their progress, newest first, in one query."""
    parts: list[Progress] = []
    max_items = count * (len(DataType) + 1)
    for item in state_table().query(keys.user(user_id), keys.sync(), newest_first=True, limit=max_items):
        if "data_type" in item:
            # A sync's data types sort right behind it, so newest first they come before it.
            parts.append(Progress.of(user_id, item["sk"].split("#")[1], item))
        else:
            yield Sync.of(user_id, item), parts
            parts = []
            count -= 1
            if count == 0:
                return


def whole_since(user_id: str, provider: str, moment: str) -> list[str]:
    """
    When the user's syncs began that have read everything of a provider, those since `moment` (ISO 8601), oldest first.

    Without one since then it is the last one before, if any.
    """
    wanted, moments = PROVIDERS[provider].endpoints.keys(), list[str]()
    for item in state_table().query(keys.user(user_id), keys.sync(), newest_first=True):
        if "data_type" in item or item["provider"] != provider or item["status"] != Status.SUCCEEDED:
            continue
        if moments and item["started_at"] < moment:
            break
        if wanted <= set(item["data_types"]):
            moments.insert(0, item["started_at"])
            if item["started_at"] < moment:
                break
    return moments


def all_syncs(user_id: str) -> Iterator[tuple[Sync, list[Progress]]]:
    """All of the user's syncs with their progress, oldest first, read page by page."""
    sync: Sync | None = None
    parts: list[Progress] = []
    for item in state_table().query(keys.user(user_id), keys.sync()):
        if "data_type" in item:
            parts.append(Progress.of(user_id, item["sk"].split("#")[1], item))
            continue
        if sync:
            yield sync, parts
        sync, parts = Sync.of(user_id, item), []
    if sync:
        yield sync, parts


def resume(user_id: str, sync_id: str, data_types: tuple[DataType, ...]) -> None:
    """Mark the sync as running with these data types, when another execution resumes it, or its own begins it again."""
    running = {"status": Status.RUNNING, "data_types": list(data_types)}
    _change(user_id, sync_id, Change(set=running, remove=("waiting_until",)))


def wait(user_id: str, sync_id: str, until: datetime, next_round: int) -> None:
    """Mark the sync as waiting; the next round begins then."""
    change = Change(set={"status": Status.WAITING, "waiting_until": times.iso(until), "round": next_round})
    _change(user_id, sync_id, change)


def end(user_id: str, sync_id: str, status: Status, why: str | None) -> None:
    """Mark the sync as ended."""
    change = Change(
        set={"status": status, "finished_at": times.iso(times.now()), "why": why}, remove=("waiting_until",)
    )
    _change(user_id, sync_id, change)


def abandon(user_id: str, sync_id: str) -> None:
    """Mark a sync whose lease has expired as failed, unless it has ended."""
    sync = find(user_id, sync_id)
    if sync and sync.finished_at is None:
        end(user_id, sync_id, Status.FAILED, "the sync stopped unexpectedly: a later one has taken over")


def _change(user_id: str, sync_id: str, change: Change) -> None:
    """Update the item only if it still exists: an erasure may have deleted it."""
    with suppress(ConditionFailed):
        state_table().update(keys.user(user_id), keys.sync(sync_id), change, only_if=Attr("pk").exists())
