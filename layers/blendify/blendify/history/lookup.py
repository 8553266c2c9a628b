"""
Reads of the history without pynamodb, which costs import time: facts by key, plays by moment, the gaps of one sync.

Collectors read a fact by the key that their list version tells, to repeat its fields. What is new they learn from that
version; of the history they ask it for old plays of a log alone.
"""

from collections.abc import Iterator
from typing import Any

from blendify.core import aws
from blendify.core.settings import settings
from blendify.db.attribute_values import plain
from blendify.history.facts import Fact, part_suffix


def fact_at(user_id: str, data_type: str, key: str) -> Fact:
    """
    The fact with that sort key.

    Raises  LookupError
    """
    partition = f"{user_id}#{data_type}"
    item = _item(partition, key)
    more = range(2, int(plain(item.get("raw_parts", {"N": "1"}))) + 1)
    return Fact.read(item, *(plain(_item(partition, f"{key}{part_suffix(number)}")["raw"]) for number in more))


def plays(user_id: str, data_type: str, first: str, last: str) -> Iterator[str]:
    """The sort keys of plays that began between two moments, as far as the index knows them yet."""
    query: dict[str, Any] = {
        "TableName": settings().history_table,
        "IndexName": "played",
        "KeyConditionExpression": "#partition = :partition AND played_at BETWEEN :first AND :last",
        "ProjectionExpression": "fetched_at",
        "ExpressionAttributeNames": {"#partition": "user#type"},
        "ExpressionAttributeValues": {
            ":partition": {"S": f"{user_id}#{data_type}"},
            ":first": {"S": first},
            ":last": {"S": last},
        },
    }
    for page in aws.client("dynamodb").get_paginator("query").paginate(**query):
        yield from (str(item["fetched_at"]["S"]) for item in page["Items"])


def holes(user_id: str, data_type: str, begin: str) -> Iterator[tuple[str, str]]:
    """
    From when until when plays may be missing by what one sync recorded (ISO 8601).

    begin   what the sort keys begin with: the sync's start and its provider
    """
    query: dict[str, Any] = {
        "TableName": settings().history_table,
        "KeyConditionExpression": "#partition = :partition AND begins_with(fetched_at, :begin)",
        "FilterExpression": "kind = :hole",
        "ProjectionExpression": "missing_from, missing_until",
        "ExpressionAttributeNames": {"#partition": "user#type"},
        "ExpressionAttributeValues": {
            ":partition": {"S": f"{user_id}#{data_type}"},
            ":begin": {"S": begin},
            ":hole": {"S": "hole"},
        },
    }
    for page in aws.client("dynamodb").get_paginator("query").paginate(**query):
        yield from ((item["missing_from"]["S"], item["missing_until"]["S"]) for item in page["Items"])


def _item(partition: str, key: str) -> Any:
    answer = aws.client("dynamodb").get_item(
        TableName=settings().history_table,
        Key={"user#type": {"S": partition}, "fetched_at": {"S": key}},
        ConsistentRead=True,
    )
    if "Item" not in answer:
        raise LookupError(f"the history holds nothing at {key}")
    return answer["Item"]
