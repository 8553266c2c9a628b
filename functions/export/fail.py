"""Tell the listener that their export could not be prepared."""

from blendify.export import build
from blendify.lambdas.entrypoint import Answer, Event, step


@step
def handler(event: Event) -> Answer:
    """`error` is the name of what stopped the preparation, after all of its tries."""
    why = f"Your export could not be prepared ({event['error']}). Please ask for it again."
    return dict(build.failed(event["user_id"], event["export_id"], why))
