"""Ask for the buckets that new records of the history touch, and for the events of their runs."""

from blendify.insights.forward import forward
from blendify.lambdas.steps import Event, Result, step
from blendify.webhooks import runs


@step
def handler(event: Event) -> Result:
    """The table's stream, filtered to what was appended."""
    return {"asked": forward(event["Records"]), "runs": runs.forward(event["Records"])}
