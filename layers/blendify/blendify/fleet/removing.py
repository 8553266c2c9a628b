"""The sums are switched off: what was computed is removed, bit by bit."""

from collections.abc import Callable

from blendify.core import times
from blendify.core.settings import fleet_bucket
from blendify.fleet import files, numbers, shelf, writing
from blendify.fleet.results import Run

RESERVE_SECONDS = 20.0
"""A listener is forgotten only with this much of the Lambda's time left."""


def remove(seconds_left: Callable[[], float]) -> bool:
    """Delete all sums, and all numbers of listeners; returns whether nothing is left."""
    if fleet_bucket():
        files.remove_all()
    for part in range(shelf.PARTS):
        for _, user_id in numbers.of_part(part):
            if seconds_left() < RESERVE_SECONDS:
                return False
            numbers.forget(user_id)
    writing.end_with_nothing(Run.now("off", times.iso(times.now()), 0), [])
    return True
