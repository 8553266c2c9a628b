"""
Why there are changes: the run that recorded them, which the history knows by its start alone, or the import.

A sync has left its record; a poll leaves none, and reads plays alone.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from blendify.core.data_types import DataType
from blendify.syncing import syncs

POLL, SYNC, IMPORT = "poll", "sync", "import"


def explained(user_id: str, changes: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """These changes, each with its `why`, unless it has one; one query for each run among them."""
    runs = dict.fromkeys(change["fetched_at"] for change in changes if not change["import_id"])
    ids = {moment: syncs.begun_at(user_id, moment) for moment in runs}
    return [{"why": _why(change, ids.get(change["fetched_at"])), **change} for change in changes]


def _why(change: Mapping[str, Any], sync_id: str | None) -> dict[str, str | None]:
    if change["import_id"]:
        return {"cause": IMPORT, "sync_id": None, "import_id": change["import_id"]}
    polled = sync_id is None and change["data_type"] == DataType.RECENTLY_PLAYED
    return {"cause": POLL if polled else SYNC, "sync_id": sync_id, "import_id": None}
