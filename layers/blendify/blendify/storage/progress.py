"""How far each data type of a run has come: outcome, counts, and where to go on. One item per run and data type."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from boto3.dynamodb.conditions import Attr

from blendify import times
from blendify.data_types import DataType, Outcome
from blendify.storage import keys
from blendify.storage.accounts import Change, ConditionFailed, Item, accounts

COUNTS = (
    "records",
    "appended",
    "removed",
    "unavailable",
    "expected",
    "calls",
    "rate_limits",
    "raw_bytes",
    "stored_bytes",
    "write_units",
    "milliseconds",
)


class Superseded(Exception):
    """Another worker has moved this data type on: this one stops."""


@dataclass(frozen=True)
class Position:
    """Where to go on: the list by its number in the plan, and the next page in it."""

    number: int = 0
    offset: int = 0
    cursor: str | None = None


@dataclass(frozen=True)
class Progress:
    """One data type of one run."""

    user_id: str
    sync_id: str
    data_type: DataType
    outcome: Outcome
    why: str | None
    until: datetime | None
    position: Position
    step: int
    """Counts the writes, so that two workers cannot both move the position on."""
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
            position=Position(int(item["number"]), int(item["offset"]), item.get("cursor")),
            step=int(item["step"]),
            counts={name: int(item.get(name, 0)) for name in COUNTS},
        )


def create(user_id: str, sync_id: str, data_type: DataType, outcome: Outcome) -> None:
    """Take the data type into the run; nothing happens when it is in it already."""
    start = {"data_type": data_type, "outcome": outcome, "step": 0, "number": 0, "offset": 0}
    accounts().put_new(keys.user(user_id), keys.progress(sync_id, data_type), start)


def progress(user_id: str, sync_id: str, data_type: DataType) -> Progress | None:
    """How far it is; None when the run does not ask for this data type."""
    item = accounts().get(keys.user(user_id), keys.progress(sync_id, data_type))
    return Progress.of(user_id, sync_id, item) if item else None


def all_progress(user_id: str, sync_id: str) -> Iterator[Progress]:
    """Every data type of the run, in the order of their names."""
    for item in accounts().query(keys.user(user_id), keys.progress(sync_id)):
        yield Progress.of(user_id, sync_id, item)


def move_on(
    seen: Progress,
    *,
    outcome: Outcome,
    position: Position,
    counts: Mapping[str, int],
    why: str | None = None,
    until: datetime | None = None,
) -> Progress:
    """
    Checkpoint: everything before `position` is stored, and counted once.

    Raises  Superseded when `seen` is no longer what is stored
    """
    state: dict[str, Any] = {
        "outcome": outcome,
        "number": position.number,
        "offset": position.offset,
        "cursor": position.cursor,
        "why": why,
        "until": times.iso(until) if until else None,
        "step": seen.step + 1,
    }
    added = {name: count for name, count in counts.items() if count}
    try:
        item = accounts().update(
            keys.user(seen.user_id),
            keys.progress(seen.sync_id, seen.data_type),
            Change(set=state, add=added),
            only_if=Attr("step").eq(seen.step),
        )
    except ConditionFailed as refused:
        raise Superseded(f"another worker collects the {seen.data_type.words} of sync {seen.sync_id}") from refused
    return Progress.of(seen.user_id, seen.sync_id, item)
