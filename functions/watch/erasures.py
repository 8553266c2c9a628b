"""Measure once a day how old the oldest unfinished erasure is."""

from collections.abc import Callable

from blendify.core.settings import erase_state_machine
from blendify.lambdas.steps import Result, scheduled
from blendify.leaving.erasure_watch import oldest_erasure


@scheduled
def handler(seconds_left: Callable[[], float]) -> Result:  # noqa: ARG001 -- one page of executions takes milliseconds
    """The schedule's event is not used: Step Functions says which erasures began."""
    return {"oldest_erasure_seconds": oldest_erasure(erase_state_machine())}
