"""
A first sync of very many scrobbles, whose workers die or run out of time: each play is stored once, at a steady price.

`make test` syncs 2,000 of them, `make soak` 200,000, with three minutes of one core and 1.7 GB.
"""

import itertools
import os
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from math import ceil
from threading import Lock
from typing import Any
from unittest.mock import patch

import pytest
from botocore.client import BaseClient

from blendify.collecting.collection import ENTRIES
from blendify.core import aws
from blendify.core.data_types import DataType, Outcome
from operations.folded_lists import canonical
from operations.history_reader import unpack
from tests.aws.capacity import item_size
from tests.unit.robustness.machine import Clock, Machine, Reaper
from tests.unit.sync_steps import standing
from tests.unit.world import World, socket_of

pytestmark = pytest.mark.usefixtures("aws_in_memory")

FULL = int(os.environ.get("SCHEDULES", "0")) >= 10_000
SCROBBLES = 200_000 if FULL else 2_000
KILLS = ((3_000, False), (5_001, True), (7_000, False), (9_002, True)) if FULL else ((80, True),)
"""Requests to AWS at which workers die: there are some 80 for each 1,600 plays, of which 64 append."""
LOOKS = 305 if FULL else 8
"""
So often a worker looks at the clock before its time is up: once a page, and three times in a commit of 1,600 plays. The
first worker's time ends within a commit.
"""
LARGEST_ITEM = 400 * 1024
LARGEST_PROGRESS = 2 * 1024
A_COMMIT = 6 * 1024
"""Most bytes of the version and its chunks that a commit writes, however many plays are stored already."""


class Hurried(Machine):
    """Its workers have time for so many looks at the clock, wherever they are then."""

    def _seconds_left(self) -> Callable[[], float]:
        left = itertools.count(LOOKS, -1)
        return lambda: 900.0 if next(left) > 0 else 0.0


@dataclass
class Ledger:
    """What is written, as AWS answers it."""

    stored: set[str] = field(default_factory=set)
    """Sort keys of new facts."""
    again: int = 0
    """Facts whose key was taken."""
    puts: Counter[str] = field(default_factory=Counter)
    """Of the state table, by what the items are."""
    sizes: Counter[str] = field(default_factory=Counter)
    """Their bytes together."""
    largest: Counter[str] = field(default_factory=Counter)
    halves: int = 0
    """Commits that were left half done, as the time was up."""
    _lock: Lock = field(default_factory=Lock)

    @contextmanager
    def running(self) -> Iterator[None]:
        """Count while the context lasts."""
        real = BaseClient._make_api_call  # type: ignore[attr-defined]

        def request(client: object, operation: str, parameters: Mapping[str, Any]) -> Any:
            response = real(client, operation, parameters)
            with self._lock:
                self._take(operation, parameters, response)
            return response

        with patch.object(BaseClient, "_make_api_call", request):
            yield

    def _take(self, operation: str, parameters: Mapping[str, Any], response: Mapping[str, Any]) -> None:
        if operation == "BatchExecuteStatement":
            for statement, answer in zip(parameters["Statements"], response["Responses"], strict=True):
                if "Error" in answer:
                    assert answer["Error"]["Code"] == "DuplicateItem"
                    self.again += 1
                else:
                    self.stored.add(statement["Parameters"][1]["S"])
        elif operation == "PutItem":
            kind, size = _kind(parameters["Item"]), item_size(parameters["Item"])
            self.puts[kind] += 1
            self.sizes[kind] += size
            self.largest[kind] = max(self.largest[kind], size)
        elif operation == "UpdateItem" and _kind(parameters["Key"]) == "version":
            self.halves += 1


def _kind(item: Mapping[str, Any]) -> str:
    return str(item["sk"]["S"]).partition("#")[0] if "sk" in item else ""


def test_each_play_is_stored_once_at_a_steady_price(record_property: Any) -> None:
    """
    However many plays are stored already, a commit writes no more; what is appended again is what a death left open.
    """
    clock, reaper, ledger = Clock(), Reaper(KILLS), Ledger()
    with socket_of("lastfm") as socket, clock.installed():
        world = World.begin(socket, clock=clock.seconds, scrobbles=SCROBBLES)
        user_id = world.connect()
        machine = Hurried(user_id, (DataType.RECENTLY_PLAYED,), clock, reaper, provider="lastfm")
        with ledger.running(), reaper.installed():
            job, status = machine.run()
    done = standing(job, DataType.RECENTLY_PLAYED)
    assert (status, done.outcome, done.counts["records"]) == ("succeeded", Outcome.COMPLETE, SCROBBLES)
    assert reaper.deaths == len(KILLS)
    assert machine.rounds > 1
    assert ledger.halves > 0

    assert len(ledger.stored) == SCROBBLES
    assert aws.client("dynamodb").describe_table(TableName="history")["Table"]["ItemCount"] == SCROBBLES
    answers, largest = stored_answers(user_id, sorted(ledger.stored))
    assert answers == served_answers(world)
    assert 0 < ledger.again <= ENTRIES * reaper.deaths

    commits = ceil(SCROBBLES / ENTRIES) + reaper.deaths + machine.rounds
    assert ledger.puts["version"] <= 2 * commits
    assert ledger.sizes["version"] + ledger.sizes["entries"] <= A_COMMIT * commits
    assert max(largest, *ledger.largest.values()) < LARGEST_ITEM
    assert largest_progress(user_id) < LARGEST_PROGRESS
    record_property("rounds of many plays", machine.rounds)
    record_property("plays appended again", ledger.again)
    record_property("largest item of many plays, bytes", max(largest, *ledger.largest.values()))


def stored_answers(user_id: str, keys: Sequence[str]) -> tuple[Counter[bytes], int]:
    """Digests of the stored answers, and the bytes of the largest item. Reading by key stays cheap in moto."""
    answers: Counter[bytes] = Counter()
    largest, client = 0, aws.client("dynamodb")
    for start in range(0, len(keys), 100):
        wanted = [
            {"user#type": {"S": f"{user_id}#{DataType.RECENTLY_PLAYED}"}, "fetched_at": {"S": key}}
            for key in keys[start : start + 100]
        ]
        items = client.batch_get_item(RequestItems={"history": {"Keys": wanted}})["Responses"]["history"]
        answers.update(digest(unpack(item["raw"]["B"], item)) for item in items)
        largest = max(largest, *map(item_size, items))
    return answers, largest


def served_answers(world: World) -> Counter[bytes]:
    """Digests of what the listener has at the provider."""
    return Counter(map(digest, world.lists(DataType.RECENTLY_PLAYED)[""]))


def digest(answer: Any) -> bytes:
    return sha256(canonical(answer).encode(errors="surrogatepass")).digest()


def largest_progress(user_id: str) -> int:
    """Bytes of the largest item that says how far a sync is: positions do not grow."""
    items = aws.client("dynamodb").query(
        TableName="accounts",
        KeyConditionExpression="pk = :p AND begins_with(sk, :s)",
        ExpressionAttributeValues={":p": {"S": f"user#{user_id}"}, ":s": {"S": "sync#"}},
    )["Items"]
    assert items
    return max(map(item_size, items))
