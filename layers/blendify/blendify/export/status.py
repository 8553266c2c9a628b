"""
A user's latest export: one item that holds its progress and its outcome.

The builder writes under the export's id. Once another export has begun, or the user is gone, its writes raise
`ExportSuperseded`, and it leaves nothing behind.
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
"""As the bucket's lifecycle rule. S3 deletes no earlier than a day after the upload began, which is after the start."""
DEAD_AFTER = timedelta(minutes=17)
"""Without a write for so long, no builder lives: a Lambda's life plus the pause of Step Functions before a retry."""


class State(StrEnum):
    """The state of an export."""

    PREPARING = "preparing"
    READY = "ready"
    FAILED = "failed"


class ExportSuperseded(Exception):
    """This export is no longer the user's latest."""


@dataclass(frozen=True)
class Export:
    """One export, in preparation or finished."""

    export_id: str
    state: State
    started_at: str
    touched: int
    """The time of the last write, in milliseconds since 1970."""
    records: int = 0
    data_types_done: tuple[str, ...] = ()
    finished_at: str | None = None
    bytes: int = 0
    counts: Mapping[str, int] = field(default_factory=dict)
    unreadable: int = 0
    """Records that the export holds without their raw response, because it could not be unpacked."""
    why: str | None = None

    @classmethod
    def of(cls, item: Item) -> "Export":
        """The export in an item of the state table."""
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
    def expires_at(self) -> datetime:
        """From then on its file may be gone."""
        return times.parse(self.started_at) + LIFETIME

    @property
    def expired(self) -> bool:
        """Its file may be gone, or its builder has died: treat it as absent."""
        silence = times.now() - times.from_milliseconds(self.touched)
        return self.expires_at <= times.now() or (self.state is State.PREPARING and silence > DEAD_AFTER)


def export(user_id: str) -> Export | None:
    """The user's latest export, expired or not; None without any."""
    item = state_table().get(keys.user(user_id), keys.export())
    return Export.of(item) if item else None


def begin(user_id: str, latest: Export | None) -> tuple[Export, bool]:
    """
    A new export that replaces `latest`, and True; or one that another request began meanwhile, and False.

    latest  As read before; the new export is stored only if the item has not changed since
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
        "expires_at": int(new.expires_at.timestamp()),
    }
    absent = Attr("pk").not_exists()
    unchanged = Attr("export_id").eq(latest.export_id) & Attr("touched").eq(latest.touched) if latest else None
    try:
        state_table().put(keys.user(user_id), keys.export(), item, only_if=absent | unchanged if unchanged else absent)
    except ConditionFailed as refused:
        # The error carries the item as it is now.
        return Export.of(refused.stored or item), False
    return new, True


def report_progress(user_id: str, export_id: str, records: int, data_types_done: Sequence[str]) -> None:
    """
    Store the builder's progress, which is also its sign of life.

    Raises  ExportSuperseded
    """
    _write(user_id, export_id, {"records": records, "data_types_done": list(data_types_done)})


def finish(user_id: str, export_id: str, size: int, counts: Mapping[str, int], unreadable: int) -> None:
    """
    Mark the export as ready for download.

    Raises  ExportSuperseded
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
    Mark the export as failed; `why` is a sentence for the listener.

    Raises  ExportSuperseded
    """
    _write(user_id, export_id, {"state": State.FAILED, "why": why, "finished_at": times.iso(times.now())})


def withdraw(user_id: str, export_id: str) -> None:
    """
    No execution could be started for it: it expires at once, and the next request begins another one.

    Raises  ExportSuperseded
    """
    _write(user_id, export_id, {"touched": 0})


def _write(user_id: str, export_id: str, values: Mapping[str, Any]) -> None:
    in_preparation: ConditionBase = Attr("export_id").eq(export_id) & Attr("state").eq(State.PREPARING)
    change = Change(set={"touched": times.milliseconds(times.now()), **values})
    try:
        state_table().update(keys.user(user_id), keys.export(), change, only_if=in_preparation)
    except ConditionFailed:
        raise ExportSuperseded("another export has replaced this one, or it is finished") from None
