"""A collector's Lambda handler. It has a module of its own, so that other steps do not load the collecting side."""

from aws_lambda_powertools.utilities.typing import LambdaContext

from blendify.collecting.collector import collect
from blendify.core.data_types import DataType
from blendify.core.telemetry import invocation
from blendify.jobs.job import Job
from blendify.lambdas.steps import Event, Handler, Result, observed, seconds_left


def collector(data_type: DataType) -> Handler:
    """The Lambda that collects one data type. Its result goes into the state machine: outcome and wait, no data."""

    def handler(event: Event, context: LambdaContext) -> Result:
        job = Job.of(event)
        keys = {**invocation(context), **vars(job), "data_type": data_type}
        return observed(lambda: collect(data_type, job, seconds_left(context)).event(), keys)

    return handler
