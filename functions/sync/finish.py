"""Finish a round of a sync: end the sync, or say until when it waits."""

from blendify.jobs.job import Job
from blendify.lambdas.steps import Event, Result, step
from blendify.syncing.finish_sync import finish_sync


@step
def handler(event: Event) -> Result:
    """`results` holds the result of each branch; for a branch that crashed, the name of the error."""
    return finish_sync(Job.of(event["job"]), event["round"], event["results"])
