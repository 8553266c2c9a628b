"""Ask for everything of one listener, or of all, anew."""

from collections.abc import Callable

from blendify.insights.rebuilds import ask_for
from blendify.lambdas.steps import Event, Result, timed_step


@timed_step
def handler(event: Event, seconds_left: Callable[[], float]) -> Result:
    """The input names a listener, or a place in the accounts table from which all listeners are asked for."""
    return ask_for(event.get("user_id") or None, event.get("place") or None, seconds_left)
