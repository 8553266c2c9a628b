"""Begin a sync: check the input, take the lease, create the sync record."""

from blendify.core import times
from blendify.lambdas.steps import Event, Result, step
from blendify.syncing.begin_sync import begin_sync


@step
def handler(event: Event) -> Result:
    """`request` holds the execution's own input, which has one form for callback, schedule and console."""
    execution = event["execution"]
    return begin_sync(event.get("request"), execution["id"], times.parse(execution["started_at"]))
