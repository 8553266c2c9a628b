"""
The insights table: what is derived of a listener, under keys that sort as they are read.

Key     `user_id`, the name of a shelf (see `shelves`), and `bucket` = the bucket's name and the number of its part, as
        in `plays#2026-11#28#00`
Item    `packed` (see `packing`), `parts` (how many there are), `mark` (which belong together)
Writes  whole buckets alone. One writer at a time for a listener: the queue delivers their messages one after another
"""

import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from itertools import groupby
from typing import Any

from blendify.core import aws
from blendify.core.settings import insights_table
from blendify.db.batch_delete import BATCH, delete, pages
from blendify.insights import packing

BATCH_GET = 100
"""Items that one request may read by their keys."""
READS, SETTLE_SECONDS = 4, 0.02
"""How often a bucket is read that is being written, and the wait before the second time; it grows by as much."""
END = "\U0010ffff"

Place = tuple[str, str]
"""The name of a shelf, and of a bucket on it."""


def name(*parts: str) -> str:
    """The name of a bucket, or what the names of several begin with."""
    return "#".join(parts)


def read(
    user_id: str,
    first: str,
    last: str,
    *,
    newest_first: bool = False,
    limit: int | None = None,
    consistent: bool = False,
) -> Iterator[Any]:
    """
    The rows of the buckets from `first` to `last`, both by name, in the order of their names.

    limit       so many items at most: only for buckets of one part
    consistent  with all that was written before, at twice the price

    A bucket that is written at this moment is read again.
    """
    last = f"{last}#{END}"
    items = _items(user_id, f"{first}#", last, newest_first=newest_first, limit=limit, consistent=consistent)
    for _, rows in _buckets(user_id, items):
        yield rows


def read_named(user_id: str, names: Sequence[str]) -> dict[str, Any]:
    """The rows of these buckets by name; those that do not exist are left out."""
    return {bucket: rows for (_, bucket), rows in read_across([(user_id, name) for name in names]).items()}


def read_across(places: Sequence[Place]) -> dict[Place, Any]:
    """The rows of buckets of several shelves by their places; those that do not exist are left out."""
    items = sorted(_first_parts(places), key=lambda item: (str(item["user_id"]["S"]), str(item["bucket"]["S"])))
    return {
        (shelf, bucket): rows
        for shelf, group in groupby(items, key=lambda item: str(item["user_id"]["S"]))
        for bucket, rows in _buckets(shelf, group)
    }


def write_all(user_id: str, buckets: Mapping[str, Any]) -> None:
    """Put these buckets, given by name, in place of what they were; those that would stay the same are left alone."""
    write_across({(user_id, bucket): rows for bucket, rows in buckets.items()})


def write_across(buckets: Mapping[Place, Any]) -> None:
    """The same for buckets of several shelves, given by their places."""
    first_parts = _first_parts(list(buckets), marks_only=True)
    before = {(str(item["user_id"]["S"]), str(item["bucket"]["S"])): item for item in first_parts}
    small: list[dict[str, Any]] = []
    for (user_id, bucket), rows in buckets.items():
        items = _items_of(user_id, bucket, packing.pack(rows))
        known = before.get((user_id, str(items[0]["bucket"]["S"])))
        if known and known["mark"] == items[0]["mark"]:
            continue
        if len(items) == 1 and (known is None or known["parts"]["N"] == "1"):
            small += items
        else:
            write(user_id, bucket, rows)
    for start in range(0, len(small), BATCH):
        request: Any = {insights_table(): [{"PutRequest": {"Item": item}} for item in small[start : start + BATCH]]}
        while request:
            request = aws.client("dynamodb").batch_write_item(RequestItems=request).get("UnprocessedItems")


def write(user_id: str, bucket: str, rows: Any) -> None:
    """Put the bucket in place of what it was."""
    items, before = _items_of(user_id, bucket, packing.pack(rows)), 0
    for item in reversed(items):
        answer = aws.client("dynamodb").put_item(TableName=insights_table(), Item=item, ReturnValues="ALL_OLD")
        before = int(answer.get("Attributes", {}).get("parts", {}).get("N", "0"))
    _remove_all([f"{bucket}#{number:02}" for number in range(len(items), before)], user_id)


def remove(user_id: str, first: str, last: str) -> None:
    """Delete the buckets from `first` to `last`, both by name."""
    _remove_all([item["bucket"]["S"] for item in _items(user_id, f"{first}#", f"{last}#{END}", keys=True)], user_id)


def remove_named(user_id: str, names: Iterable[str]) -> None:
    """Delete these buckets, by name, with all their parts."""
    for bucket in names:
        remove(user_id, bucket, bucket)


def names(user_id: str, first: str, last: str) -> set[str]:
    """The names of the buckets from `first` to `last`, both by name."""
    items = _items(user_id, f"{first}#", f"{last}#{END}", keys=True)
    return {str(item["bucket"]["S"]).rpartition("#")[0] for item in items}


def remove_everything(user_id: str) -> int:
    """Delete all that a shelf holds; returns the number of items."""
    count = 0
    for page in pages(insights_table(), ("user_id", user_id), "bucket"):
        _remove_all([item["bucket"]["S"] for item in page], user_id)
        count += len(page)
    return count


def _remove_all(buckets: Sequence[str], user_id: str) -> None:
    for start in range(0, len(buckets), BATCH):
        delete(insights_table(), [_key(user_id, bucket) for bucket in buckets[start : start + BATCH]])


def _buckets(user_id: str, items: Iterable[dict[str, Any]]) -> Iterator[tuple[str, Any]]:
    """Name and rows of each bucket, of items that stand in its order, forwards or backwards."""
    for bucket, group in groupby(items, key=lambda item: str(item["bucket"]["S"]).rpartition("#")[0]):
        here = list(group)
        if not _whole(here):
            here = _settled(user_id, bucket)
            if not here:
                continue
        here.sort(key=lambda item: str(item["bucket"]["S"]))
        with suppress(packing.OtherFormat):
            yield bucket, packing.unpack(bytes(item["packed"]["B"]) for item in here)


def _settled(user_id: str, bucket: str) -> list[dict[str, Any]]:
    """
    The parts of a bucket that was being written; none if it was deleted meanwhile.

    Nor of one whose writer has died between two parts: the message that asked for it comes again.
    """
    for number in range(READS):
        time.sleep(number * SETTLE_SECONDS)
        here = list(_items(user_id, f"{bucket}#", f"{bucket}#~", consistent=True))
        here = [item for item in here if item["mark"] == here[0]["mark"]]
        if not here or _whole(here):
            return here
    return []


def _first_parts(places: Sequence[Place], *, marks_only: bool = False) -> list[dict[str, Any]]:
    """The first items of these buckets, consistently read."""
    items: list[dict[str, Any]] = []
    keys = [_key(user_id, f"{wanted}#00") for user_id, wanted in places]
    for start in range(0, len(keys), BATCH_GET):
        wanted: dict[str, Any] = {"Keys": keys[start : start + BATCH_GET], "ConsistentRead": True}
        if marks_only:
            wanted |= {
                "ProjectionExpression": "user_id, #bucket, parts, mark",
                "ExpressionAttributeNames": {"#bucket": "bucket"},
            }
        request: Any = {insights_table(): wanted}
        while request:
            answer = aws.client("dynamodb").batch_get_item(RequestItems=request)
            items += answer["Responses"].get(insights_table(), [])
            request = answer.get("UnprocessedKeys")
    return items


def _items_of(user_id: str, bucket: str, parts: Sequence[bytes]) -> list[dict[str, Any]]:
    return [
        {
            **_key(user_id, f"{bucket}#{number:02}"),
            "packed": {"B": part},
            "parts": {"N": str(len(parts))},
            "mark": {"S": packing.mark(parts)},
        }
        for number, part in enumerate(parts)
    ]


def _whole(items: Sequence[dict[str, Any]]) -> bool:
    return len(items) == int(items[0]["parts"]["N"]) and len({item["mark"]["S"] for item in items}) == 1


def _items(
    user_id: str,
    first: str,
    last: str,
    *,
    newest_first: bool = False,
    limit: int | None = None,
    consistent: bool = False,
    keys: bool = False,
) -> Iterator[dict[str, Any]]:
    request: dict[str, Any] = {
        "TableName": insights_table(),
        "KeyConditionExpression": "user_id = :user AND #bucket BETWEEN :first AND :last",
        # A reserved word.
        "ExpressionAttributeNames": {"#bucket": "bucket"},
        "ExpressionAttributeValues": {":user": {"S": user_id}, ":first": {"S": first}, ":last": {"S": last}},
        "ScanIndexForward": not newest_first,
        "ConsistentRead": consistent or keys,
    }
    if keys:
        request["ProjectionExpression"] = "#bucket"
    if limit:
        request["Limit"] = limit
    while True:
        answer = aws.client("dynamodb").query(**request)
        yield from answer["Items"]
        if limit or "LastEvaluatedKey" not in answer:
            return
        request["ExclusiveStartKey"] = answer["LastEvaluatedKey"]


def _key(user_id: str, bucket: str) -> dict[str, Any]:
    return {"user_id": {"S": user_id}, "bucket": {"S": bucket}}
