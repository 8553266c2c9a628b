"""Read what a listener uploaded, and append it: as far as the time goes."""

from collections.abc import Callable

from blendify.lambdas import imports
from blendify.lambdas.steps import Event, Result, timed_step


@timed_step
def handler(event: Event, seconds_left: Callable[[], float]) -> Result:
    """The execution's input names user and import; the result is only whether there is more."""
    return imports.read(event, seconds_left)
