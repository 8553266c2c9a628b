"""Start the syncs that are due, as many as the quota carries."""

from collections.abc import Callable

from blendify.core.settings import state_machine
from blendify.lambdas.steps import Result, scheduled
from blendify.syncing import dispatch


@scheduled
def handler(seconds_left: Callable[[], float]) -> Result:
    """The schedule's event is not used: the table says what is due."""
    return dict(dispatch.dispatch(state_machine(), seconds_left))
