"""Progress of each data type of a sync: outcome, counts, and position. One item per sync and data type."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
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
class Position:
    """Where to continue: the list by its number in the plan, its next page, and what is known of the pages before."""

    number: int = 0
    offset: int = 0
    cursor: str | None = None
    window: tuple[int, int] | None = None
    """The part of a log that is asked for by time, as in `paging.Window`."""
    attempt: int = 1
    """1 for the first reading of the list; one more each time it is begun anew."""
    total: int | None = None
    """Its length by the provider's latest count."""
    changed: bool = False
    """It changed while it was read, up to the last attempt."""
    other_total: int | None = None
    """Its length by another call."""
    grown: bool = False
    """Entries came in while it was read."""
    unsteady: bool = False
    """Its count differs from page to page, and it has not changed."""
    full: bool = False
    """Its last page was full."""
    fingerprint: str | None = None
    """Identifies its last page, to notice a page that is served twice."""
    lost: int = 0
    """Pages of it that could not be read."""
    asked_twice: bool = False
    """Most of it was missing in an earlier look of this sync."""
    since: str | None = None
    """From which moment on a log is asked for; ISO 8601, None for all of it."""
    revision: int | None = None
    """Revision of the version that its staged pages were compared with; None without staged pages."""
    staged: tuple[str, ...] = ()
    """Names of its staged pages."""
    records: int = 0
    """Number of its records that are in the counts already."""
    expected: int | None = None
    """Number of its records that are in the counts as expected; None before its first page."""
    tries: int = 0
    """How often in a row it failed or was refused without a new page."""
    aside: "tuple[Position, ...]" = ()
    """Lists that failed, as far as they were read: each is read once more behind all others, in this order."""
    broken: tuple[int, ...] = ()
    """Numbers of the lists that failed to the end."""
    closed: tuple[int, ...] = ()
    """Numbers of the lists that were refused to the end."""
    limited: int = 0
    """Rounds in a row in which a call was answered 429 and no page came."""

    @classmethod
    def of(cls, item: Mapping[str, Any]) -> Self:
        """The position in an item; missing fields have their initial values."""
        start: dict[str, Any] = {name: item.get(name, value) for name, value in vars(cls()).items()}
        numbers = {name: int(start[name]) for name in _NUMBERS if start[name] is not None}
        lists: dict[str, Any] = {name: tuple(int(number) for number in start[name]) for name in ("broken", "closed")}
        aside, window = tuple(map(cls.of, start["aside"])), start["window"]
        lists["window"] = (int(window[0]), int(window[1])) if window else None
        return cls(**{**start, **numbers, **lists, "aside": aside, "staged": tuple(start["staged"])})

    def item(self) -> dict[str, Any]:
        """The stored form, without fields that have their initial values."""
        start = Position()
        item = {name: value for name, value in vars(self).items() if value != getattr(start, name)}
        lists = {name: list(item[name]) for name in ("staged", "broken", "closed", "window") if name in item}
        return item | lists | ({"aside": [listed.item() for listed in self.aside]} if self.aside else {})

    def read_again(self) -> "Position":
        """The start of the list, with what outlives one reading of it."""
        return Position(
            attempt=self.attempt,
            asked_twice=self.asked_twice,
            records=self.records,
            expected=self.expected,
            tries=self.tries,
        )

    def at(self, number: int, list_state: "Position | None" = None) -> "Position":
        """The position at another list, of which nothing is known but this; what concerns the other lists stays."""
        return replace(
            list_state or Position(),
            number=number,
            aside=self.aside,
            broken=self.broken,
            closed=self.closed,
            limited=self.limited,
        )

    @property
    def begun(self) -> bool:
        """Whether something of the list was asked for."""
        return self.offset > 0 or self.attempt > 1

    def is_behind(self, other: "Position") -> bool:
        """Whether this position is further along than the other one."""
        return (self.number, self.offset) > (other.number, other.offset)


_NUMBERS = (
    "number",
    "offset",
    "attempt",
    "total",
    "other_total",
    "lost",
    "revision",
    "records",
    "expected",
    "tries",
    "limited",
)


@dataclass(frozen=True)
class Progress:
    """One data type of one sync."""

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


def create(user_id: str, sync_id: str, data_type: DataType, outcome: Outcome) -> None:
    """Add the data type to the sync. Does nothing when it is part of the sync already."""
    start = {"data_type": data_type, "outcome": outcome, "step": 0, "position": Position().item()}
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
                current = move_on(current, outcome=Outcome.RECONNECT, position=current.position, counts={}, why=why)
            except Superseded:
                current = progress(user_id, sync_id, current.data_type)
        if current:
            ended.append(current)
    return ended


def move_on(
    before: Progress,
    *,
    outcome: Outcome,
    position: Position,
    counts: Mapping[str, int],
    why: str | None = None,
    until: datetime | None = None,
    setbacks: int | None = None,
) -> Progress:
    """
    Checkpoint: everything before `position` is stored, and counted once. `setbacks` do not change unless given.

    Raises  Superseded when the stored progress is no longer `before`
    """
    state: dict[str, Any] = {
        "outcome": outcome,
        "position": position.item(),
        "why": why,
        "until": times.iso(until) if until else None,
        "step": before.step + 1,
        "setbacks": before.setbacks if setbacks is None else setbacks,
    }
    added = {name: count for name, count in counts.items() if count}
    try:
        item = state_table().update(
            keys.user(before.user_id),
            keys.progress(before.sync_id, before.data_type),
            Change(set=state, add=added),
            only_if=Attr("step").eq(before.step),
        )
    except ConditionFailed as refused:
        raise Superseded(f"another worker collects the {before.data_type.words} of sync {before.sync_id}") from refused
    return Progress.of(before.user_id, before.sync_id, item)


def move_on_in_memory(
    before: Progress,
    *,
    outcome: Outcome,
    position: Position,
    counts: Mapping[str, int],
    why: str | None = None,
    until: datetime | None = None,
    setbacks: int | None = None,
) -> Progress:
    """The progress after a checkpoint that is not stored: a single worker reads the data type, and no other goes on."""
    return replace(
        before,
        outcome=outcome,
        position=position,
        why=why,
        until=until,
        step=before.step + 1,
        setbacks=before.setbacks if setbacks is None else setbacks,
        counts={name: before.counts.get(name, 0) + counts.get(name, 0) for name in COUNTS},
    )
