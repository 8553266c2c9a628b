"""The Lambda that writes the files of a queue. It has a module of its own: few functions load batch processing."""

from collections.abc import Callable
from typing import Any

from aws_lambda_powertools.utilities.batch import BatchProcessor, EventType, process_partial_response
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord
from aws_lambda_powertools.utilities.typing import LambdaContext

from blendify.core.telemetry import flush, invocation, logger
from blendify.fleet.files import Part
from blendify.lambdas.steps import Event, Handler, seconds_left

MAX_RECEIVES = 5
"""So often SQS delivers a message before it goes to the dead-letter queue."""


def files_to_write(write: Callable[[Part, Callable[[], float]], int]) -> Handler:
    """The Lambda that takes parts in batches; only those that failed go back to the queue."""

    def handler(event: Event, context: LambdaContext) -> Any:
        processor = BatchProcessor(EventType.SQS, raise_on_entire_batch_failure=False)

        def take(record: SQSRecord) -> None:
            logger.structure_logs(append=False, **invocation(context))
            try:
                part = Part.of(record.body)
                listeners = write(part, seconds_left(context))
                logger.info("Profiles written", extra={"part": part.remainder, "listeners": listeners})
            except Exception:
                logger.exception("A file of profiles could not be written")
                raise
            finally:
                flush()

        return process_partial_response(event, take, processor, context)

    return handler
