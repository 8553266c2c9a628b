"""Starting a sync in the background."""

from blendify.core import state_machines, telemetry, times
from blendify.core.data_types import Status
from blendify.syncing import syncs
from blendify.syncing.syncs import Sync


def start_sync(state_machine: str, user_id: str, provider: str) -> None:
    """
    Start a run in the background.

    Never raises for AWS: a run that could not be started is stored as failed, where listener and operator see it
    """
    now = times.now()
    try:
        state_machines.start(state_machine, user_id, provider, now, {})
    except Exception:
        telemetry.logger.exception("The sync could not be started")
        why = (
            "The sync could not be started. Nothing is lost: it begins with the next login or the next scheduled sync."
        )
        failed = Sync(
            syncs.identify(now, f"{provider}-{user_id}"),
            user_id,
            provider,
            Status.FAILED,
            times.iso(now),
            (),
            0,
            times.iso(now),
            why=why,
        )
        _remember(failed)


def _remember(failed: Sync) -> None:
    try:
        syncs.create(failed)
    except Exception:
        telemetry.logger.exception("That the sync could not be started could not be stored either")
