"""How long those may live who write a user's items, which an erasure has to outlast, and whether one of them may."""

from datetime import timedelta

from blendify.core import times
from blendify.db import keys
from blendify.db.state_table import state_table
from blendify.export import status
from blendify.export.status import State

SHORT_WAIT = timedelta(seconds=120)
"""The wait when nothing was being collected: longer than the life of any other function that writes a user's items."""
LONG_WAIT = timedelta(seconds=960)
"""The wait when a collector or an export builder may live: they live at most 900 s after their sync was ended."""
MAX_SYNC_AGE = timedelta(days=7)
"""A sync that never ended and began longer ago is dead: its execution cannot live longer."""


def may_write(user_id: str, provider: str | None) -> bool:
    """
    Whether an export or import is under way, or a sync is or ended so recently that its workers may live.

    provider    of whose syncs; None for those of all, and for the import
    """
    now = times.now()
    if provider is None and state_table().get(keys.user(user_id), keys.importing()):
        return True
    export = status.export(user_id)
    if export and export.state is State.PREPARING and not export.expired:
        return True
    for item in state_table().query(keys.user(user_id), keys.sync()):
        if "sync_id" not in item or provider not in (None, item["provider"]):
            continue
        finished_at, started_at = item.get("finished_at"), times.parse(item["started_at"])
        if now - times.parse(finished_at) < LONG_WAIT if finished_at else now - started_at < MAX_SYNC_AGE:
            return True
    return False
