"""
What is to be computed, as messages of a queue.

Their buckets have one writer, as a listener's messages are delivered one after another; a rebuild comes before what it
asks for. A thousand plays of a month make one message (see `fifo`).
"""

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Self

from botocore.exceptions import BotoCoreError, ClientError

from blendify.core import fifo
from blendify.core.settings import insights_delay, insights_queue
from blendify.core.telemetry import logger

FILES = "files"
"""The label of what imported files say of a data type's lists."""
BUCKET, REBUILD, RENEW, LIST, SHOW = "bucket", "rebuild", "renew", "list", "show"


@dataclass(frozen=True)
class Ask:
    """Something to compute for a listener."""

    user_id: str
    task: str
    """`bucket`; `rebuild`: begin to fill the shelf that is not shown; `renew`: the same, if what is shown
    was made by an earlier release; `list`: ask for all buckets of a data type; `show`: show what was filled."""
    data_type: str = ""
    label: str = ""
    """Of a bucket a day of UTC, of old plays a month of the listener's, of what files list `files`; of a list where to
    go on in it."""
    rebuild: int = 0
    """Of `list` and `show`: of which rebuild they are."""

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

    Raises  NotTaken, ClientError, BotoCoreError
    """
    return fifo.send(insights_queue(), insights_delay(), ((ask.user_id, ask.body()) for ask in asks))


def renew(user_id: str) -> None:
    """
    Ask for what an earlier release made of a listener, as often as one likes: it is made anew once.

    A failure is logged: the next look asks again.
    """
    try:
        send([Ask(user_id, RENEW)])
    except (fifo.NotTaken, BotoCoreError, ClientError) as error:
        logger.warning("What an earlier release derived could not be asked for anew: %s", error)


def rebuild(user_id: str) -> None:
    """Ask for everything of a listener anew."""
    send([Ask(user_id, REBUILD)])
