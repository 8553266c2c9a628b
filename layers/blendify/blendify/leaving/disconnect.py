"""A listener disconnects an account: its tokens are destroyed at once, its grant given back, a running sync ended."""

from blendify.access import connections, revocations
from blendify.core import state_machines
from blendify.core.data_types import Outcome, Status
from blendify.jobs.progress import withdraw
from blendify.providers import PROVIDERS
from blendify.syncing import syncs


def disconnect(user_id: str, provider: str) -> bool | None:
    """
    Destroy the connection with its tokens; returns whether a sync was using it, or None without a connection.

    The sync's execution is stopped, and the sync ended: a worker that still lives stops when it next saves its
    position. An execution that cannot be stopped ends by itself, because it finds no connection.
    """
    connection = connections.disconnect(user_id, provider)
    if connection is None:
        return None
    revocations.ask(user_id, provider, connection)
    if "lease_sync_id" not in connection:
        return False
    state_machines.stop(connection["lease_execution"])
    _end_sync(user_id, provider, connection["lease_sync_id"])
    return True


def _end_sync(user_id: str, provider: str, sync_id: str) -> None:
    sync = syncs.find(user_id, sync_id)
    if sync is None or sync.finished_at is not None:
        return
    why = f"you have disconnected {PROVIDERS[provider].title}"
    ended = withdraw(user_id, sync_id, why)
    complete = any(progress.outcome is Outcome.COMPLETE for progress in ended)
    syncs.end(user_id, sync_id, Status.PARTIAL if complete else Status.FAILED, why)
