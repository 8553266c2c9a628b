"""
Events: what a run has recorded, as ids and names. Whoever wants more asks the API, which knows what they may read.

Shape   {"type": "changes.recorded", "timestamp", "data": {"user_id", "number", "started_at", "why", "complete",
        "changes": [{"sequence", "entry_id", "data_type", "provider", "record_id", "name", "list", "removed",
        "imported"}]}}
Number  1, 2, 3 … for each listener: a number that is missing is an event that is still to come, or was given up
"""

from collections.abc import Iterator
from itertools import islice
from typing import Any

from blendify.core.data_types import DataType
from blendify.history import queries
from blendify.importing import imports
from blendify.reading import import_changes, reasons
from blendify.reading.changes import HOLE, change
from blendify.webhooks.runs import Run

MOST_CHANGES = 50
"""In one event, which then has some 15 KB."""
_NAMES = {DataType.TOP_ARTISTS: "artist_name", DataType.FOLLOWED_ARTISTS: "artist_name"} | {
    DataType.PLAYLISTS: "playlist_name",
    DataType.SAVED_ALBUMS: "album_name",
}
_SUMMARY = ("sequence", "entry_id", "data_type", "provider", "record_id", "list", "removed", "imported")


def recorded(run: Run) -> dict[str, Any] | None:
    """The data of the event of a run, without its number; None when there is nothing of it (any more)."""
    changes = list(islice(_changes(run), MOST_CHANGES + 1))
    if not changes:
        return None
    return {
        "user_id": run.user_id,
        "started_at": changes[0]["fetched_at"],
        "why": reasons.explained(run.user_id, changes[:1])[0]["why"],
        "complete": len(changes) <= MOST_CHANGES,
        "changes": [_summary(each) for each in changes[:MOST_CHANGES]],
    }


def _changes(run: Run) -> Iterator[dict[str, Any]]:
    if run.import_id:
        import_ = imports.find(run.user_id, run.import_id)
        yield from (each.item() for each in import_changes.of_import(import_)) if import_ else ()
        return
    for data_type in DataType:
        for fact in queries.newest(run.user_id, data_type, run.started_at, f"{run.started_at}$", MOST_CHANGES + 1):
            if fact.kind != HOLE:
                yield change(fact, data_type)


def _summary(changed: dict[str, Any]) -> dict[str, Any]:
    name = _NAMES.get(changed["data_type"], "track_name")
    return {**{field: changed[field] for field in _SUMMARY}, "name": changed.get(name)}
