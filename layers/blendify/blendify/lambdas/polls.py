"""The Lambda that makes the polls of a queue. It has a module of its own: no other function loads batch processing."""

from collections.abc import Callable
from typing import Any

from aws_lambda_powertools.utilities.batch import BatchProcessor, EventType, process_partial_response
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord
from aws_lambda_powertools.utilities.typing import LambdaContext

from blendify.core.telemetry import about, flush, invocation, logger, polled
from blendify.lambdas.steps import Event, Handler, seconds_left
from blendify.schedule.poll_queue import QueuedPoll

MAX_RECEIVES = 3
"""So often SQS delivers a message before it goes to the dead-letter queue."""


def queued_polls(
    make: Callable[[QueuedPoll, Callable[[], float]], object], give_up: Callable[[QueuedPoll], object]
) -> Handler:
    """
    The Lambda that takes polls in batches; only those that crashed go back to the queue.

    make        makes a poll, in the seconds that its second argument says are left
    give_up     plans the next poll of a connection whose poll crashed for the last time
    """

    def handler(event: Event, context: LambdaContext) -> Any:
        processor = BatchProcessor(EventType.SQS, raise_on_entire_batch_failure=False)

        def take(record: SQSRecord) -> None:
            logger.structure_logs(append=False, **invocation(context))
            _take(record, make, give_up, seconds_left(context))

        return process_partial_response(event, take, processor, context)

    return handler


def _take(
    record: SQSRecord,
    make: Callable[[QueuedPoll, Callable[[], float]], object],
    give_up: Callable[[QueuedPoll], object],
    left: Callable[[], float],
) -> None:
    """One message of the batch. Log what it raises, but never the event."""
    try:
        queued = QueuedPoll.of(record.body)
        logger.append_keys(user_id=queued.user_id, provider=queued.provider)
        about(queued.provider)
        try:
            make(queued, left)
        except Exception:
            polled(failed=True)
            if int(record.attributes.approximate_receive_count) >= MAX_RECEIVES:
                give_up(queued)
            raise
    except Exception:
        logger.exception("A poll stopped unexpectedly")
        raise
    finally:
        flush()
