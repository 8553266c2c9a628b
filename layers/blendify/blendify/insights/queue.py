"""
What is to be computed, as messages of a queue.

Order       a listener's messages are delivered one after another (FIFO, a group for each listener): their buckets have
            one writer, and a rebuild comes before what it asks for
Collecting  the queue delays all messages, and the same is asked for once in a slot of time that is shorter than the
            delay (deduplication): a thousand plays of a month make one message, which is taken after the last of them
"""

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from hashlib import sha256
from typing import Any, Self

from blendify.core import aws, times
from blendify.core.settings import insights_delay, insights_queue

BATCH = 10
"""Messages in one request: as many as SQS takes."""
BUCKET, REBUILD, LIST = "bucket", "rebuild", "list"


class NotAsked(Exception):
    """The queue did not take all messages; asking for all again is safe."""


@dataclass(frozen=True)
class Ask:
    """Something to compute for a listener."""

    user_id: str
    task: str
    """`bucket`; `rebuild`: delete everything and list it again; `list`: ask for all buckets of a data type."""
    data_type: str = ""
    label: str = ""
    """Of a bucket a day of UTC, of old plays a month of the listener's; of a list where to go on in it."""

    @classmethod
    def bucket(cls, user_id: str, data_type: str, label: str) -> Self:
        """A bucket of a data type."""
        return cls(user_id, BUCKET, data_type, label)

    @classmethod
    def of(cls, body: str) -> Self:
        """The ask in a message's body; TypeError or ValueError when it is none."""
        return cls(**json.loads(body))

    def body(self) -> str:
        """The message's body: ids and days."""
        return json.dumps(asdict(self))


def send(asks: Iterable[Ask]) -> int:
    """
    Ask for these, each once; returns how many messages that took.

    Raises  NotAsked, ClientError, BotoCoreError
    """
    # Less than the delay by a third: time for what was written last to reach the index, and for clocks that differ.
    slot = int(times.now().timestamp()) // max(1, insights_delay() * 2 // 3)
    different = list(dict.fromkeys(asks))
    for start in range(0, len(different), BATCH):
        entries: list[Any] = [
            {
                "Id": str(number),
                "MessageBody": ask.body(),
                "MessageGroupId": ask.user_id,
                "MessageDeduplicationId": sha256(f"{slot} {ask.body()}".encode()).hexdigest(),
            }
            for number, ask in enumerate(different[start : start + BATCH])
        ]
        answer = aws.client("sqs").send_message_batch(QueueUrl=insights_queue(), Entries=entries)
        if failed := answer.get("Failed"):
            raise NotAsked(
                f"the queue did not take {len(failed)} of {len(entries)} messages, {failed[0]['Code']} first"
            )
    return len(different)


def rebuild(user_id: str) -> None:
    """Ask for everything of a listener anew."""
    send([Ask(user_id, REBUILD)])
