"""Starting executions of the sync, under names that make each start happen once."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from blendify import aws


def start(state_machine: str, user_id: str, provider: str, moment: datetime, more: Mapping[str, Any]) -> None:
    """
    Start an execution for this connection; `more` goes into its input (`data_types`, `mode`).

    The same moment means the same execution: starting it twice is no error and starts it once.
    Raises  ClientError, BotoCoreError
    """
    client = aws.client("stepfunctions")
    try:
        client.start_execution(
            stateMachineArn=state_machine,
            name=f"{provider}-{user_id}-{moment:%Y%m%dT%H%M%S%f}",
            input=json.dumps({"user_id": user_id, "provider": provider, **more}),
        )
    except client.exceptions.ExecutionAlreadyExists:
        return
