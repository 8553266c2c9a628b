"""
Facts go into the history once: what stands under a key already stays as it is, whatever the new fact says.

How        PartiQL's INSERT, which cannot overwrite: an existing key answers `DuplicateItem`. Its permission
           (`dynamodb:PartiQLInsert`) is the only one that collectors have to write here. Values are parameters
Requests   BatchExecuteStatement takes 25 statements, and each is done or fails by itself. What DynamoDB was too busy
           for is sent again; one of a conflict or of an error of its own as well
Large      an answer too large for one item comes in parts: these are written before the fact that names them
Source     https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchExecuteStatement.html
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
"""The most that a request takes."""
REQUEST_BYTES = 2_000_000
"""Of items in one request, at most, unless one alone is larger. DynamoDB takes 16 MB, and has 10 s to answer."""
THREADS = 4
"""Requests under way at once. DynamoDB takes 1,000 write units a second of one partition, and a list is in one."""
WINDOW = 16 * STATEMENTS
"""Facts that are held in memory at once."""
ATTEMPTS = 10
LONGEST_PAUSE = 5.0
"""Seconds; pauses double up to it, and all of them together take 16 s at most."""

DUPLICATE = "DuplicateItem"
PASSING = frozenset(
    {
        "ProvisionedThroughputExceeded",
        "RequestLimitExceeded",
        "ThrottlingError",
        "TransactionConflict",
        "InternalServerError",
        # What a whole request is refused with.
        "ProvisionedThroughputExceededException",
        "ThrottlingException",
    }
)
"""Codes of errors that pass."""


class NotAppended(Exception):
    """Some facts were not stored, and the same call stores them later. The message has error codes, and no content."""


@dataclass(frozen=True)
class Written:
    """What appending did; of answers and items only those that were really written."""

    records: int = 0
    """Facts that were not there before."""
    known: int = 0
    """Facts that were there already."""
    raw_bytes: int = 0
    """Bytes of answer as JSON."""
    stored_bytes: int = 0
    """Bytes of item."""
    write_units: int = 0
    """Of the table, as DynamoDB has counted them: one for each KB started, for items that were there as well."""
    index_write_units: int = 0
    """The same of all its indexes."""

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
    """One item that is to be written."""

    item: Item
    size: int
    records: int
    """1 for a fact itself, 0 for a part of its answer."""
    answer_bytes: int


def append(facts: Iterable[Fact], wait: Callable[[float], None] = time.sleep) -> Written:
    """
    Write these facts, a few hundred held in memory at a time. May be done again: nothing is stored twice.

    wait    takes seconds

    Raises  NotAppended; facts that came before may be stored, in any number
    """
    written, left = NOTHING, iter(facts)
    while window := list(islice(left, WINDOW)):
        # Two of one key in one request might be refused: the first one is the one that counts.
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
    for one in insertions:
        if batch and (len(batch) == STATEMENTS or size + one.size > REQUEST_BYTES):
            yield batch
            batch, size = [], 0
        batch.append(one)
        size += one.size
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
        batch = [one for one, code in zip(batch, codes, strict=True) if code in PASSING]
        if not batch:
            return written
    codes_told = ", ".join(f"{code} for {count}" for code, count in sorted(failed.items()))
    raise NotAppended(f"DynamoDB did not store {sum(failed.values())} items of the history: {codes_told}")


def _outcome(one: _Insertion, code: str) -> Written:
    if code == "":
        return Written(records=one.records, raw_bytes=one.answer_bytes, stored_bytes=one.size)
    return Written(known=one.records) if code == DUPLICATE else NOTHING


def _request(batch: Sequence[_Insertion]) -> tuple[list[str], Written]:
    """One error code for each item, empty where there is none; and the write units that it took."""
    table_name = settings().history_table
    statements: Any = [
        {"Statement": _statement(table_name, tuple(one.item)), "Parameters": [*one.item.values()]} for one in batch
    ]
    try:
        answer: Any = aws.client("dynamodb").batch_execute_statement(
            Statements=statements, ReturnConsumedCapacity="INDEXES"
        )
    except ClientError as error:
        return [error.response["Error"]["Code"]] * len(batch), NOTHING
    table = total = 0.0
    for one in answer.get("ConsumedCapacity", []):
        total += one["CapacityUnits"]
        table += one.get("Table", one)["CapacityUnits"]
    units = Written(write_units=round(table), index_write_units=round(total - table))
    return [one.get("Error", {}).get("Code", "") for one in answer["Responses"]], units


@cache
def _statement(table_name: str, names: tuple[str, ...]) -> str:
    """An INSERT of an item with these attributes; there are few sets of them."""
    values = ", ".join(f"'{name}': ?" for name in names)
    return f'INSERT INTO "{table_name}" VALUE {{{values}}}'
