"""
What a run has seen of the lists that it is reading, a page an item: kept before the page's facts are written.

So that a run which goes on elsewhere, or one that never did, still tells what left a list and what was recorded of it.
"""

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from blendify.core.data_types import DataType
from blendify.db import keys
from blendify.db.state_table import Item, state_table
from blendify.history.list_entries import Entry, pack, unpack

KEPT_SECONDS = 60 * 24 * 3600


@dataclass(frozen=True)
class Draft:
    """One page as it was seen."""

    number: int
    """Position of its list in the run's plan."""
    list_id: str
    reading: int
    offset: int
    entries: Sequence[Entry]

    @classmethod
    def of(cls, item: Item) -> "Draft":
        """The draft that an item of the accounts table holds."""
        number, reading, offset = (int(item[name]) for name in ("number", "reading", "offset"))
        return cls(number, item["list_id"], reading, offset, unpack(item["packed"]))


def keep(user_id: str, sync_id: str, data_type: DataType, draft: Draft) -> None:
    """Store a page; the same page replaces itself."""
    item = {
        "number": draft.number,
        "list_id": draft.list_id,
        "reading": draft.reading,
        "offset": draft.offset,
        "packed": pack(draft.entries),
        "expires_at": int(time.time()) + KEPT_SECONDS,
    }
    key = keys.draft(sync_id, data_type, draft.number, draft.reading, draft.offset)
    state_table().put(keys.user(user_id), key, item)


def kept(user_id: str, sync_id: str, data_type: DataType, number: int | None = None) -> Iterator[Draft]:
    """The pages of one list of a run, or of all its lists, in the order in which they were read."""
    for item in state_table().query(keys.user(user_id), keys.draft(sync_id, data_type, number)):
        yield Draft.of(item)


def open_run(user_id: str, provider: str, data_type: DataType) -> str | None:
    """The run that reads this data type, or that read it last and came to no end."""
    item = state_table().get(keys.user(user_id), keys.opened(provider, data_type))
    return item.get("sync_id") if item else None


def open_for(user_id: str, provider: str, data_type: DataType, sync_id: str | None) -> None:
    """From now on it is this run's; None when it has come to its end."""
    state_table().put(keys.user(user_id), keys.opened(provider, data_type), {"sync_id": sync_id})
