"""Consistent reads of single facts by key, for collectors. They do without pynamodb, which costs import time."""

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


def _item(partition: str, key: str) -> Any:
    answer = aws.client("dynamodb").get_item(
        TableName=settings().history_table,
        Key={"user#type": {"S": partition}, "fetched_at": {"S": key}},
        ConsistentRead=True,
    )
    if "Item" not in answer:
        raise LookupError(f"the history holds nothing at {key}")
    return answer["Item"]
