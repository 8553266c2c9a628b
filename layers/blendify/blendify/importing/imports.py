"""
A listener's imports: an item for each, with its state, how far it is and what came of it.

`import#<id>` holds it; `importing` names the one that is under way, so that there is one at a time. The worker writes
under a revision: one that wakes up after its successor raises `Superseded`, and so does one whose import was taken
back or whose user is gone. Records of both need no such care, as their keys follow from the rows.
"""

import secrets
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Self

from boto3.dynamodb.conditions import Attr

from blendify.core import times
from blendify.db import keys
from blendify.db.state_table import Change, ConditionFailed, Item, state_table
from blendify.db.transactions import check, commit, delete, put

UPLOAD_WITHIN = timedelta(hours=2)
"""How long an upload may be begun after it was asked for. An upload that has begun may last longer."""
FORGOTTEN_AFTER = timedelta(days=7)
"""As the bucket's lifecycle rule: an upload without an import, and an import without an upload, are gone then."""
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


class Superseded(Exception):
    """This worker is no longer the one that works on the import: it ends, and leaves everything as it is."""


class NotNow(Exception):
    """Another import of the listener is under way; the message is its id."""


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


def new_id(now: datetime) -> str:
    """An id that sorts by time and cannot be guessed."""
    return f"{now:%Y%m%dT%H%M%SZ}-{secrets.token_hex(8)}"


def announce(user_id: str) -> Import:
    """A new import whose file is still to come; it is forgotten unless that comes."""
    now = times.now()
    made = Import(user_id, new_id(now), State.AWAITING_UPLOAD, times.iso(now))
    item = {
        "import_id": made.import_id,
        "state": made.state,
        "created_at": made.created_at,
        "revision": 0,
        "expires_at": int((now + FORGOTTEN_AFTER).timestamp()),
    }
    state_table().put(keys.user(user_id), keys.one_import(made.import_id), item)
    return made


def find(user_id: str, import_id: str) -> Import | None:
    """The import with this id; None when the listener has none."""
    item = state_table().get(keys.user(user_id), keys.one_import(import_id))
    return Import.read(user_id, item) if item else None


def newest(user_id: str, *, consistent: bool = True) -> Iterator[Import]:
    """The listener's imports, newest first. `consistent` as in `StateTable.query`."""
    for item in state_table().query(keys.user(user_id), keys.one_import(), newest_first=True, consistent=consistent):
        yield Import.read(user_id, item)


def begin(
    user_id: str, import_id: str, size: int, options: Mapping[str, Any], tell: Callable[[Import], None]
) -> Import:
    """
    The import with this id, from now on under way: its file has come, or its question is answered.

    An import that nobody announced (a form without script) is made. Asking twice gives the same import.

    tell    is given an import before that ended without a worker that could tell of it

    Raises  NotNow, LookupError when there is no such user
    """
    now = times.iso(times.now())
    known = find(user_id, import_id)
    if known and known.state not in (State.AWAITING_UPLOAD, State.QUESTION):
        return known
    before = known or Import(user_id, import_id, State.AWAITING_UPLOAD, now)
    begun = replace(
        before,
        state=State.READING,
        started_at=before.started_at or now,
        touched_at=now,
        revision=before.revision + 1,
        runs=before.runs + 1,
        options={**before.options, **options},
        question=None,
        place=Place(),
        bytes=size or before.bytes,
    )
    _end_dead(user_id, tell)
    unchanged = Attr("revision").eq(before.revision) if known else Attr("pk").not_exists()
    mine = Attr("pk").not_exists() | Attr("import_id").eq(import_id)
    where = keys.user(user_id)
    try:
        commit(
            check(where, keys.profile(), only_if=Attr("pk").exists()),
            put(where, keys.importing(), {"import_id": import_id}, only_if=mine),
            put(where, keys.one_import(import_id), _item(begun), only_if=unchanged),
        )
    except ConditionFailed:
        other = state_table().get(where, keys.importing())
        if other and other["import_id"] != import_id:
            raise NotNow(other["import_id"]) from None
        again = find(user_id, import_id)
        if again is None or again.state is State.AWAITING_UPLOAD:
            raise LookupError("the user has left") from None
        return again
    return begun


def _end_dead(user_id: str, tell: Callable[[Import], None]) -> None:
    """End the import that is under way if nobody works on it any more, so that another one can begin."""
    item = state_table().get(keys.user(user_id), keys.importing())
    if not item:
        return
    other = find(user_id, item["import_id"])
    if other and other.is_dead:
        ended = other.broken_off("interrupted", "It was interrupted. Upload the file again.")
        other = _write(ended, finished_at=times.iso(times.now()))
    if other and other.state in ENDED:
        # Until it is told of, it stays under way: whoever dies here is followed by somebody who tells.
        tell(other)
    if other is None or other.state in ENDED:
        release(user_id, item["import_id"])


def save(before: Import, place: Place, report: Report) -> Import:
    """
    Keep where the next worker goes on; returns the import as it is now.

    Raises  Superseded
    """
    return _write(before, place=place, report=report)


def ask(before: Import, question: Mapping[str, Any]) -> Import:
    """Stop until the listener has answered. Raises Superseded."""
    return _write(before, state=State.QUESTION, question=question)


def end(before: Import) -> Import:
    """
    Store the import as it ended, and let another one begin.

    Raises  Superseded
    """
    ended = _write(before, state=before.state, code=before.code, why=before.why, finished_at=times.iso(times.now()))
    release(before.user_id, before.import_id)
    return ended


def release(user_id: str, import_id: str) -> None:
    """This import is no longer under way."""
    mine = Attr("import_id").eq(import_id)
    state_table().delete(keys.user(user_id), keys.importing(), only_if=mine)


def withdraw(before: Import) -> None:
    """
    Take an import back: its worker stops at its next write. What it stored is the eraser's work.

    Raises  Superseded when it has changed since
    """
    _write(before, state=State.TAKING_BACK)
    release(before.user_id, before.import_id)


def drop(before: Import) -> None:
    """Forget an import that never began."""
    here = Attr("revision").eq(before.revision)
    commit(delete(keys.user(before.user_id), keys.one_import(before.import_id), only_if=here))


def taken_back(user_id: str, import_id: str) -> Import | None:
    """
    What an import stored is erased; that it was there stays on record, without what was in it.

    Returns the import as it is now, None for one that is gone altogether
    """
    before = find(user_id, import_id)
    if before is None:
        return None
    now = times.iso(times.now())
    after = {"taken_back_at": before.taken_back_at or now, "brought": list(before.data_types)}
    change = Change(
        set={"state": State.TAKEN_BACK, "touched_at": now, **after},
        remove=("report", "place", "options", "question"),
    )
    try:
        item = state_table().update(keys.user(user_id), keys.one_import(import_id), change, only_if=Attr("pk").exists())
    except ConditionFailed:
        return None
    return Import.read(user_id, item)


def _write(before: Import, **values: Any) -> Import:
    after = replace(before, **values, revision=before.revision + 1, touched_at=times.iso(times.now()))
    same = Attr("revision").eq(before.revision)
    try:
        state_table().put(keys.user(before.user_id), keys.one_import(before.import_id), _item(after), only_if=same)
    except ConditionFailed:
        raise Superseded("another worker goes on with this import, or it was taken back") from None
    return after


def _item(value: Import) -> dict[str, Any]:
    """Without what is not known yet."""
    return {
        **{name: each for name, each in vars(value).items() if name != "user_id" and each is not None},
        "place": vars(value.place),
        "report": value.report.item(),
        "options": dict(value.options),
    }
