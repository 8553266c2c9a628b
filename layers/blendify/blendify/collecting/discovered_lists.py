"""Lists that a sync discovered (playlists), for the type that reads their contents; kept 30 days, an item a page."""

import time
from collections.abc import Iterable, Iterator

from blendify.db import keys
from blendify.db.state_table import state_table
from blendify.providers.endpoint import ListRef

RETENTION_SECONDS = 30 * 24 * 3600


def save(user_id: str, sync_id: str, number: int, lists: Iterable[ListRef]) -> None:
    """Store the lists of one page; storing a page again replaces it."""
    rows = [{"id": ref.list_id, "total": ref.total, "readable": ref.readable, "version": ref.version} for ref in lists]
    expires_at = int(time.time()) + RETENTION_SECONDS
    state_table().put(keys.user(user_id), keys.listing(sync_id, number), {"lists": rows, "expires_at": expires_at})


def close(user_id: str, sync_id: str) -> None:
    """Note that all lists of the sync are stored; from now on they are not asked for again."""
    expires_at = int(time.time()) + RETENTION_SECONDS
    state_table().put(keys.user(user_id), keys.listed(sync_id), {"expires_at": expires_at})


def closed(user_id: str, sync_id: str) -> bool:
    """Whether all lists of the sync are stored."""
    return state_table().get(keys.user(user_id), keys.listed(sync_id)) is not None


def stored(user_id: str, sync_id: str) -> Iterator[ListRef]:
    """All lists of the sync in the order of their discovery, each once, even if two pages named it."""
    yielded: set[str] = set()
    for item in state_table().query(keys.user(user_id), keys.listing(sync_id)):
        for row in item["lists"]:
            if row["id"] not in yielded:
                yielded.add(row["id"])
                total = None if row["total"] is None else int(row["total"])
                yield ListRef(row["id"], total, bool(row["readable"]), row.get("version"))
