"""The Lambda that computes what the queue of the insights asks for. Only it loads the processing of ordered batches."""

from collections.abc import Callable, Collection
from typing import Any

from aws_lambda_powertools.utilities.batch import SqsFifoPartialProcessor, process_partial_response
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord
from aws_lambda_powertools.utilities.typing import LambdaContext

from blendify.core import fifo
from blendify.core.settings import insights_queue
from blendify.core.telemetry import flush, logger
from blendify.insights.queue import Ask
from blendify.lambdas.steps import Event, Handler, seconds_left

MAX_RECEIVES = 5
"""So often SQS delivers a message before it goes to the dead-letter queue."""
RESERVE_SECONDS = 45.0
"""Another ask of a batch is begun only with this much of the Lambda's time left: a year of plays takes long."""


class NotBegun(Exception):
    """There is too little time left for this ask: it returns to the queue."""


def asked(do: Callable[[Ask, Callable[[], float]], None]) -> Handler:
    """
    The Lambda that takes asks in batches.

    After one that fails, the listener's later ones return to the queue with it; those of others go on. What a batch
    asks for twice is done once, as nothing that is read can have come in between. What there is no time for returns at
    once: a Lambda that is ended in the middle would do the whole batch again, after the queue's timeout.
    """

    def handler(event: Event, context: LambdaContext) -> Any:
        processor = SqsFifoPartialProcessor(skip_group_on_error=True)
        processor.raise_on_entire_batch_failure = False
        done: set[str] = set()
        late: list[SQSRecord] = []

        def take(record: SQSRecord) -> None:
            if record.body not in done:
                if done and seconds_left(context)() < RESERVE_SECONDS:
                    late.append(record)
                    raise NotBegun
                _take(record, do, seconds_left(context))
                done.add(record.body)

        answer = process_partial_response(event, take, processor, context)
        if late:
            _give_back(event, {record.message_id for record in late})
        return answer

    return handler


def _give_back(event: Event, late: Collection[str]) -> None:
    """These messages and the listener's behind them, which were not begun either."""
    behind: set[str] = set()
    receipts = []
    for record in event["Records"]:
        group = str(record["attributes"]["MessageGroupId"])
        if record["messageId"] in late:
            behind.add(group)
        if group in behind:
            receipts.append(record["receiptHandle"])
    fifo.give_back(insights_queue(), receipts)


def _take(record: SQSRecord, do: Callable[[Ask, Callable[[], float]], None], left: Callable[[], float]) -> None:
    """One message of the batch. Log what it raises, but never the event."""
    logger.structure_logs(append=False)
    try:
        ask = Ask.of(record.body)
        logger.append_keys(user_id=ask.user_id, task=ask.task, data_type=ask.data_type, label=ask.label)
        do(ask, left)
    except Exception:
        logger.exception("A bucket could not be computed")
        raise
    finally:
        flush()
