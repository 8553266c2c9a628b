"""
Why there are changes: the run that recorded them, which the history knows by its start alone.

A sync has left its record; a poll leaves none, and reads plays alone.
"""

from collections.abc import Sequence
from typing import Any

from blendify.core.data_types import DataType
from blendify.syncing import syncs

POLL, SYNC = "poll", "sync"


def explain(user_id: str, changes: Sequence[dict[str, Any]]) -> None:
    """Complete the `why` of these changes; one query for each run among them."""
    runs = dict.fromkeys(change["fetched_at"] for change in changes if change["why"]["cause"] is None)
    ids = {moment: syncs.begun_at(user_id, moment) for moment in runs}
    for change in changes:
        if change["why"]["cause"] is None:
            sync_id = ids[change["fetched_at"]]
            polled = sync_id is None and change["data_type"] == DataType.RECENTLY_PLAYED
            change["why"] = {"cause": POLL if polled else SYNC, "sync_id": sync_id}
