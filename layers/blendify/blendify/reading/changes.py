"""
What changed in a listener's music, newest first: every record as a run appended it, and every removal.

A run is a sync or a poll. An import is told by one item for each data type (`import_changes`). A change of something
that was there before, such as a rank, is the record in its new version. What one run has recorded comes together;
within it the order is that of the history's keys, reversed.

Who follows the changes keeps for each `entry_id` the one with the greatest `sequence`. That is enough: the runs of one
list follow one another, and one run says of an entry at most that it left its list and that it is there, which holds.
"""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from heapq import merge
from itertools import islice
from operator import itemgetter
from typing import Any

from blendify.core import times
from blendify.core.data_types import DataType
from blendify.history import queries
from blendify.history.facts import moment_of
from blendify.history.stored_facts import StoredFact
from blendify.importing import imports
from blendify.importing.import_item import ENDED
from blendify.reading import import_changes
from blendify.reading.entry_ids import entry_id, list_name
from blendify.reading.question import MAX_KEY_BYTES, BadParameter
from blendify.reading.records import record

MAX_SCANNED = 5_000
"""Imported plays that are read for one page, whichever import stored them."""
MAX_CHANGES = 200
"""Most items of one page."""
DEFAULT_CHANGES = 50
REFUSED = "cursor must be the next_cursor of a response to the same question, unchanged."
HOLE = "hole"

Place = tuple[str, str]
"""Where a change stands in the order of all: a key that begins with its moment, and its data type."""
Change = tuple[Place, Callable[[], dict[str, Any]]]
"""A place, and what makes the item that stands there."""


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
    imports: bool = True
    """Whether imports are among them."""
    import_id: str | None = None
    """Instead of all that: what this import told."""


def changes(user_id: str, asked: Changes) -> tuple[list[dict[str, Any]], str | None]:
    """
    A page of changes, and the cursor of the next one.

    Each is a record as apps read it, with `data_type`, `removed`, `sequence`, `entry_id` and `list`.

    Raises  BadParameter for a cursor that is not ours
    """
    after = _decode(asked.cursor)
    if asked.import_id is not None:
        return _told(user_id, asked, after)
    streams = [_of_data_type(user_id, data_type, asked, after) for data_type in asked.data_types]
    if asked.imports:
        streams.append(_of_imports(user_id, asked, after))
    page = list(islice(merge(*streams, key=itemgetter(0), reverse=True), asked.limit + 1))
    items = [make() for _, make in page[: asked.limit]]
    return items, _encode(page[asked.limit - 1][0]) if len(page) > asked.limit else None


def _told(user_id: str, asked: Changes, after: Place | None) -> tuple[list[dict[str, Any]], str | None]:
    """The same of what one import told; nothing of one that goes on, or that was taken back."""
    import_ = imports.find(user_id, asked.import_id or "")
    if import_ is None or import_.state not in ENDED:
        return [], None
    items: list[dict[str, Any]] = []
    place = after or ("", "")
    for scanned, (here, item) in enumerate(import_changes.records(import_, asked.data_types, place, asked.limit)):
        if len(items) == asked.limit or scanned == MAX_SCANNED:
            return items, _encode(place)
        items += [item] if item else []
        place = here
    return items, None


def change(fact: StoredFact, data_type: DataType) -> dict[str, Any]:
    """A change as apps read it."""
    return {
        "data_type": data_type.value,
        "removed": bool(fact.removed),
        "sequence": times.milliseconds(times.parse(moment_of(str(fact.fetched_at)))),
        "entry_id": entry_id(fact, data_type),
        "list": list_name(fact, data_type) or None,
        "imported": None,
        "same_play": None,
        **record(fact, data_type),
    }


def _of_data_type(user_id: str, data_type: DataType, asked: Changes, after: Place | None) -> Iterator[Change]:
    until = _until(asked, after)
    if until is not None and until < asked.since:
        return
    for fact in queries.newest(user_id, data_type, asked.since, until, asked.page_size):
        place = str(fact.fetched_at), data_type.value
        if fact.kind != HOLE and (after is None or place < after):
            yield place, partial(change, fact, data_type)


def _of_imports(user_id: str, asked: Changes, after: Place | None) -> Iterator[Change]:
    until = _until(asked, after) or "~"
    for each in import_changes.of_user(user_id, asked.data_types):
        if asked.since <= each.place[0] <= until and (after is None or each.place < after):
            yield each.place, each.item


def _until(asked: Changes, after: Place | None) -> str | None:
    """The greatest key that is asked for; None for any."""
    # In a key a `#` follows the moment; it sorts before `$`.
    return min([bound for bound in (after and after[0], asked.until and f"{asked.until}$") if bound], default=None)


def _encode(place: Place) -> str:
    return urlsafe_b64encode(json.dumps(place).encode()).decode().rstrip("=")


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
