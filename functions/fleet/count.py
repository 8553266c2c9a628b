"""Compute the sums over all listeners, step by step."""

from collections.abc import Callable

from blendify.fleet.steps import step
from blendify.lambdas.steps import Event, Result, timed_step


@timed_step
def handler(event: Event, seconds_left: Callable[[], float]) -> Result:
    """The input says what computes them, and where the run is; the result what to do next."""
    return step(event["by"], event.get("place"), event.get("query"), seconds_left)
