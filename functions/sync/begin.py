"""Begin a sync: check the input, take the lease, create the run record."""

from blendify import syncing
from blendify.core import times
from blendify.entrypoint import Answer, Event, step


@step
def handler(event: Event) -> Answer:
    """The execution's own input stands under `request`: callback, schedule and console give the same."""
    execution = event["execution"]
    return syncing.begin(event.get("request"), execution["id"], times.parse(execution["started_at"]))
