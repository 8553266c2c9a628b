"""Finish a round of a sync: end the sync, or say until when it waits; say it again if asked once more."""

from blendify.jobs.job import Job
from blendify.lambdas.steps import Event, Result, step
from blendify.syncing.finish_sync import finish_sync, said_before


@step
def handler(event: Event) -> Result:
    """`results` holds the result of each branch; for a branch that crashed, the name of the error."""
    job = Job.of(event["job"])
    return said_before(job) if event.get("again") else finish_sync(job, event["round"], event["results"])
