"""A listener disconnects an account: its tokens are destroyed at once, and a run under way ends."""

from blendify.access import connections
from blendify.collecting.progress import withdraw
from blendify.core import state_machines
from blendify.core.data_types import Outcome, Status
from blendify.providers import PROVIDERS
from blendify.syncing import syncs


def disconnect(user_id: str, provider: str) -> bool | None:
    """
    Destroy the connection with its tokens; answers whether a run had it, None when there is no connection.

    The run's execution is stopped, and its run ended: a worker that still lives stops at its next checkpoint. One that
    is not stopped ends by itself, as it finds no connection.
    """
    gone = connections.disconnect(user_id, provider)
    if gone is None:
        return None
    if "lease_sync_id" not in gone:
        return False
    state_machines.stop(gone["lease_execution"])
    _end(user_id, provider, gone["lease_sync_id"])
    return True


def _end(user_id: str, provider: str, sync_id: str) -> None:
    run = syncs.sync(user_id, sync_id)
    if run is None or run.finished_at is not None:
        return
    why = f"you have disconnected {PROVIDERS[provider].title}"
    ended = withdraw(user_id, sync_id, why)
    complete = any(one.outcome is Outcome.COMPLETE for one in ended)
    syncs.end(user_id, sync_id, Status.PARTIAL if complete else Status.FAILED, why)
