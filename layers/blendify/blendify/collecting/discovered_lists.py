"""Lists that a run found (playlists), for the data type that reads what is in them; kept a month, a page a chunk."""

import time
from collections.abc import Iterable, Iterator

from blendify.db import keys
from blendify.db.state_table import state_table
from blendify.providers.endpoint import ListRef

KEPT_SECONDS = 30 * 24 * 3600


def keep(user_id: str, sync_id: str, number: int, found: Iterable[ListRef]) -> None:
    """Store one page's worth; the same page stored again replaces itself."""
    rows = [{"id": one.list_id, "total": one.total, "readable": one.readable, "version": one.version} for one in found]
    expires_at = int(time.time()) + KEPT_SECONDS
    state_table().put(keys.user(user_id), keys.listing(sync_id, number), {"lists": rows, "expires_at": expires_at})


def close(user_id: str, sync_id: str) -> None:
    """The run's lists are all kept; from now on they are not asked for again."""
    expires_at = int(time.time()) + KEPT_SECONDS
    state_table().put(keys.user(user_id), keys.listed(sync_id), {"expires_at": expires_at})


def closed(user_id: str, sync_id: str) -> bool:
    """Whether the run's lists are all kept."""
    return state_table().get(keys.user(user_id), keys.listed(sync_id)) is not None


def kept(user_id: str, sync_id: str) -> Iterator[ListRef]:
    """All lists of the run in the order they were found; one that two pages named is told once."""
    seen: set[str] = set()
    for item in state_table().query(keys.user(user_id), keys.listing(sync_id)):
        for row in item["lists"]:
            if row["id"] not in seen:
                seen.add(row["id"])
                total = None if row["total"] is None else int(row["total"])
                yield ListRef(row["id"], total, bool(row["readable"]), row.get("version"))
