"""The steps of the daily run, whichever way it is computed, over the profiles that may be compared."""

from collections.abc import Callable
from functools import partial
from typing import Any

from blendify.affinity.profiles import profile
from blendify.fleet import by_athena, files, in_one, removing

OFF, LAMBDA, ATHENA = "off", "lambda", "athena"

_profile_of = partial(profile, feature="comparing")


def step(by: str, place: dict[str, Any] | None, query: str | None, seconds_left: Callable[[], float]) -> dict[str, Any]:
    """
    Do the step at a place of a run; returns the next one: `place` (None when the run has ended), `wait` (seconds) or
    `sql` (a query to run first).

    by      `lambda` or `athena`; with `off` what was computed is removed
    query   the id of the query that the step before asked for
    """
    if by == ATHENA:
        return by_athena.step(place, query, seconds_left)
    if by == LAMBDA:
        place = in_one.run(place, _profile_of, seconds_left)
    else:
        place = None if removing.remove(seconds_left) else {"removing": True}
    return {"place": place, "wait": 1 if place else None, "sql": None}


def write(part: files.Part, seconds_left: Callable[[], float]) -> int:
    """Write the file of a part; returns how many listeners are in it."""
    return files.write(part, _profile_of, seconds_left)
