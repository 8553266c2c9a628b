"""
What changed in a listener's music, newest first: every record as a run appended it, and every removal.

A run is a sync or a poll; what a listener imports is of the past, and no change. A change of something that was there
before, such as a rank, is the record in its new version. What one run has recorded comes together; within it the order
is that of the history's keys, reversed.

Who follows the changes keeps for each `entry_id` the one with the greatest `sequence`. That is enough: the runs of one
list follow one another, and one run says of an entry at most that it left its list and that it is there, which holds.
"""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from heapq import merge
from itertools import islice
from typing import Any

from blendify.core import times
from blendify.core.data_types import DataType
from blendify.history import queries
from blendify.history.facts import moment_of
from blendify.history.list_states import name_of
from blendify.history.stored_facts import StoredFact
from blendify.reading.question import MAX_KEY_BYTES, BadParameter
from blendify.reading.records import record

MAX_CHANGES = 200
"""Most items of one page."""
DEFAULT_CHANGES = 50
REFUSED = "cursor must be the next_cursor of a response to the same question, unchanged."
HOLE = "hole"
_LISTS = {
    DataType.TOP_TRACKS: "time_range",
    DataType.TOP_ARTISTS: "time_range",
    DataType.PLAYLIST_TRACKS: "playlist_id",
}
"""The field that names the list, for data types with several."""


@dataclass(frozen=True)
class Changes:
    """A question for changes."""

    data_types: tuple[DataType, ...] = tuple(DataType)
    since: str = "0"
    """Only what runs recorded that began at this moment or later (ISO 8601)."""
    until: str | None = None
    """Only what runs recorded that began at this moment or earlier."""
    limit: int = DEFAULT_CHANGES
    cursor: str | None = None
    page_size: int = 25
    """Records that are read at once from each data type. Few cost less, many are faster."""


def changes(user_id: str, asked: Changes) -> tuple[list[dict[str, Any]], str | None]:
    """
    A page of changes, and the cursor of the next one.

    Each is a record as apps read it, with `data_type`, `removed`, `sequence`, `entry_id` and `list`.

    Raises  BadParameter for a cursor that is not ours
    """
    after = _decode(asked.cursor)
    streams = [_of_data_type(user_id, data_type, asked, after) for data_type in asked.data_types]
    facts = list(islice(merge(*streams, key=lambda pair: _place(*pair), reverse=True), asked.limit + 1))
    items = [change(fact, data_type) for data_type, fact in facts[: asked.limit]]
    return items, _encode(*facts[asked.limit - 1]) if len(facts) > asked.limit else None


def change(fact: StoredFact, data_type: DataType) -> dict[str, Any]:
    """A change as apps read it."""
    name = str(fact.attribute_values.get(_LISTS[data_type]) or "") if data_type in _LISTS else ""
    entry = "\n".join((fact.provider, data_type, name, name_of(fact)))
    return {
        "data_type": data_type.value,
        "removed": bool(fact.removed),
        "sequence": times.milliseconds(times.parse(moment_of(str(fact.fetched_at)))),
        "entry_id": sha256(entry.encode(errors="backslashreplace")).hexdigest()[:20],
        "list": name or None,
        **record(fact, data_type),
    }


def _of_data_type(
    user_id: str, data_type: DataType, asked: Changes, after: tuple[str, str] | None
) -> Iterator[tuple[DataType, StoredFact]]:
    # In a key a `#` follows the moment; it sorts before `$`.
    bounds = [bound for bound in (after and after[0], asked.until and f"{asked.until}$") if bound]
    until = min(bounds, default=None)
    if until is not None and until < asked.since:
        return
    for fact in queries.newest(user_id, data_type, asked.since, until, asked.page_size):
        if fact.kind != HOLE and (after is None or _place(data_type, fact) < after):
            yield data_type, fact


def _place(data_type: DataType, fact: StoredFact) -> tuple[str, str]:
    """Where a change stands in the order of all."""
    return str(fact.fetched_at), data_type.value


def _encode(data_type: DataType, fact: StoredFact) -> str:
    return urlsafe_b64encode(json.dumps(_place(data_type, fact)).encode()).decode().rstrip("=")


def _decode(cursor: str | None) -> tuple[str, str] | None:
    if cursor is None:
        return None
    try:
        key, data_type = json.loads(urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        if key and data_type in set(DataType) and len(key.encode()) <= MAX_KEY_BYTES:
            return str(key), str(data_type)
    except (AttributeError, ValueError, TypeError, RecursionError):
        pass
    raise BadParameter(REFUSED)
