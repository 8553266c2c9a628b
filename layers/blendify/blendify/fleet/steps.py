"""The steps of the daily run, whichever way it is computed, over the profiles that may be compared."""

from collections.abc import Callable
from functools import partial
from typing import Any

from blendify.affinity.profiles import profile
from blendify.core.settings import fleet_bucket
from blendify.core.telemetry import logger
from blendify.fleet import by_athena, files, in_one, removing, turn

OFF, LAMBDA, ATHENA = "off", "lambda", "athena"

_profile_of = partial(profile, feature="comparing")


def step(by: str, place: dict[str, Any] | None, query: str | None, seconds_left: Callable[[], float]) -> dict[str, Any]:
    """
    Do the step at a place of a run; returns the next one: `place` (None when the run has ended), `wait` (seconds) or
    `sql` (a query to run first).

    by      `lambda` or `athena`; with `off` what was computed is removed
    query   the id of the query that the step before asked for, once it has succeeded

    A run ends when another one has begun since, whichever way that one computes.
    """
    try:
        if by == ATHENA:
            return by_athena.step(place, query, seconds_left)
        by_lambda = by == LAMBDA
        place = in_one.run(place, _profile_of, seconds_left) if by_lambda else removing.remove(place, seconds_left)
    except turn.Superseded as superseded:
        logger.info("This run has ended, or another one has begun since", extra={"run": superseded.run})
        if fleet_bucket():
            files.remove(superseded.run)
        place = None
    return {"place": place, "wait": 1 if place else None, "sql": None}


def write(part: files.Part, seconds_left: Callable[[], float]) -> int:
    """Write the file of a part; returns how many listeners are in it."""
    return files.write(part, _profile_of, seconds_left)
