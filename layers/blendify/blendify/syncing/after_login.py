"""The sync that a login starts."""

from blendify.core import telemetry, times
from blendify.core.data_types import Status
from blendify.syncing import syncs
from blendify.syncing.start_sync import start_sync
from blendify.syncing.syncs import Sync


def start_after_login(state_machine: str, user_id: str, provider: str) -> None:
    """
    Start a sync of all data types, in one short try: the listener waits, and the schedule has the connection anyway.

    Never raises: if it cannot be started, a failed sync is stored, so that listener and operator see it
    """
    now = times.now()
    try:
        start_sync(state_machine, user_id, provider, now, hurried=True)
    except Exception:
        telemetry.logger.exception("The sync could not be started")
        why = (
            "The sync could not be started. Nothing is lost: it begins with the next login or the next scheduled sync."
        )
        _store(
            Sync(
                sync_id=syncs.new_id(now, f"{provider}-{user_id}"),
                user_id=user_id,
                provider=provider,
                status=Status.FAILED,
                started_at=times.iso(now),
                data_types=(),
                round=0,
                finished_at=times.iso(now),
                why=why,
            )
        )


def _store(failed: Sync) -> None:
    try:
        syncs.create(failed)
    except Exception:
        telemetry.logger.exception("The failed start of the sync could not be stored either")
