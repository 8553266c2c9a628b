"""The Lambda that gives grants back. It has a module of its own: no other function loads batch processing for it."""

from collections.abc import Callable
from typing import Any

from aws_lambda_powertools.utilities.batch import BatchProcessor, EventType, process_partial_response
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord
from aws_lambda_powertools.utilities.typing import LambdaContext

from blendify.access.revocations import Given
from blendify.core.errors import ProviderUnavailable
from blendify.core.telemetry import about, flush, invocation, logger
from blendify.lambdas.steps import Event, Handler


def given_back(give_back: Callable[[Given], object]) -> Handler:
    """The Lambda that takes grants from their queue; what failed goes back to it, until the queue drops it."""

    def handler(event: Event, context: LambdaContext) -> Any:
        processor = BatchProcessor(EventType.SQS, raise_on_entire_batch_failure=False)

        def take(record: SQSRecord) -> None:
            logger.structure_logs(append=False, **invocation(context))
            try:
                given = Given.of(record.body)
                logger.append_keys(user_id=given.user_id, provider=given.provider)
                about(given.provider)
                give_back(given)
            except ProviderUnavailable as error:
                logger.warning("%s", error)
                raise
            except Exception:
                logger.exception("A grant could not be given back")
                raise
            finally:
                flush()

        return process_partial_response(event, take, processor, context)

    return handler
