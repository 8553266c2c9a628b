"""Erase once a day what a provider's terms let nobody keep any longer."""

from collections.abc import Callable

from blendify.lambdas.steps import Result, scheduled
from blendify.leaving.expiry import erase_overdue


@scheduled
def handler(seconds_left: Callable[[], float]) -> Result:
    """The schedule's event is not used: the index says what is overdue."""
    return {"erasures_begun": erase_overdue(seconds_left)}
