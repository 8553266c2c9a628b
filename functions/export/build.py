"""Prepare an export: everything that is kept of one user, as a zip."""

from collections.abc import Callable

from blendify.core.settings import exports_bucket
from blendify.export import build
from blendify.lambdas.entrypoint import Answer, Event, timed_step

BUCKET = exports_bucket()


@timed_step
def handler(event: Event, seconds_left: Callable[[], float]) -> Answer:
    """The execution's input names user and export; how it went is all that passes back."""
    return build.build(event, BUCKET, seconds_left)
