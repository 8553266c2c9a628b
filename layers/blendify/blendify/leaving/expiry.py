"""
Erasing what a provider's terms let nobody keep: data that were not read again in time.

It is the erasure that a listener can ask for, of everything of this provider: it also disconnects the account.
"""

from collections.abc import Callable
from contextlib import suppress

from blendify.access import whole_readings
from blendify.core import state_machines, telemetry, times
from blendify.core.settings import erase_state_machine
from blendify.leaving import receipts

MOST = 500
"""Erasures that one look begins; the next look goes on."""
RESERVE_SECONDS = 10.0
"""An erasure is begun only with this much of the Lambda's time left."""


def erase_overdue(seconds_left: Callable[[], float]) -> int:
    """
    Begin an erasure for each reading that is overdue; returns for how many.

    One that is under way already is started again, which changes nothing unless its start had failed.
    Raises  ClientError, BotoCoreError: the next look goes on
    """
    begun = 0
    for reading in whole_readings.overdue(times.now()):
        if begun == MOST or seconds_left() < RESERVE_SECONDS:
            break
        # A listener may leave meanwhile: then all of it goes anyway.
        with suppress(LookupError):
            erasure_id = receipts.begin(reading.user_id, reading.provider)
            state_machines.start(erase_state_machine(), erasure_id, {"erasure_id": erasure_id})
            extra = {"provider": reading.provider, "read_at": times.iso(reading.at)}
            telemetry.logger.info("Data that were not read again in time are being erased", extra=extra)
            begun += 1
    return begun
