"""The queues of events and deliveries in memory, and what passes between their functions."""

import json
from dataclasses import dataclass, field
from typing import Any

from blendify.core import aws
from blendify.lambdas import webhooks as lambdas
from blendify.webhooks import runs
from blendify.webhooks.deliver import deliver
from blendify.webhooks.tell import tell
from tests.unit.http_events import Context


@dataclass
class WebhookQueues:
    """SQS, as far as webhooks use it: bodies by the queue's name, in the order in which they were sent."""

    sent: dict[str, list[str]] = field(default_factory=dict)
    delays: list[int] = field(default_factory=list)

    def send_message_batch(self, *, QueueUrl: str, Entries: list[dict[str, Any]]) -> dict[str, Any]:  # noqa: N803
        self.sent.setdefault(QueueUrl.rpartition("/")[2], []).extend(entry["MessageBody"] for entry in Entries)
        return {}

    def send_message(self, *, QueueUrl: str, MessageBody: str, DelaySeconds: int) -> dict[str, Any]:  # noqa: N803
        self.sent.setdefault(QueueUrl.rpartition("/")[2], []).append(MessageBody)
        self.delays.append(DelaySeconds)
        return {}

    def take(self, queue: str) -> list[str]:
        """All messages of a queue, which is empty then."""
        return self.sent.pop(queue, [])


def stream() -> list[dict[str, Any]]:
    """All that was ever appended, as the table's stream tells it."""
    items = aws.client("dynamodb").scan(TableName="history")["Items"]
    return [{"dynamodb": {"Keys": {name: item[name] for name in ("user#type", "fetched_at")}}} for item in items]


def tell_all(queues: WebhookQueues, changes: list[dict[str, Any]]) -> list[str]:
    """From records of the stream to the deliveries that are queued for them."""
    runs.forward(changes)
    handled(lambdas.runs(tell), queues.take("events.fifo"))
    return queues.take("deliveries")


def deliver_all(messages: list[str]) -> None:
    """One attempt for each delivery."""
    handled(lambdas.queued(deliver), messages)


def handled(handler: Any, bodies: list[str]) -> None:
    """The handler takes these messages; none fails."""
    records = [
        {"messageId": str(number), "body": body, "attributes": {"MessageGroupId": json.loads(body)["user_id"]}}
        for number, body in enumerate(bodies)
    ]
    if records:
        assert handler({"Records": records}, Context()) == {"batchItemFailures": []}
