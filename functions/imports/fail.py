"""Tell the listener that their import was interrupted, and delete what they uploaded."""

from blendify.lambdas import imports
from blendify.lambdas.steps import Event, Result, step


@step
def handler(event: Event) -> Result:
    """The execution's input names user and import."""
    return imports.fail(event)
