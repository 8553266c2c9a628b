"""Prepare an export: everything that is stored of one user, as a zip."""

from collections.abc import Callable

from blendify.core.settings import exports_bucket
from blendify.export import build
from blendify.lambdas.steps import Event, Result, timed_step


@timed_step
def handler(event: Event, seconds_left: Callable[[], float]) -> Result:
    """The execution's input names user and export; the result is only how it went."""
    return build.build(event, exports_bucket(), seconds_left)
