"""Ask for the buckets that new records of the history touch."""

from blendify.insights.forward import forward
from blendify.lambdas.steps import Event, Result, step


@step
def handler(event: Event) -> Result:
    """The table's stream, filtered to what was appended."""
    return {"asked": forward(event["Records"])}
