"""Tell of records of the history that were changed or deleted outside an erasure."""

from blendify.lambdas.steps import Event, Result, step
from blendify.leaving.history_watch import look_at


@step
def handler(event: Event) -> Result:
    """The table's stream, filtered: no batch holds a record that was only appended."""
    return {"unexplained": look_at(event["Records"])}
