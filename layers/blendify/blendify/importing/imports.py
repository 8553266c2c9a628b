"""
A listener's imports in the accounts table: announced, begun, saved, asked, ended, taken back.

`import#<id>` holds each (`import_item`); `importing` names the one that is under way, so that there is one at a time.
The worker writes under a revision: one that wakes up after its successor raises `Superseded`, and so does one whose
import was taken back or whose user is gone. Records of both need no such care, as their keys follow from the rows.
"""

import secrets
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from boto3.dynamodb.conditions import Attr

from blendify.core import times
from blendify.db import keys
from blendify.db.state_table import Change, ConditionFailed, state_table
from blendify.db.transactions import check, commit, delete, put
from blendify.importing.import_item import ENDED, Import, Place, Report, State

UPLOAD_WITHIN = timedelta(hours=2)
"""How long an upload may be begun after it was asked for. An upload that has begun may last longer."""
FORGOTTEN_AFTER = timedelta(days=7)
"""As the bucket's lifecycle rule: an upload without an import, and an import without an upload, are gone then."""


class Superseded(Exception):
    """This worker is no longer the one that works on the import: it ends, and leaves everything as it is."""


class NotNow(Exception):
    """Another import of the listener is under way; the message is its id."""


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
            put(where, keys.one_import(import_id), begun.item(), only_if=unchanged),
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
        state_table().put(keys.user(before.user_id), keys.one_import(before.import_id), after.item(), only_if=same)
    except ConditionFailed:
        raise Superseded("another worker goes on with this import, or it was taken back") from None
    return after
