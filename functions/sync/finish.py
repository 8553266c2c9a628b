"""Finish a round of a sync: end the run, or say until when it waits."""

from blendify.collecting.job import Job
from blendify.lambdas.entrypoint import Answer, Event, step
from blendify.schedule.cadence import cadence
from blendify.syncing import lifecycle

CADENCE = cadence()
"""Read here, so that a deployment without it shows at the first cold start."""


@step
def handler(event: Event) -> Answer:
    """`results` holds what each branch answered; a branch that crashed says with which error."""
    return lifecycle.finish(Job.of(event["job"]), event["round"], event["results"])
