"""From the stream of the history to the queue: a message for each bucket that a batch of records touches."""

from collections.abc import Iterable, Mapping
from typing import Any

from blendify.core import times
from blendify.insights import queue
from blendify.insights.touched import touched


def forward(changes: Iterable[Mapping[str, Any]]) -> int:
    """
    Ask for the buckets that these changes touch; returns the number of messages.

    changes     records of the stream: {"dynamodb": {"Keys": {"user#type": {"S": …}, "fetched_at": {"S": …}}}}
    """
    now = times.now()
    keys = (change["dynamodb"]["Keys"] for change in changes)
    return queue.send(ask for key in keys for ask in touched(key["user#type"]["S"], key["fetched_at"]["S"], now))
