"""Progress of each data type of a sync: outcome, counts, and position. One item per sync and data type."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from boto3.dynamodb.conditions import Attr

from blendify.core import times
from blendify.core.data_types import DataType, Outcome
from blendify.core.errors import Superseded
from blendify.db import keys
from blendify.db.state_table import Change, ConditionFailed, Item, state_table
from blendify.jobs.job import Summary

COUNTS = (
    "records",
    "appended",
    "removed",
    "plays",
    "holes",
    "unavailable",
    "lost",
    "doubtful",
    "miscounted",
    "expected",
    "calls",
    "rate_limits",
    "raw_bytes",
    "stored_bytes",
    "write_units",
    "milliseconds",
)
PATIENCE_SECONDS = (5, 20)
"""Waits after consecutive setbacks; after the last, single pages are passed over, or the data type gives up."""


@dataclass(frozen=True)
class Checkpoint:
    """How far a data type has come: everything before the position is stored, and counted once."""

    outcome: Outcome
    why: str | None = None
    until: datetime | None = None
    position: str | None = None
    """None where it stays."""
    counts: Mapping[str, int] = field(default_factory=dict)
    """What it adds."""
    setbacks: int | None = None
    """None where they stay."""


@dataclass(frozen=True)
class Progress:
    """One data type of one sync."""

    user_id: str
    sync_id: str
    data_type: DataType
    outcome: Outcome
    why: str | None
    until: datetime | None
    position: str
    """Where the collector goes on: only it knows what this says."""
    step: int
    """Counts the writes, so that two workers cannot both move the position on."""
    setbacks: int = 0
    """Rounds in a row that ended in a failure and stored nothing new."""
    counts: Mapping[str, int] = field(default_factory=dict)

    @classmethod
    def of(cls, user_id: str, sync_id: str, item: Item) -> "Progress":
        """The progress that an item of the accounts table holds."""
        return cls(
            user_id=user_id,
            sync_id=sync_id,
            data_type=DataType(item["data_type"]),
            outcome=Outcome(item["outcome"]),
            why=item.get("why"),
            until=times.parse(item["until"]) if item.get("until") else None,
            position=item["position"],
            step=int(item["step"]),
            setbacks=int(item.get("setbacks", 0)),
            counts={name: int(item.get(name, 0)) for name in COUNTS},
        )

    @property
    def summary(self) -> Summary:
        """What a collector answers."""
        return Summary(self.data_type, self.outcome, self.until)

    def after(self, checkpoint: Checkpoint) -> "Progress":
        """The progress after a checkpoint."""
        return replace(
            self,
            outcome=checkpoint.outcome,
            why=checkpoint.why,
            until=checkpoint.until,
            position=self.position if checkpoint.position is None else checkpoint.position,
            step=self.step + 1,
            setbacks=self.setbacks if checkpoint.setbacks is None else checkpoint.setbacks,
            counts={name: self.counts.get(name, 0) + checkpoint.counts.get(name, 0) for name in COUNTS},
        )


def create(user_id: str, sync_id: str, data_type: DataType, outcome: Outcome) -> None:
    """Add the data type to the sync. Does nothing when it is part of the sync already."""
    start = {"data_type": data_type, "outcome": outcome, "step": 0, "position": ""}
    state_table().put_new(keys.user(user_id), keys.progress(sync_id, data_type), start)


def progress(user_id: str, sync_id: str, data_type: DataType) -> Progress | None:
    """Its progress; None when the sync does not ask for this data type."""
    item = state_table().get(keys.user(user_id), keys.progress(sync_id, data_type))
    return Progress.of(user_id, sync_id, item) if item else None


def all_progress(user_id: str, sync_id: str) -> Iterator[Progress]:
    """Every data type of the sync, in the order of their names."""
    for item in state_table().query(keys.user(user_id), keys.progress(sync_id)):
        yield Progress.of(user_id, sync_id, item)


def withdraw(user_id: str, sync_id: str, why: str) -> list[Progress]:
    """
    End every unfinished data type of a sync whose connection is gone; answers the final state of all of them.

    A worker that is still collecting stops at its next checkpoint.
    """
    ended = []
    for stored in all_progress(user_id, sync_id):
        current: Progress | None = stored
        while current and not current.outcome.final:
            try:
                current = move_on(current, Checkpoint(Outcome.RECONNECT, why))
            except Superseded:
                current = progress(user_id, sync_id, current.data_type)
        if current:
            ended.append(current)
    return ended


def move_on(before: Progress, checkpoint: Checkpoint) -> Progress:
    """
    Write a checkpoint.

    Raises  Superseded when the stored progress is no longer `before`
    """
    following = before.after(checkpoint)
    state = {
        "outcome": following.outcome,
        "position": following.position,
        "why": following.why,
        "until": times.iso(following.until) if following.until else None,
        "step": following.step,
        "setbacks": following.setbacks,
    }
    added = {name: count for name, count in checkpoint.counts.items() if count}
    try:
        state_table().update(
            keys.user(before.user_id),
            keys.progress(before.sync_id, before.data_type),
            Change(set=state, add=added),
            only_if=Attr("step").eq(before.step),
        )
    except ConditionFailed as refused:
        raise Superseded(f"another worker collects the {before.data_type.words} of sync {before.sync_id}") from refused
    return following
