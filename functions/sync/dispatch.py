"""Start the syncs that are due, as many as the quota carries."""

from collections.abc import Callable

from blendify.core.settings import state_machine
from blendify.lambdas.entrypoint import Answer, scheduled
from blendify.syncing import dispatch

STATE_MACHINE = state_machine()


@scheduled
def handler(seconds_left: Callable[[], float]) -> Answer:
    """The schedule's own event says nothing that is needed: what is due stands in the table."""
    return dict(dispatch.dispatch(STATE_MACHINE, seconds_left))
