"""
What changed in a listener's music, newest first: every record as a sync appended it, and every removal.

A change of something that was there before, such as a rank, is the record in its new version. What one sync has
recorded comes together; within it the order is that of the history's keys, reversed.
"""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterator
from dataclasses import dataclass
from heapq import merge
from itertools import islice
from typing import Any

from blendify.core.data_types import DataType
from blendify.history import queries
from blendify.history.stored_facts import StoredFact
from blendify.reading.question import MAX_KEY_BYTES, BadParameter
from blendify.reading.records import record

MAX_CHANGES = 200
"""Most items of one page."""
DEFAULT_CHANGES = 50
REFUSED = "cursor must be the next_cursor of a response to the same question, unchanged."
HOLE = "hole"


@dataclass(frozen=True)
class Changes:
    """A question for changes."""

    data_types: tuple[DataType, ...] = tuple(DataType)
    since: str = "0"
    """Only what syncs recorded that began at this moment or later (ISO 8601)."""
    limit: int = DEFAULT_CHANGES
    cursor: str | None = None
    page_size: int = 25
    """Records that are read at once from each data type. Few cost less, many are faster."""


def changes(user_id: str, asked: Changes) -> tuple[list[dict[str, Any]], str | None]:
    """
    A page of changes, and the cursor of the next one.

    Each is a record as apps read it, with `data_type` and `removed`. Raises BadParameter for a cursor that is not ours
    """
    after = _decode(asked.cursor)
    streams = [_of_data_type(user_id, data_type, asked, after) for data_type in asked.data_types]
    facts = list(islice(merge(*streams, key=lambda pair: _place(*pair), reverse=True), asked.limit + 1))
    items = [
        {"data_type": data_type.value, "removed": bool(fact.removed), **record(fact, data_type)}
        for data_type, fact in facts[: asked.limit]
    ]
    return items, _encode(*facts[asked.limit - 1]) if len(facts) > asked.limit else None


def _of_data_type(
    user_id: str, data_type: DataType, asked: Changes, after: tuple[str, str] | None
) -> Iterator[tuple[DataType, StoredFact]]:
    until = after[0] if after else None
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
