"""
Events on their way to webhooks: messages in a queue, one for each event and webhook.

A delivery that failed is a new message with a later moment, by the schedule of the Standard Webhooks specification. A
queue delays by 15 minutes at most: until its moment a message is sent again and again.
"""

import json
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from random import uniform
from typing import Self

from blendify.core import aws, times
from blendify.core.settings import deliveries_queue

DELAYS = tuple(
    timedelta(seconds=seconds) for seconds in (5, 5 * 60, 30 * 60, *(hours * 3600 for hours in (2, 5, 10, 14, 20, 24)))
)
"""Before the second, third … attempt; the last is three days and four hours after the first."""
LONGEST_DELAY = 900
"""Seconds: the longest that SQS takes."""
LONGEST_RETRY_AFTER = timedelta(hours=24)
JITTER = 0.1


@dataclass(frozen=True)
class Queued:
    """An event for one webhook."""

    user_id: str
    webhook_id: str
    event_id: str
    body: str
    attempt: int = 1
    not_before: str = ""
    """ISO 8601; empty for at once."""

    @classmethod
    def of(cls, text: str) -> Self:
        """The delivery in a message's body; TypeError or ValueError when it is none."""
        return cls(**json.loads(text))


def send(queued: Queued) -> None:
    """Put it into the queue, delayed until its moment, as far as the queue can."""
    delay = 0
    if queued.not_before:
        seconds = (times.parse(queued.not_before) - times.now()).total_seconds()
        delay = min(LONGEST_DELAY, max(0, round(seconds)))
    aws.client("sqs").send_message(
        QueueUrl=deliveries_queue(), MessageBody=json.dumps(asdict(queued)), DelaySeconds=delay
    )


def is_early(queued: Queued, now: datetime) -> bool:
    """Whether its moment has not come yet; a second more or less does not matter."""
    return bool(queued.not_before) and times.parse(queued.not_before) > now + timedelta(seconds=1)


def next_attempt(queued: Queued, now: datetime, retry_after: str | None) -> Queued | None:
    """The delivery after this attempt has failed; None when it was the last one."""
    if queued.attempt > len(DELAYS):
        return None
    delay = DELAYS[queued.attempt - 1] * uniform(1, 1 + JITTER)  # noqa: S311 -- jitter
    if retry_after and retry_after.isascii() and retry_after.isdigit() and len(retry_after) < 7:
        delay = max(delay, min(timedelta(seconds=int(retry_after)), LONGEST_RETRY_AFTER))
    return replace(queued, attempt=queued.attempt + 1, not_before=times.iso(now + delay))
