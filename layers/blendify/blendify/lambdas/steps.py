"""Handlers of all Lambdas but collectors and API: log keys before the work, metrics and errors after it."""

from collections.abc import Callable
from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from blendify.core.telemetry import about, flush, invocation, logger

Event = dict[str, Any]
Result = dict[str, Any]
Handler = Callable[[Event, LambdaContext], Result]


def step(work: Callable[[Event], Result]) -> Handler:
    """A step of a state machine."""

    def handler(event: Event, context: LambdaContext) -> Result:
        return observed(lambda: work(event), {**invocation(context), **(event.get("job") or {})})

    return handler


def timed_step(work: Callable[[Event, Callable[[], float]], Result]) -> Handler:
    """A step that works as long as it may; its second argument gives the seconds that are left."""

    def handler(event: Event, context: LambdaContext) -> Result:
        keys: dict[str, Any] = {name: event[name] for name in ("user_id", "export_id") if name in event}
        return observed(lambda: work(event, seconds_left(context)), {**invocation(context), **keys})

    return handler


def scheduled(work: Callable[[Callable[[], float]], Result]) -> Handler:
    """A Lambda that the schedule invokes; its argument gives the seconds that are left."""

    def handler(event: Event, context: LambdaContext) -> Result:  # noqa: ARG001 -- Lambda passes it
        return observed(lambda: work(seconds_left(context)), invocation(context))

    return handler


def seconds_left(context: LambdaContext) -> Callable[[], float]:
    """A function that gives the seconds until Lambda ends this invocation."""
    return lambda: context.get_remaining_time_in_millis() / 1000


def observed(work: Callable[[], Result], keys: dict[str, Any]) -> Result:
    """Do the work under these log keys. Log what it raises, but never the event; flush the metrics in any case."""
    logger.structure_logs(append=False, **keys)
    if "provider" in keys:
        about(keys["provider"])
    try:
        return work()
    except Exception:
        logger.exception("Stopped unexpectedly")
        raise
    finally:
        flush()
