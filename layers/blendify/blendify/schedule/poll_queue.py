"""
Polls on their way from the dispatch to the function that makes them: messages in a queue, one for each poll.

A message that is delivered twice is a poll that is made twice: the second one finds nothing new.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from blendify.core import aws, times
from blendify.core.settings import polls_queue
from blendify.schedule import due_connections
from blendify.schedule.polling_plan import Plan

if TYPE_CHECKING:
    from mypy_boto3_sqs.type_defs import SendMessageBatchRequestEntryTypeDef

BATCH = 10
"""Messages in one request: as many as SQS takes."""
LONGEST_DELAY = 900
"""Seconds: the longest delay that SQS takes."""


@dataclass(frozen=True)
class QueuedPoll:
    """One poll of one connection."""

    user_id: str
    provider: str
    began_at: str
    """When the dispatch queued it (ISO 8601)."""
    due_at: str
    """When the connection is due again, as it is planned with this poll (ISO 8601)."""
    before: Plan
    """The plan before this poll."""
    seconds: float = 0.0
    """Delay from now until the poll has its turn."""

    @classmethod
    def of(cls, body: str) -> "QueuedPoll":
        """The poll in a message's body; KeyError, TypeError or ValueError when it is none."""
        content = json.loads(body)
        before = due_connections.plan_of(content["before"])
        if before is None:
            raise ValueError("the message has no plan")
        return cls(content["user_id"], content["provider"], content["began_at"], content["due_at"], before)

    def body(self) -> str:
        """The message's body: ids, moments and rates."""
        before = due_connections.attributes(self.before)
        content = {
            "user_id": self.user_id,
            "provider": self.provider,
            "began_at": self.began_at,
            "due_at": self.due_at,
            "before": {name: value if isinstance(value, str | int) else str(value) for name, value in before.items()},
        }
        return json.dumps(content)


def send(polls: Sequence[QueuedPoll]) -> Iterable[QueuedPoll]:
    """
    Put at most `BATCH` polls into the queue; answers those that the queue did not take.

    Raises  ClientError, BotoCoreError: none is known to be in the queue
    """
    entries: list[SendMessageBatchRequestEntryTypeDef] = [
        {
            "Id": str(number),
            "MessageBody": poll.body(),
            "DelaySeconds": min(LONGEST_DELAY, max(0, int(poll.seconds))),
        }
        for number, poll in enumerate(polls)
    ]
    response = aws.client("sqs").send_message_batch(QueueUrl=polls_queue(), Entries=entries)
    return [polls[int(entry["Id"])] for entry in response.get("Failed", ())]


def queued(connection: due_connections.DueConnection, began_at: str, planned: Plan, seconds: float) -> QueuedPoll:
    """The poll of a connection that is due; `planned` is its plan with this poll."""
    due_at = times.iso(planned.due_at)
    return QueuedPoll(connection.user_id, connection.provider, began_at, due_at, connection.plan, seconds)
