"""Runs: one item each, with the progress of every data type behind it."""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256

from boto3.dynamodb.conditions import Attr

from blendify.collecting.progress import Progress
from blendify.core import times
from blendify.core.data_types import DataType, Status
from blendify.db import keys
from blendify.db.state_table import Change, ConditionFailed, Item, state_table

POLLS_KEPT = timedelta(days=30)
"""Polls come up to 72 times a day: their records expire, those of other runs do not."""
POLLS_PASSED = 100
"""So many polls since the latest other runs are passed over: more than a day's."""


@dataclass(frozen=True)
class Sync:
    """One run over a connection."""

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

    @property
    def poll(self) -> bool:
        """Whether it reads recent plays alone."""
        return self.data_types == (DataType.RECENTLY_PLAYED,)

    @classmethod
    def of(cls, user_id: str, item: Item) -> "Sync":
        """The run that an item of the accounts table holds."""
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


def poll_expires_at() -> int:
    """When the record of a poll that begins now is deleted, in seconds since 1970."""
    return int((times.now() + POLLS_KEPT).timestamp())


def identify(started_at: datetime, execution: str) -> str:
    """The id of the run that an execution makes: sorts by start, and stays the same when its first step is retried."""
    return (
        f"{started_at:%Y%m%dT%H%M%S}{started_at.microsecond // 1000:03}Z-{sha256(execution.encode()).hexdigest()[:8]}"
    )


def started_at(sync_id: str) -> str:
    """When the run with this id began (ISO 8601): that is in all its facts."""
    return times.iso(datetime.strptime(sync_id.partition("-")[0], "%Y%m%dT%H%M%S%fZ").replace(tzinfo=UTC))


def create(run: Sync) -> None:
    """Store the run; nothing happens when it is there already."""
    item = {
        "sync_id": run.sync_id,
        "provider": run.provider,
        "status": run.status,
        "started_at": run.started_at,
        "data_types": list(run.data_types),
        "round": run.round,
        "finished_at": run.finished_at,
        "why": run.why,
    }
    state_table().put_new(keys.user(run.user_id), keys.sync(run.sync_id), item)


def sync(user_id: str, sync_id: str) -> Sync | None:
    """The run, or None when this user has none of that id."""
    item = state_table().get(keys.user(user_id), keys.sync(sync_id))
    return Sync.of(user_id, item) if item and "sync_id" in item else None


def newest(user_id: str, count: int, *, polls: bool = True) -> Iterator[tuple[Sync, list[Progress]]]:
    """The user's latest runs with their progress, newest first, in one query; polls aside, as far as that is asked."""
    behind: list[Progress] = []
    most = count * (len(DataType) + 1) + (0 if polls else 2 * POLLS_PASSED)
    for item in state_table().query(keys.user(user_id), keys.sync(), newest_first=True, limit=most):
        if "data_type" in item:
            # A run's data types sort right behind it, so that backwards they come first.
            behind.append(Progress.of(user_id, item["sk"].split("#")[1], item))
        else:
            run = Sync.of(user_id, item)
            if polls or not run.poll:
                yield run, behind
                count -= 1
            behind = []
            if count == 0:
                return


def every(user_id: str) -> Iterator[tuple[Sync, list[Progress]]]:
    """All of the user's runs with their progress, oldest first, as they are read."""
    run: Sync | None = None
    behind: list[Progress] = []
    for item in state_table().query(keys.user(user_id), keys.sync()):
        if "data_type" in item:
            behind.append(Progress.of(user_id, item["sk"].split("#")[1], item))
            continue
        if run:
            yield run, behind
        run, behind = Sync.of(user_id, item), []
    if run:
        yield run, behind


def go_on(user_id: str, sync_id: str, data_types: tuple[DataType, ...]) -> None:
    """The run works, on these data types: at its begin, or because another execution goes on with it."""
    begun = {"status": Status.RUNNING, "data_types": list(data_types)}
    if data_types == (DataType.RECENTLY_PLAYED,):
        change = Change(set={**begun, "expires_at": poll_expires_at()}, remove=("waiting_until",))
    else:
        change = Change(set=begun, remove=("waiting_until", "expires_at"))
    _change(user_id, sync_id, change)


def _change(user_id: str, sync_id: str, change: Change) -> None:
    """Change the run, if there still is one: nothing of a listener who has left comes back."""
    with suppress(ConditionFailed):
        state_table().update(keys.user(user_id), keys.sync(sync_id), change, only_if=Attr("pk").exists())


def wait(user_id: str, sync_id: str, until: datetime, number: int) -> None:
    """The run waits, then begins round `number`."""
    change = Change(set={"status": Status.WAITING, "waiting_until": times.iso(until), "round": number})
    _change(user_id, sync_id, change)


def end(user_id: str, sync_id: str, status: Status, why: str | None) -> None:
    """The run is over."""
    change = Change(
        set={"status": status, "finished_at": times.iso(times.now()), "why": why}, remove=("waiting_until",)
    )
    _change(user_id, sync_id, change)


def abandon(user_id: str, sync_id: str) -> None:
    """A run whose lease has expired did not end: say so, unless it has an end by now."""
    run = sync(user_id, sync_id)
    if run and run.finished_at is None:
        end(user_id, sync_id, Status.FAILED, "the run stopped unexpectedly: a later one has taken over")
