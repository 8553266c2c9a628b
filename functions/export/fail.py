"""Tell the listener that their export could not be prepared."""

from blendify.export import build
from blendify.lambdas.steps import Event, Result, step


@step
def handler(event: Event) -> Result:
    """`error` is the name of the error that ended the last try."""
    why = f"Your export could not be prepared ({event['error']}). Please ask for it again."
    return dict(build.failed(event["user_id"], event["export_id"], why))
