"""
What computing insights costs, of a first sync, a small change and a poll with plays: messages, and units of DynamoDB.

The stream of the history is taken from the history itself: the keys that were not there before. The queue is one in
memory that drops what SQS would drop.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from unittest.mock import patch

from bench.counts import DAY, LISTENER, change_a_little, due_poll, make_poll
from bench.figures import Figure, at_most, number
from bench.in_process import Bench, bench
from bench.requests import RequestMeter
from bench.writes import WriteMeter, named
from blendify.core import aws
from blendify.insights.forward import forward
from local.simulators.spotify import Options
from tests.unit.insights_stories import Messages


@dataclass
class _Insights:
    """Follows the history, and counts what it costs to compute what it touches."""

    queue: Messages
    writes: WriteMeter
    requests: RequestMeter
    known: set[tuple[str, str]] = field(default_factory=set)

    def computed(self, what: str, most_writes: int, most_reads: float) -> Iterator[Figure]:
        """The figures of all that has been appended since the last call."""
        paged = aws.client("dynamodb").get_paginator("scan").paginate(TableName="history")
        keys = {(item["user#type"]["S"], item["fetched_at"]["S"]) for page in paged for item in page["Items"]}
        new, self.known = sorted(keys - self.known), keys
        self.writes.taken()
        self.requests.taken()
        forward({"dynamodb": {"Keys": {"user#type": {"S": pk}, "fetched_at": {"S": sk}}}} for pk, sk in new)
        messages = self.queue.work()
        written, asked = self.writes.taken(), self.requests.taken()
        yield Figure(f"messages, insights of {what}", number(messages))
        units = f"{written.tables:,} ({named(written.kinds)})"
        yield at_most(f"write units, insights of {what}", written.tables, most_writes, units)
        yield at_most(f"read units, insights of {what}", asked.read_units, most_reads)


def figures() -> Iterator[Figure]:
    """All of them."""
    writes, requests = WriteMeter(), RequestMeter()
    with bench(Options()) as here, writes.running(), requests.running(), queue_in_memory() as queue:
        insights = _Insights(queue, writes, requests)
        user_id = here.connect(LISTENER)
        here.sync(user_id)
        yield from insights.computed("a first sync", 2_730, 2_430)
        here.pass_time(timedelta(minutes=10))
        _poll_with_plays(here, user_id)
        yield from insights.computed("a poll with 12 plays", 30, 50)
        change_a_little(here)
        here.pass_time(DAY)
        here.sync(user_id)
        yield from insights.computed("a small change", 78, 150)


def _poll_with_plays(here: Bench, user_id: str) -> None:
    here.control("POST", f"listeners/{LISTENER}/mutations", [{"act": "add", "list": "recently_played"}] * 12)
    make_poll(due_poll(here, user_id))


@contextmanager
def queue_in_memory() -> Iterator[Messages]:
    """A queue in place of SQS."""
    messages, client = Messages(), aws.client
    with patch.object(aws, "client", lambda name: messages if name == "sqs" else client(name)):
        yield messages
