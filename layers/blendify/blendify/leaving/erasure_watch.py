"""
Watching over erasures: each is finished within a day, whatever became of its execution.

The name of an erasure's first execution is its id. An execution that was stopped, or failed, leaves the erasure
unfinished; the one that an operator starts to go on with it finishes the same erasure.
"""

from typing import TYPE_CHECKING

from blendify.core import aws, telemetry, times
from blendify.leaving import receipts

if TYPE_CHECKING:
    from mypy_boto3_stepfunctions.literals import ExecutionStatusType

_STATUSES: tuple["ExecutionStatusType", ...] = ("RUNNING", "FAILED", "TIMED_OUT", "ABORTED")
"""Of executions whose erasure may be unfinished."""


def oldest_erasure(state_machine: str) -> float:
    """The age in seconds of the oldest unfinished erasure, 0 without one; it is counted as a metric."""
    ages = [0.0]
    pages = aws.client("stepfunctions").get_paginator("list_executions")
    for status in _STATUSES:
        for page in pages.paginate(stateMachineArn=state_machine, statusFilter=status):
            for execution in page["executions"]:
                erasure = receipts.erasure(execution["name"])
                if erasure and erasure.status == receipts.ERASING:
                    ages.append((times.now() - times.parse(erasure.requested_at)).total_seconds())
    telemetry.oldest_erasure(max(ages))
    return max(ages)
