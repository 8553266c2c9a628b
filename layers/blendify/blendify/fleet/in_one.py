"""
The daily run in one Lambda: for up to some thousand listeners, whose profiles it holds in memory.

When its time is up it says where it was, and is called again; profiles are then read once more.
"""

from collections.abc import Callable
from typing import Any

from blendify.affinity.profile import Profile
from blendify.core import times
from blendify.fleet import numbers, profile_rows, shelf, turn, writing
from blendify.fleet.results import Run
from blendify.fleet.sums import Sums
from blendify.likeness.audiences import FEWEST_LISTENERS

MOST_LISTENERS = 5_000
"""More need more memory and time than one Lambda has."""
RESERVE_SECONDS = 60.0
"""A step is begun only with this much of the Lambda's time left."""

Place = dict[str, Any]
"""Where a `run` was: `began_at`, `after` (a listener's number; -1 before the first) and `letters` that are done."""


class TooManyListeners(Exception):
    """The operator has to choose the other way: `FleetBy` = `athena`."""


def run(place: Place | None, profile_of: Callable[[str], Profile], seconds_left: Callable[[], float]) -> Place | None:
    """
    Compute the sums from a place on; returns the next place, None behind the last one.

    Raises  TooManyListeners; Superseded when another run has begun since
    """
    place = place or {"run": turn.begin(), "began_at": times.iso(times.now()), "after": -1, "letters": 0}
    turn.check(place["run"])
    try:
        listeners = numbers.all_counted(seconds_left)
        if len(listeners) > MOST_LISTENERS:
            raise TooManyListeners(f"{len(listeners)} listeners are counted; one Lambda takes {MOST_LISTENERS}")
        enough = len(listeners) >= FEWEST_LISTENERS
        sums = Sums(_profiles(listeners, profile_of, seconds_left) if enough else {})
    except numbers.TimeUp:
        return place
    if len(sums.profiles) < FEWEST_LISTENERS:
        writing.end_with_nothing(_ended(place, sums), listeners.values())
        return None
    while (step := _next(place, sums, listeners)) is not None:
        place = step
        if seconds_left() < RESERVE_SECONDS:
            return place
    writing.audience(place["run"], sums.audience)
    writing.end(_ended(place, sums))
    return None


def _ended(place: Place, sums: Sums) -> Run:
    return Run.now(place["run"], "lambda", place["began_at"], len(sums.profiles), len(sums.audience.of))


def _next(place: Place, sums: Sums, listeners: dict[int, str]) -> Place | None:
    """Do the step behind a place; returns the place behind it, None when all is done."""
    batch = [number for number in listeners if number > place["after"]][: writing.BATCH]
    if batch:
        writing.neighbours(place["run"], {number: sums.neighbours(number) for number in batch})
        return {**place, "after": batch[-1]}
    if place["letters"] < len(shelf.LETTERS):
        letter = shelf.LETTERS[place["letters"]]
        keys = [key for key in sums.audience.of if key.startswith(letter)]
        writing.near(place["run"], letter, {key: sums.near(key) for key in sorted(keys)})
        return {**place, "letters": place["letters"] + 1}
    return None


def _profiles(
    listeners: dict[int, str], profile_of: Callable[[str], Profile], seconds_left: Callable[[], float]
) -> dict[int, Profile]:
    """
    The artists of each listener who has any, by number; the rest of a profile would fill the memory.

    Raises  TimeUp; profiles that were made anew are stored by then, and the next Lambda reads them faster
    """
    profiles = {}
    for number, user_id in listeners.items():
        if seconds_left() < RESERVE_SECONDS:
            raise numbers.TimeUp("not all profiles are read")
        if (profile := profile_rows.counted(profile_of(user_id))).artists:
            profiles[number] = profile
    return profiles
