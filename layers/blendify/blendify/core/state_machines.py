"""Step Functions: start executions once, ask whether they run, stop them."""

import json
import time
from collections.abc import Mapping
from typing import Any

from botocore.exceptions import ClientError

from blendify.core import aws, telemetry

CONSISTENT_SECONDS = 1.0
LAMBDA_BUSY = frozenset(
    {
        "Lambda.TooManyRequestsException",
        "Lambda.ServiceException",
        "Lambda.AWSLambdaException",
        "Lambda.SdkClientException",
        "Lambda.ClientExecutionTimeoutException",
    }
)
"""Errors of a task whose function was not run, or not to its end, because Lambda throttled it or failed."""


def start(state_machine: str, name: str, given: Mapping[str, Any], *, hurried: bool = False) -> None:
    """
    Start an execution with this input. A second start under the same name does nothing, and is no error.

    hurried     Whether to try only once and for three seconds, as a person waits
    Raises      ClientError, BotoCoreError
    """
    client = aws.hurried_client("stepfunctions") if hurried else aws.client("stepfunctions")
    try:
        client.start_execution(stateMachineArn=state_machine, name=name, input=json.dumps(given))
    except client.exceptions.ExecutionAlreadyExists:
        return


def is_running(execution: str) -> bool:
    """Whether an execution is running; True if Step Functions does not answer: a lease then ends by its own time."""
    client = aws.client("stepfunctions")
    try:
        try:
            return client.describe_execution(executionArn=execution)["status"] == "RUNNING"
        except client.exceptions.ExecutionDoesNotExist:
            # An execution that has just been started may not be known everywhere yet.
            time.sleep(CONSISTENT_SECONDS)
            return client.describe_execution(executionArn=execution)["status"] == "RUNNING"
    except client.exceptions.ExecutionDoesNotExist:
        return False
    except ClientError as error:
        telemetry.logger.warning("The status of an execution could not be read: %s", error)
        return True


def stop(execution: str) -> None:
    """Stop an execution whose connection is gone. If that fails, the execution stops itself at its next write."""
    try:
        aws.client("stepfunctions").stop_execution(executionArn=execution, cause="The listener has disconnected.")
    except ClientError as error:
        telemetry.logger.warning("An execution could not be stopped: %s", error)
