"""
Messages of listeners in a FIFO queue that delays them.

Order       a listener's messages are delivered one after another: each listener is a group
Collecting  the queue delays all messages, and the same is taken once in a slot of time that is shorter than the delay
            (deduplication): what is asked for a thousand times within seconds is one message, taken after the last
"""

from collections.abc import Iterable
from hashlib import sha256
from typing import Any

from blendify.core import aws, times

BATCH = 10
"""Messages in one request: as many as SQS takes."""


class NotTaken(Exception):
    """The queue did not take all messages; sending all again is safe."""


def give_back(queue_url: str, receipts: Iterable[str]) -> None:
    """Let messages be delivered again at once, given by their receipts, instead of after the queue's timeout."""
    entries: Any = [
        {"Id": str(number), "ReceiptHandle": receipt, "VisibilityTimeout": 0} for number, receipt in enumerate(receipts)
    ]
    aws.client("sqs").change_message_visibility_batch(QueueUrl=queue_url, Entries=entries)


def send(queue_url: str, delay: int, messages: Iterable[tuple[str, str]]) -> int:
    """
    Send these, each once; returns how many messages that took.

    delay       seconds for which the queue delays its messages
    messages    the listener of each, and its body

    Raises  NotTaken, ClientError, BotoCoreError
    """
    # Less than the delay by a third: time for what was written last to reach the index, and for clocks that differ.
    slot = int(times.now().timestamp()) // max(1, delay * 2 // 3)
    different = list(dict.fromkeys(messages))
    for start in range(0, len(different), BATCH):
        entries: list[Any] = [
            {
                "Id": str(number),
                "MessageBody": body,
                "MessageGroupId": user_id,
                "MessageDeduplicationId": sha256(f"{slot} {body}".encode()).hexdigest(),
            }
            for number, (user_id, body) in enumerate(different[start : start + BATCH])
        ]
        answer = aws.client("sqs").send_message_batch(QueueUrl=queue_url, Entries=entries)
        if failed := answer.get("Failed"):
            raise NotTaken(
                f"the queue did not take {len(failed)} of {len(entries)} messages, {failed[0]['Code']} first"
            )
    return len(different)
