"""One pass of an erasure: delete what is in its scope, and say whether that was all."""

from collections.abc import Callable

from blendify.lambdas.steps import Event, Result, timed_step
from blendify.leaving import erasure


@timed_step
def handler(event: Event, seconds_left: Callable[[], float]) -> Result:
    """The input holds the erasure's id alone, so the execution history names no user."""
    return erasure.erase(event["erasure_id"], seconds_left, waited=event["waited"])
