"""
A user's latest export: one item, which says how far its preparation is and what became of it.

Whoever prepares writes under the export's id: when another one has been begun, or the user is gone, it learns so by
`Superseded` and leaves nothing behind.
"""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from boto3.dynamodb.conditions import Attr, ConditionBase

from blendify.core import times
from blendify.db import keys
from blendify.db.state_table import Change, ConditionFailed, Item, state_table

LIFETIME = timedelta(days=1)
"""As the bucket's lifecycle rule: S3 deletes no earlier than that after the upload began, which is after the start."""
DEAD = timedelta(minutes=17)
"""Longer than a Lambda lives and Step Functions waits before it tries again: without news, nobody prepares any more."""


class State(StrEnum):
    """Where an export stands."""

    PREPARING = "preparing"
    READY = "ready"
    FAILED = "failed"


class Superseded(Exception):
    """This export is not the user's latest any more."""


@dataclass(frozen=True)
class Export:
    """One export, prepared or on its way."""

    export_id: str
    state: State
    started_at: str
    touched: int
    """When it was last written to, in milliseconds since 1970."""
    records: int = 0
    data_types_done: tuple[str, ...] = ()
    finished_at: str | None = None
    bytes: int = 0
    counts: Mapping[str, int] = field(default_factory=dict)
    unreadable: int = 0
    """Records whose stored answer could not be unpacked: they are in it without."""
    why: str | None = None

    @classmethod
    def of(cls, item: Item) -> "Export":
        """The export that an item of the accounts table holds."""
        return cls(
            export_id=item["export_id"],
            state=State(item["state"]),
            started_at=item["started_at"],
            touched=int(item["touched"]),
            records=int(item["records"]),
            data_types_done=tuple(item["data_types_done"]),
            finished_at=item.get("finished_at"),
            bytes=int(item.get("bytes", 0)),
            counts={name: int(count) for name, count in item.get("counts", {}).items()},
            unreadable=int(item.get("unreadable", 0)),
            why=item.get("why"),
        )

    @property
    def ends_at(self) -> datetime:
        """When its file may be gone."""
        return times.parse(self.started_at) + LIFETIME

    @property
    def over(self) -> bool:
        """Its file may be gone, or nobody prepares it any more: it is as if it had never been."""
        silent = times.now() - times.from_milliseconds(self.touched)
        return self.ends_at <= times.now() or (self.state is State.PREPARING and silent > DEAD)


def export(user_id: str) -> Export | None:
    """The user's latest export, also one that is over; None without any."""
    item = state_table().get(keys.user(user_id), keys.export())
    return Export.of(item) if item else None


def begin(user_id: str, seen: Export | None) -> tuple[Export, bool]:
    """
    A new export in place of the one that was seen, and True; or the one that another request has begun meanwhile, and
    False.
    """
    now = times.now()
    new = Export(
        export_id=f"{now:%Y%m%dT%H%M%S}Z-{secrets.token_hex(8)}",
        state=State.PREPARING,
        started_at=times.iso(now),
        touched=times.milliseconds(now),
    )
    item = {
        "export_id": new.export_id,
        "state": new.state,
        "started_at": new.started_at,
        "touched": new.touched,
        "records": 0,
        "data_types_done": [],
        "expires_at": int(new.ends_at.timestamp()),
    }
    untouched = Attr("export_id").eq(seen.export_id) & Attr("touched").eq(seen.touched) if seen else None
    gone = Attr("pk").not_exists()
    try:
        state_table().put(keys.user(user_id), keys.export(), item, only_if=gone | untouched if untouched else gone)
    except ConditionFailed as refused:
        # Of an item that was there it tells how it is now.
        return Export.of(refused.found or item), False
    return new, True


def tell(user_id: str, export_id: str, records: int, data_types_done: Sequence[str]) -> None:
    """
    How far the preparation is; also a sign of life.

    Raises  Superseded
    """
    _write(user_id, export_id, {"records": records, "data_types_done": list(data_types_done)})


def finish(user_id: str, export_id: str, size: int, counts: Mapping[str, int], unreadable: int) -> None:
    """
    It can be downloaded.

    Raises  Superseded
    """
    ready = {
        "state": State.READY,
        "bytes": size,
        "counts": dict(counts),
        "unreadable": unreadable,
        "records": sum(counts.values()),
        "data_types_done": list(counts),
        "finished_at": times.iso(times.now()),
    }
    _write(user_id, export_id, ready)


def fail(user_id: str, export_id: str, why: str) -> None:
    """
    It could not be prepared; `why` is a sentence for the listener.

    Raises  Superseded
    """
    _write(user_id, export_id, {"state": State.FAILED, "why": why, "finished_at": times.iso(times.now())})


def withdraw(user_id: str, export_id: str) -> None:
    """
    Nobody could be told to prepare it: it is over, and the next request begins another one.

    Raises  Superseded
    """
    _write(user_id, export_id, {"touched": 0})


def _write(user_id: str, export_id: str, values: Mapping[str, Any]) -> None:
    mine: ConditionBase = Attr("export_id").eq(export_id) & Attr("state").eq(State.PREPARING)
    change = Change(set={"touched": times.milliseconds(times.now()), **values})
    try:
        state_table().update(keys.user(user_id), keys.export(), change, only_if=mine)
    except ConditionFailed:
        raise Superseded("this export is no longer the one that is wanted") from None
