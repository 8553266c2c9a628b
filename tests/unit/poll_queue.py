"""The queue of polls in memory, and the events in which Lambda gets its messages."""

from collections.abc import Sequence
from typing import Any

from botocore.exceptions import ClientError

from blendify.schedule.poll_queue import QueuedPoll


class PollQueue:
    """SQS as far as a dispatch needs it: it has SQS's limits, and can refuse all messages or some."""

    def __init__(self) -> None:
        self.messages: list[dict[str, Any]] = []
        self.requests = 0
        self.refuses = False
        self.refused_users: set[str] = set()

    def send_message_batch(self, *, QueueUrl: str, Entries: Sequence[dict[str, Any]]) -> dict[str, Any]:  # noqa: N803
        assert QueueUrl.endswith("/polls")
        assert 1 <= len(Entries) <= 10
        assert len({entry["Id"] for entry in Entries}) == len(Entries)
        assert all(0 <= entry["DelaySeconds"] <= 900 for entry in Entries)
        self.requests += 1
        if self.refuses:
            raise ClientError({"Error": {"Code": "RequestThrottled"}}, "SendMessageBatch")
        failed = [entry for entry in Entries if QueuedPoll.of(entry["MessageBody"]).user_id in self.refused_users]
        self.messages += [entry for entry in Entries if entry not in failed]
        return {"Failed": [{"Id": entry["Id"], "SenderFault": False, "Code": "InternalError"} for entry in failed]}

    @property
    def polls(self) -> list[QueuedPoll]:
        """The polls in the queue."""
        return [QueuedPoll.of(message["MessageBody"]) for message in self.messages]

    @property
    def users(self) -> list[str]:
        """Whose polls these are."""
        return [queued.user_id for queued in self.polls]

    def take(self) -> list[str]:
        """The bodies of all messages; the queue is empty then."""
        bodies = [message["MessageBody"] for message in self.messages]
        self.messages.clear()
        return bodies


def event(*bodies: str, receives: int = 1) -> dict[str, Any]:
    """The event of a batch with these messages, each received so many times."""
    return {
        "Records": [
            {
                "messageId": f"message-{number}",
                "receiptHandle": "receipt",
                "body": body,
                "attributes": {"ApproximateReceiveCount": str(receives), "SentTimestamp": "0"},
                "messageAttributes": {},
                "eventSource": "aws:sqs",
                "eventSourceARN": "arn:aws:sqs:us-east-1:000000000000:polls",
                "awsRegion": "us-east-1",
            }
            for number, body in enumerate(bodies)
        ]
    }
