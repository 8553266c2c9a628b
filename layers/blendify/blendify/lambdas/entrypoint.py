"""The ceremony that Lambdas share: event in, log keys set, metrics out. Handlers say what, these say how."""

from collections.abc import Callable
from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from blendify.collecting.collector import collect
from blendify.collecting.job import Job
from blendify.core.data_types import DataType
from blendify.core.telemetry import logger, metrics

Event = dict[str, Any]
Answer = dict[str, Any]
Handler = Callable[[Event, LambdaContext], Answer]


def collector(data_type: DataType) -> Handler:
    """The Lambda that collects one data type; what passes through the state machine is the outcome alone."""

    def handler(event: Event, context: LambdaContext) -> Answer:
        job = Job.of(event)
        metrics.add_dimension(name="data_type", value=data_type)
        return _observed(
            lambda: collect(data_type, job, lambda: context.get_remaining_time_in_millis() / 1000).event(),
            {**vars(job), "data_type": data_type},
        )

    return handler


def step(work: Callable[[Event], Answer]) -> Handler:
    """A Lambda that is a step of the state machine before or after the collectors."""

    def handler(event: Event, context: LambdaContext) -> Answer:  # noqa: ARG001 -- Lambda passes it
        return _observed(lambda: work(event), dict(event.get("job") or {}))

    return handler


def timed_step(work: Callable[[Event, Callable[[], float]], Answer]) -> Handler:
    """A step that works for as long as it may: it is told how many seconds it has left."""

    def handler(event: Event, context: LambdaContext) -> Answer:
        told: dict[str, Any] = {name: event[name] for name in ("user_id", "export_id") if name in event}
        return _observed(lambda: work(event, lambda: context.get_remaining_time_in_millis() / 1000), told)

    return handler


def scheduled(work: Callable[[Callable[[], float]], Answer]) -> Handler:
    """A Lambda that the schedule invokes: the work is told how many seconds it has left."""

    def handler(event: Event, context: LambdaContext) -> Answer:  # noqa: ARG001 -- Lambda passes it
        return _observed(lambda: work(lambda: context.get_remaining_time_in_millis() / 1000), {})

    return handler


def _observed(work: Callable[[], Answer], keys: dict[str, Any]) -> Answer:
    """Log keys before, metrics after; an exception is logged here, without the event that led to it."""
    logger.structure_logs(append=False, **keys)
    try:
        return work()
    except Exception:
        logger.exception("Stopped unexpectedly")
        raise
    finally:
        if metrics.metric_set:
            metrics.flush_metrics()
        metrics.clear_metrics()
