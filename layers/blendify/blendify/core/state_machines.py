"""Executions: starting them under names that make each start happen once, whether they run, and stopping them."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from botocore.exceptions import ClientError

from blendify.core import aws, telemetry


def start(state_machine: str, user_id: str, provider: str, moment: datetime, more: Mapping[str, Any]) -> None:
    """
    Start an execution for this connection; `more` goes into its input (`data_types`, `mode`).

    The same moment means the same execution: starting it twice is no error and starts it once.
    Raises  ClientError, BotoCoreError
    """
    given = {"user_id": user_id, "provider": provider, **more}
    _start(state_machine, f"{provider}-{user_id}-{moment:%Y%m%dT%H%M%S%f}", given)


def start_export(state_machine: str, user_id: str, export_id: str) -> None:
    """
    Start preparing this export; starting it twice starts it once.

    Raises  ClientError, BotoCoreError
    """
    _start(state_machine, export_id, {"user_id": user_id, "export_id": export_id})


def _start(state_machine: str, name: str, given: Mapping[str, Any]) -> None:
    client = aws.client("stepfunctions")
    try:
        client.start_execution(stateMachineArn=state_machine, name=name, input=json.dumps(given))
    except client.exceptions.ExecutionAlreadyExists:
        return


def executing(execution: str) -> bool:
    """Whether an execution still runs; when that cannot be told, a lease's own end decides."""
    client = aws.client("stepfunctions")
    try:
        return client.describe_execution(executionArn=execution)["status"] == "RUNNING"
    except client.exceptions.ExecutionDoesNotExist:
        return False
    except ClientError as error:
        telemetry.logger.warning("An execution could not be looked up: %s", error)
        return True


def stop(execution: str) -> None:
    """Stop an execution whose connection is gone; one that cannot be stopped finds that out by itself."""
    try:
        aws.client("stepfunctions").stop_execution(executionArn=execution, cause="The listener has disconnected.")
    except ClientError as error:
        telemetry.logger.warning("An execution could not be stopped: %s", error)


def start_erasure(state_machine: str, erasure_id: str) -> None:
    """
    Start erasing, under the erasure's own id: its history tells of nobody. Starting it twice starts it once.

    Raises  ClientError, BotoCoreError
    """
    client = aws.client("stepfunctions")
    try:
        client.start_execution(
            stateMachineArn=state_machine, name=erasure_id, input=json.dumps({"erasure_id": erasure_id})
        )
    except client.exceptions.ExecutionAlreadyExists:
        return
