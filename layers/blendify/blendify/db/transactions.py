"""Writes to the state table that happen all together or not at all. They cost twice as much; few writes need them."""

from collections.abc import Mapping
from typing import Any

from boto3.dynamodb.conditions import ConditionBase
from botocore.exceptions import ClientError

from blendify.core import aws
from blendify.core.settings import settings
from blendify.db.retries import PASSING, TRIES, pause
from blendify.db.state_table import Change, ConditionFailed, changed, conditioned, stored

Write = dict[str, Any]


def put(pk: str, sk: str, item: Mapping[str, Any], *, only_if: ConditionBase | None = None) -> Write:
    """Store an item in place of the present one."""
    return {"Put": {**_table(), "Item": stored({"pk": pk, "sk": sk, **item}), **conditioned(only_if)}}


def update(pk: str, sk: str, change: Change, *, only_if: ConditionBase | None = None) -> Write:
    """Update an item."""
    return {"Update": {**_item(pk, sk), **changed(change, only_if)}}


def delete(pk: str, sk: str, *, only_if: ConditionBase | None = None) -> Write:
    """Delete an item."""
    return {"Delete": {**_item(pk, sk), **conditioned(only_if)}}


def check(pk: str, sk: str, *, only_if: ConditionBase) -> Write:
    """Write nothing, but write the others only if this condition holds."""
    return {"ConditionCheck": {**_item(pk, sk), **conditioned(only_if)}}


def commit(*writes: Write) -> None:
    """
    Make all of these writes, or none.

    Raises  ConditionFailed if one of their conditions does not hold
    """
    client: Any = aws.client("dynamodb")
    for attempt in range(TRIES):
        try:
            client.transact_write_items(TransactItems=list(writes))
        except ClientError as error:
            reasons = {reason.get("Code") for reason in error.response.get("CancellationReasons", [])}
            if "ConditionalCheckFailed" in reasons:
                raise ConditionFailed(None) from error
            if not reasons & PASSING or attempt == TRIES - 1:
                raise
            pause(attempt)
        else:
            return


def _table() -> dict[str, str]:
    return {"TableName": settings().accounts_table}


def _item(pk: str, sk: str) -> dict[str, Any]:
    return {**_table(), "Key": stored({"pk": pk, "sk": sk})}
