"""What is kept of a listener beside their history, without anything that opens an account."""

import json
from collections.abc import Iterator
from typing import Any

from blendify.access import connections, users
from blendify.access.connections import Connection
from blendify.collecting.progress import COUNTS, Progress
from blendify.export.archive import Archive
from blendify.syncing import syncs


def write(archive: Archive, user_id: str) -> None:
    """`account.json`: profile, connections, and every run with its outcomes, a line each, oldest first."""
    head = {
        "user_id": user_id,
        "profile": users.profile(user_id),
        "connections": [_connection(one) for one in connections.connections(user_id)],
    }
    with archive.file("account.json") as entry:
        # The runs are written as they are read: there may be thousands.
        entry.write(_text(head)[:-1] + b', "runs": [')
        for run in _runs(user_id):
            entry.write(b",\n" if entry.records else b"\n")
            entry.record(_text(run))
        entry.write(b"\n]}\n")


def _text(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode()


def _connection(one: Connection) -> dict[str, Any]:
    return {
        "provider": one.provider,
        "account_id": one.account_id,
        "provider_user_id": one.provider_user_id,
        "display_name": one.display_name,
        "scopes": list(one.scopes),
        "status": one.status,
        "authorized_at": one.authorized_at,
    }


def _runs(user_id: str) -> Iterator[dict[str, Any]]:
    for run, parts in syncs.every(user_id):
        yield {
            "sync_id": run.sync_id,
            "provider": run.provider,
            "status": run.status,
            "started_at": run.started_at,
            "finished_at": run.finished_at,
            "why": run.why,
            "data_types": {one.data_type: _outcome(one) for one in parts},
        }


def _outcome(one: Progress) -> dict[str, Any]:
    return {"outcome": one.outcome, "why": one.why, **{name: one.counts[name] for name in COUNTS}}
