"""How far each data type of a run has come: outcome, counts, and where to go on. One item per run and data type."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Self

from boto3.dynamodb.conditions import Attr

from blendify.core import times
from blendify.core.data_types import DataType, Outcome
from blendify.core.errors import Superseded
from blendify.db import keys
from blendify.db.state_table import Change, ConditionFailed, Item, state_table

COUNTS = (
    "records",
    "appended",
    "removed",
    "plays",
    "holes",
    "unavailable",
    "lost",
    "doubtful",
    "expected",
    "calls",
    "rate_limits",
    "raw_bytes",
    "stored_bytes",
    "write_units",
    "milliseconds",
)
PATIENCE_SECONDS = (5, 20)
"""Waits after setbacks in a row; after the last of them single pages are passed over, or the data type gives up."""


@dataclass(frozen=True)
class Position:
    """Where to go on: the list by its number in the plan, the next page in it, and what is known of those before."""

    number: int = 0
    offset: int = 0
    cursor: str | None = None
    attempt: int = 1
    """Counts how often this list was begun anew."""
    total: int | None = None
    """Its length by the provider's latest count."""
    changed: bool = False
    """It changed while it was read, up to the last attempt."""
    short: bool = False
    """A page of it holds fewer entries than the provider counts, however often it is asked."""
    fingerprint: str | None = None
    """Tells its last page from others, so that one that is served twice is noticed."""
    lost: int = 0
    """Pages of it that could not be read."""
    asked_twice: bool = False
    """Most of it was missing in an earlier look of this sync."""
    since: str | None = None
    """From which moment on a log is asked for; ISO 8601, None for all of it."""
    revision: int | None = None
    """Of the version that its staged pages were compared with; None when there are none."""
    staged: tuple[str, ...] = ()
    """Names of its staged pages."""
    records: int = 0
    """So many of its records are in the counts."""
    expected: int | None = None
    """So many are in the counts as expected; None before its first page."""

    @classmethod
    def of(cls, item: Mapping[str, Any]) -> Self:
        """As an item holds it: what is not there is as at the beginning."""
        start: dict[str, Any] = {name: item.get(name, value) for name, value in vars(cls()).items()}
        numbers = {name: int(start[name]) for name in _NUMBERS if start[name] is not None}
        return cls(**{**start, **numbers, "staged": tuple(start["staged"])})

    def item(self) -> dict[str, Any]:
        """As it is stored: nothing of what is as at the beginning."""
        start = Position()
        item = {name: value for name, value in vars(self).items() if value != getattr(start, name)}
        return item | ({"staged": list(self.staged)} if self.staged else {})

    @property
    def begun(self) -> bool:
        """Whether something of the list was asked for."""
        return self.offset > 0 or self.attempt > 1

    def is_behind(self, other: "Position") -> bool:
        """Whether more is done here than there."""
        return (self.number, self.offset) > (other.number, other.offset)


_NUMBERS = ("number", "offset", "attempt", "total", "lost", "revision", "records", "expected")


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
            position=Position.of(item["position"]),
            step=int(item["step"]),
            setbacks=int(item.get("setbacks", 0)),
            counts={name: int(item.get(name, 0)) for name in COUNTS},
        )


def create(user_id: str, sync_id: str, data_type: DataType, outcome: Outcome, expires_at: int | None = None) -> None:
    """Take the data type into the run, for good unless it expires; nothing happens when it is in it already."""
    start = {"data_type": data_type, "outcome": outcome, "step": 0, "position": Position().item()}
    if expires_at is not None:
        start["expires_at"] = expires_at
    state_table().put_new(keys.user(user_id), keys.progress(sync_id, data_type), start)


def progress(user_id: str, sync_id: str, data_type: DataType) -> Progress | None:
    """How far it is; None when the run does not ask for this data type."""
    item = state_table().get(keys.user(user_id), keys.progress(sync_id, data_type))
    return Progress.of(user_id, sync_id, item) if item else None


def all_progress(user_id: str, sync_id: str) -> Iterator[Progress]:
    """Every data type of the run, in the order of their names."""
    for item in state_table().query(keys.user(user_id), keys.progress(sync_id)):
        yield Progress.of(user_id, sync_id, item)


def withdraw(user_id: str, sync_id: str, why: str) -> list[Progress]:
    """
    End what has not ended yet of a run whose connection is gone; answers all of it as it is then.

    Whoever still works on it stops at the next checkpoint
    """
    ended = []
    for seen in all_progress(user_id, sync_id):
        one: Progress | None = seen
        while one and not one.outcome.final:
            try:
                one = move_on(one, outcome=Outcome.RECONNECT, position=one.position, counts={}, why=why)
            except Superseded:
                one = progress(user_id, sync_id, one.data_type)
        if one:
            ended.append(one)
    return ended


def move_on(
    seen: Progress,
    *,
    outcome: Outcome,
    position: Position,
    counts: Mapping[str, int],
    why: str | None = None,
    until: datetime | None = None,
    setbacks: int | None = None,
) -> Progress:
    """
    Checkpoint: everything before `position` is stored, and counted once. `setbacks` stay as they are unless given.

    Raises  Superseded when `seen` is no longer what is stored
    """
    state: dict[str, Any] = {
        "outcome": outcome,
        "position": position.item(),
        "why": why,
        "until": times.iso(until) if until else None,
        "step": seen.step + 1,
        "setbacks": seen.setbacks if setbacks is None else setbacks,
    }
    added = {name: count for name, count in counts.items() if count}
    try:
        item = state_table().update(
            keys.user(seen.user_id),
            keys.progress(seen.sync_id, seen.data_type),
            Change(set=state, add=added),
            only_if=Attr("step").eq(seen.step),
        )
    except ConditionFailed as refused:
        raise Superseded(f"another worker collects the {seen.data_type.words} of sync {seen.sync_id}") from refused
    return Progress.of(seen.user_id, seen.sync_id, item)
