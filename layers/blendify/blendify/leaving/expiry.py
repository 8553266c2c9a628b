"""
Erasing what a provider's terms let nobody keep: accounts that were not read again in time, and replaced records.

An account goes by the erasure that a listener can ask for, of everything of this provider: it also disconnects it.
"""

from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import datetime

from blendify.access import first_readings, replaced_records, whole_readings
from blendify.core import state_machines, telemetry, times
from blendify.core.settings import erase_state_machine
from blendify.leaving import receipts
from blendify.providers import NAMES

MOST = 500
"""Erasures that one look begins; the next look goes on."""
SCAN_SECONDS = 20.0
"""Accounts whose time was never begun are looked for with more than this of the time left."""
RESERVE_SECONDS = 10.0
"""An erasure is begun only with this much of the Lambda's time left."""


def erase_overdue(seconds_left: Callable[[], float]) -> int:
    """
    Begin an erasure for each reading that is overdue, and for replaced records that are; returns for how many.

    One that is under way already is started again, which changes nothing unless its start had failed.
    Raises  ClientError, BotoCoreError: the next look goes on
    """
    first_readings.begin_missing(seconds_left, SCAN_SECONDS)
    begun = 0
    for user_id, scope, extra in _overdue(times.now()):
        if begun == MOST or seconds_left() < RESERVE_SECONDS:
            break
        # A listener may leave meanwhile: then all of it goes anyway.
        with suppress(LookupError):
            erasure_id = receipts.begin(user_id, scope)
            state_machines.start(erase_state_machine(), erasure_id, {"erasure_id": erasure_id})
            telemetry.logger.info("Data that were not read again in time are being erased", extra=extra)
            begun += 1
    return begun


def _overdue(now: datetime) -> Iterator[tuple[str, str, dict[str, str]]]:
    """User and scope of each erasure to begin, and what the log says of it."""
    for reading in whole_readings.overdue(now):
        scope = reading.provider
        yield reading.user_id, scope, {"provider": scope, "scope": scope, "read_at": times.iso(reading.at)}
    limits = {name: limit for name in NAMES if (limit := whole_readings.limit(name)) is not None}
    for replaced in replaced_records.due(now, limits):
        latest = whole_readings.find(replaced.user_id, replaced.provider)
        # Only a later reading tells what was replaced. An account without one in time goes as a whole.
        if latest and times.iso(latest.at) > replaced.since and (latest.erased_at is None or latest.erased_at > now):
            scope = receipts.of_replaced(replaced.provider)
            yield replaced.user_id, scope, {"provider": replaced.provider, "scope": scope}
