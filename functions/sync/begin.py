"""Begin a sync: check the input, take the lease, create the run record."""

from blendify.core import times
from blendify.lambdas.entrypoint import Answer, Event, step
from blendify.syncing import lifecycle


@step
def handler(event: Event) -> Answer:
    """The execution's own input stands under `request`: callback, schedule and console give the same."""
    execution = event["execution"]
    return lifecycle.begin(event.get("request"), execution["id"], times.parse(execution["started_at"]))
