"""
Append facts to the history, each once. A key that exists keeps its item, even if the new fact differs.

Statement   PartiQL's INSERT cannot overwrite: an existing key answers `DuplicateItem`. `dynamodb:PartiQLInsert` is the
            only permission by which collectors write to the history. Values are parameters, never text
Request     BatchExecuteStatement takes 25 statements; each succeeds or fails by itself. Statements that were throttled,
            or failed for another passing reason, are sent again without the others
Large       an answer too large for one item is split. Its parts are written before the fact that refers to them
Source      https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchExecuteStatement.html
            https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchStatementError.html
"""

import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache, partial
from itertools import islice
from random import uniform
from typing import Any

from botocore.exceptions import ClientError

from blendify.core import aws
from blendify.core.settings import settings
from blendify.db.attribute_values import Item, item_size
from blendify.history.facts import Fact

STATEMENTS = 25
"""A request takes no more."""
REQUEST_BYTES = 2_000_000
"""Limit for the items of one request. DynamoDB takes 16 MB, but it must answer within 10 s."""
THREADS = 4
"""Concurrent requests. All facts of a data type share a partition, which takes 1,000 write units a second."""
WINDOW = 16 * STATEMENTS
"""Facts held in memory at the same time."""
ATTEMPTS = 10
LONGEST_PAUSE = 5.0
"""Seconds. The upper bound of a pause doubles up to this; all pauses of a request sum to at most 16 s."""

DUPLICATE = "DuplicateItem"
PASSING = frozenset(
    {
        "ProvisionedThroughputExceeded",
        "RequestLimitExceeded",
        "ThrottlingError",
        "TransactionConflict",
        "InternalServerError",
        # The codes with which a request is refused as a whole.
        "ProvisionedThroughputExceededException",
        "ThrottlingException",
    }
)
"""Error codes after which the same statement may succeed."""


class NotAppended(Exception):
    """Some facts are not stored; appending them again is safe. The message has error codes and no content."""


@dataclass(frozen=True)
class Written:
    """The result of appending. Bytes count only facts that were new."""

    records: int = 0
    """New facts."""
    known: int = 0
    """Facts whose key existed already."""
    raw_bytes: int = 0
    """Size of the answers as JSON."""
    stored_bytes: int = 0
    """Size of the items."""
    write_units: int = 0
    """Consumed by the table, as DynamoDB reports it: one per started KB, also for keys that existed."""
    index_write_units: int = 0
    """Consumed by all indexes together."""

    def __add__(self, other: "Written") -> "Written":
        return Written(
            self.records + other.records,
            self.known + other.known,
            self.raw_bytes + other.raw_bytes,
            self.stored_bytes + other.stored_bytes,
            self.write_units + other.write_units,
            self.index_write_units + other.index_write_units,
        )


NOTHING = Written()


@dataclass(frozen=True)
class _Insertion:
    """One item to write."""

    item: Item
    size: int
    records: int
    """1 for the fact itself, 0 for a part of its answer."""
    answer_bytes: int


def append(facts: Iterable[Fact], wait: Callable[[float], None] = time.sleep) -> Written:
    """
    Write the facts; a few hundred are in memory at a time. Repeating the call stores nothing twice.

    wait    sleeps for a number of seconds

    Raises  NotAppended; any of the facts may be stored by then
    """
    written, left = NOTHING, iter(facts)
    while window := list(islice(left, WINDOW)):
        # DynamoDB might refuse two statements with the same key in one request. The first fact counts.
        unique: dict[tuple[str, str], Fact] = {}
        for fact in window:
            unique.setdefault((fact.partition, fact.fetched_at), fact)
        written += Written(known=len(window) - len(unique))
        parts, heads = _insertions(unique.values())
        for insertions in (parts, heads):
            written += _insert(insertions, wait)
    return written


def _insertions(facts: Iterable[Fact]) -> tuple[list[_Insertion], list[_Insertion]]:
    """The parts of large answers, and the facts themselves."""
    parts, heads = [], []
    for fact in facts:
        *continued, head = fact.items()
        parts += [_Insertion(item, item_size(item), 0, 0) for item in continued]
        heads.append(_Insertion(head, item_size(head), 1, fact.answer_bytes))
    return parts, heads


def _insert(insertions: Sequence[_Insertion], wait: Callable[[float], None]) -> Written:
    batches = list(_batches(insertions))
    if len(batches) < 2:
        return sum((_insert_batch(batch, wait) for batch in batches), NOTHING)
    with ThreadPoolExecutor(THREADS, thread_name_prefix="append") as threads:
        return sum(threads.map(partial(_insert_batch, wait=wait), batches), NOTHING)


def _batches(insertions: Sequence[_Insertion]) -> Iterator[list[_Insertion]]:
    batch: list[_Insertion] = []
    size = 0
    for insertion in insertions:
        if batch and (len(batch) == STATEMENTS or size + insertion.size > REQUEST_BYTES):
            yield batch
            batch, size = [], 0
        batch.append(insertion)
        size += insertion.size
    if batch:
        yield batch


def _insert_batch(batch: Sequence[_Insertion], wait: Callable[[float], None]) -> Written:
    written, failed = NOTHING, Counter[str]()
    for attempt in range(ATTEMPTS):
        if attempt:
            wait(uniform(0, min(LONGEST_PAUSE, 0.05 * 2**attempt)))  # noqa: S311
        codes, units = _request(batch)
        written += units
        written += sum(map(_outcome, batch, codes), NOTHING)
        failed = Counter(code for code in codes if code not in ("", DUPLICATE))
        if failed.keys() - PASSING:
            break
        batch = [insertion for insertion, code in zip(batch, codes, strict=True) if code in PASSING]
        if not batch:
            return written
    codes_told = ", ".join(f"{code} for {count}" for code, count in sorted(failed.items()))
    raise NotAppended(f"DynamoDB did not store {sum(failed.values())} items of the history: {codes_told}")


def _outcome(insertion: _Insertion, code: str) -> Written:
    if code == "":
        return Written(records=insertion.records, raw_bytes=insertion.answer_bytes, stored_bytes=insertion.size)
    return Written(known=insertion.records) if code == DUPLICATE else NOTHING


def _request(batch: Sequence[_Insertion]) -> tuple[list[str], Written]:
    """An error code per item, empty for success, and the write units of the request."""
    table_name = settings().history_table
    statements: Any = [
        {"Statement": _statement(table_name, tuple(insertion.item)), "Parameters": [*insertion.item.values()]}
        for insertion in batch
    ]
    try:
        answer: Any = aws.client("dynamodb").batch_execute_statement(
            Statements=statements, ReturnConsumedCapacity="INDEXES"
        )
    except ClientError as error:
        return [error.response["Error"]["Code"]] * len(batch), NOTHING
    table = total = 0.0
    for consumed in answer.get("ConsumedCapacity", []):
        total += consumed["CapacityUnits"]
        table += consumed.get("Table", consumed)["CapacityUnits"]
    units = Written(write_units=round(table), index_write_units=round(total - table))
    return [response.get("Error", {}).get("Code", "") for response in answer["Responses"]], units


@cache
def _statement(table_name: str, names: tuple[str, ...]) -> str:
    """The INSERT for an item with these attributes. Items have few different sets of attributes."""
    values = ", ".join(f"'{name}': ?" for name in names)
    return f'INSERT INTO "{table_name}" VALUE {{{values}}}'
