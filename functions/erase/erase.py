"""One pass of an erasure: delete what is in its scope, and say whether that was all."""

from collections.abc import Callable

from blendify.lambdas.entrypoint import Answer, Event, timed_step
from blendify.leaving import erasure


@timed_step
def handler(event: Event, seconds_left: Callable[[], float]) -> Answer:
    """The id alone passes through the machine: its history tells of nobody."""
    return erasure.erase(event["erasure_id"], seconds_left, waited=event["waited"])
