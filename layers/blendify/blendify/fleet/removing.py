"""The sums are switched off: what was computed is removed, bit by bit."""

from collections.abc import Callable
from typing import Any

from blendify.core import times
from blendify.core.settings import fleet_bucket
from blendify.fleet import files, numbers, shelf, turn, writing
from blendify.fleet.results import Run

RESERVE_SECONDS = 20.0
"""A listener is forgotten only with this much of the Lambda's time left."""


def remove(place: dict[str, Any] | None, seconds_left: Callable[[], float]) -> dict[str, Any] | None:
    """
    Delete all sums, and all numbers of listeners; returns where to go on, None when nothing is left.

    A run that is under way ends. Raises Superseded when another one has begun since
    """
    place = place or {"run": turn.begin(), "began_at": times.iso(times.now())}
    turn.check(place["run"])
    if fleet_bucket():
        files.remove(place["run"])
    for part in range(shelf.PARTS):
        for _, user_id in numbers.of_part(part):
            if seconds_left() < RESERVE_SECONDS:
                return place
            numbers.forget(user_id)
    writing.end_with_nothing(Run.now(place["run"], "off", place["began_at"], 0), [])
    return None
