"""The Lambdas that take runs and deliveries from their queues. Only they load batch processing."""

from collections.abc import Callable
from typing import Any

from aws_lambda_powertools.utilities.batch import (
    BatchProcessor,
    EventType,
    SqsFifoPartialProcessor,
    process_partial_response,
)
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord
from aws_lambda_powertools.utilities.typing import LambdaContext

from blendify.core.telemetry import flush, invocation, logger
from blendify.lambdas.steps import Event, Handler
from blendify.webhooks.deliveries import Queued
from blendify.webhooks.runs import Run

MAX_RECEIVES = 5
"""So often SQS delivers a message before it goes to the dead-letter queue."""


def runs(tell: Callable[[Run], object]) -> Handler:
    """The Lambda that makes events of runs: those of one listener in their order."""

    def processor() -> SqsFifoPartialProcessor:
        made = SqsFifoPartialProcessor(skip_group_on_error=True)
        made.raise_on_entire_batch_failure = False
        return made

    return _taken(processor, Run, tell)


def queued(deliver: Callable[[Queued], object]) -> Handler:
    """The Lambda that delivers events, each by itself."""
    return _taken(lambda: BatchProcessor(EventType.SQS, raise_on_entire_batch_failure=False), Queued, deliver)


def _taken(processor: Callable[[], BatchProcessor], kind: Any, do: Callable[[Any], object]) -> Handler:
    def handler(event: Event, context: LambdaContext) -> Any:
        def take(record: SQSRecord) -> None:
            logger.structure_logs(append=False, **invocation(context))
            try:
                message = kind.of(record.body)
                logger.append_keys(user_id=message.user_id)
                do(message)
            except Exception:
                logger.exception("A webhook could not be told")
                raise
            finally:
                flush()

        return process_partial_response(event, take, processor(), context)

    return handler
