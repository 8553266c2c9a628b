"""
One import as its item in the accounts table has it: its state, how far it is, and what came of it so far.

Values and their items; `imports` reads and writes them.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from enum import StrEnum
from typing import Any, Self

from blendify.core import times
from blendify.db.state_table import Item

DEAD_AFTER = timedelta(minutes=40)
"""Without a write for so long, no worker lives: a Lambda's life, and the pauses before it is tried again."""


class State(StrEnum):
    """The state of an import."""

    AWAITING_UPLOAD = "awaiting_upload"
    READING = "reading"
    QUESTION = "question"
    SUCCEEDED = "succeeded"
    PARTIAL = "partial"
    FAILED = "failed"
    TAKING_BACK = "taking_back"
    TAKEN_BACK = "taken_back"


UNDER_WAY = (State.READING, State.QUESTION)
ENDED = (State.SUCCEEDED, State.PARTIAL, State.FAILED)


@dataclass(frozen=True)
class Place:
    """Where the next worker goes on. The entry is known by its path in the archive, the row by its number in it."""

    stage: str = "recognising"
    """`recognising`, `reading`, `comparing`, `done`."""
    entry: int = 0
    row: int = 0
    month: str = ""
    open: bool = False
    """A worker appends beyond this place: after its death some of what follows may be stored already."""

    @classmethod
    def of(cls, stored: Mapping[str, Any]) -> Self:
        """The place in an item."""
        return cls(stored["stage"], int(stored["entry"]), int(stored["row"]), stored["month"], bool(stored["open"]))


@dataclass(frozen=True)
class Report:
    """What came of an import so far."""

    recognised: tuple[Mapping[str, Any], ...] = ()
    """For each file that is read, up to a hundred: path, format, title, generation, service."""
    ignored: int = 0
    """Files of the archive that are of no known format."""
    read: int = 0
    stored: int = 0
    known: int = 0
    skipped: Mapping[str, int] = field(default_factory=dict)
    by_data_type: Mapping[str, int] = field(default_factory=dict)
    covers: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    """First and last moment of the plays by service."""
    years: tuple[str, ...] = ()
    """In which plays were stored."""
    linked: int = 0
    differences: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    """By how much linked plays differ: near which moment, from how many seconds on (as text), how many."""
    write_units: int = 0

    @classmethod
    def of(cls, stored: Mapping[str, Any]) -> Self:
        """The report in an item."""
        given: dict[str, Any] = {
            "recognised": tuple(stored["recognised"]),
            "covers": {name: (span[0], span[1]) for name, span in stored["covers"].items()},
            "years": tuple(stored["years"]),
        }
        given["differences"] = {
            near: {bound: int(count) for bound, count in counts.items()}
            for near, counts in stored["differences"].items()
        }
        for name in ("skipped", "by_data_type"):
            given[name] = {each: int(count) for each, count in stored[name].items()}
        for name in ("ignored", "read", "stored", "known", "linked", "write_units"):
            given[name] = int(stored[name])
        return cls(**given)

    def item(self) -> dict[str, Any]:
        """For an item."""
        return {
            **vars(self),
            "recognised": [dict(entry) for entry in self.recognised],
            "covers": {name: list(span) for name, span in self.covers.items()},
            "years": list(self.years),
        }


@dataclass(frozen=True)
class Import:
    """One import."""

    user_id: str
    import_id: str
    state: State
    created_at: str
    started_at: str | None = None
    finished_at: str | None = None
    touched_at: str = ""
    revision: int = 0
    runs: int = 0
    """Executions of the state machine so far: an answered question begins another one."""
    place: Place = Place()
    report: Report = Report()
    options: Mapping[str, Any] = field(default_factory=dict)
    question: Mapping[str, Any] | None = None
    code: str | None = None
    why: str | None = None
    bytes: int = 0
    taken_back_at: str | None = None
    brought: tuple[str, ...] = ()
    """Of one that was taken back, whose report is erased: the data types of which it had stored something."""

    @classmethod
    def read(cls, user_id: str, item: Item) -> Self:
        """The import in an item of the accounts table."""
        return cls(
            user_id=user_id,
            import_id=item["import_id"],
            state=State(item["state"]),
            created_at=item["created_at"],
            started_at=item.get("started_at"),
            finished_at=item.get("finished_at"),
            touched_at=item.get("touched_at") or item["created_at"],
            revision=int(item["revision"]),
            runs=int(item.get("runs", 0)),
            place=Place.of(item["place"]) if "place" in item else Place(),
            report=Report.of(item["report"]) if "report" in item else Report(),
            options=item.get("options", {}),
            question=item.get("question"),
            code=item.get("code"),
            why=item.get("why"),
            bytes=int(item.get("bytes", 0)),
            taken_back_at=item.get("taken_back_at"),
            brought=tuple(item.get("brought", ())),
        )

    def item(self) -> dict[str, Any]:
        """For an item, without what is not known yet."""
        return {
            **{name: each for name, each in vars(self).items() if name != "user_id" and each is not None},
            "place": vars(self.place),
            "report": self.report.item(),
            "options": dict(self.options),
        }

    @property
    def data_types(self) -> tuple[str, ...]:
        """Those that it has, or had, records of."""
        return self.brought or tuple(sorted(self.report.by_data_type))

    @property
    def says_lists(self) -> bool:
        """Whether what its files list is what there was: not if it broke off, or is taken back."""
        return self.state in ENDED and self.place.stage == "done"

    @property
    def told_at(self) -> str | None:
        """When it ended or was taken back (ISO 8601), which is what others are told of; None as long as it goes on."""
        if self.state is State.TAKEN_BACK:
            return self.taken_back_at
        # Until everything is erased it is there.
        return self.finished_at if self.state in (*ENDED, State.TAKING_BACK) else None

    @property
    def is_dead(self) -> bool:
        """Nobody works on it any more although it has not ended."""
        return self.state is State.READING and times.now() - times.parse(self.touched_at) > DEAD_AFTER

    def broken_off(self, code: str, why: str) -> "Import":
        """The import as it ends with a reason: in part where something is stored already."""
        stored = self.report.stored + self.report.known
        return replace(self, state=State.PARTIAL if stored else State.FAILED, code=code, why=why)
