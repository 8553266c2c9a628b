"""
The state table holds everything that may change: users, connections, sealed tokens, sessions, OAuth states, syncs, rate
limiters. Its name outside is `accounts`.

Key     `pk` names the owner (`user#…`, `state#…`, `session#…`, `account#…`, `bearer#…`, `gate#…`, `ledger#…`,
        `revoked#…`, `erasure#…`, `counted#…`, `blend#…`, `invitation#…`), `sk` what the item is
Expiry  DynamoDB deletes items after `expires_at`, in seconds since 1970; nothing in the history expires
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from boto3.dynamodb.conditions import Attr, ConditionBase, ConditionExpressionBuilder, Key
from boto3.dynamodb.types import TypeDeserializer, TypeSerializer
from botocore.exceptions import ClientError

from blendify.core import aws
from blendify.core.settings import settings
from blendify.db.retries import CONFLICT, TRIES, pause

Item = dict[str, Any]
_BATCH_GET = 100
"""Items that one request may read by their keys."""
_serializer, _deserializer = TypeSerializer(), TypeDeserializer()


class ConditionFailed(Exception):
    """The stored item does not meet the condition of a write. `stored` is that item, None if there is none."""

    def __init__(self, stored: Item | None) -> None:
        super().__init__("the stored item does not meet the condition of this write")
        self.stored = stored


@dataclass(frozen=True)
class Change:
    """An update of one item: attributes to set, numbers to add to attributes, attributes to remove."""

    set: Mapping[str, Any] | None = None
    add: Mapping[str, int] | None = None
    remove: tuple[str, ...] = ()

    def expression(self) -> tuple[str, dict[str, str], dict[str, Any]]:
        """The UpdateExpression, its names, and its values as Python values."""
        names: dict[str, str] = {}
        values: dict[str, Any] = {}

        def name(attribute: str) -> str:
            return names.setdefault(attribute, f"#c{len(names)}")

        def value(content: object) -> str:
            values[placeholder := f":c{len(values)}"] = content
            return placeholder

        clauses = []
        if self.set:
            clauses.append("SET " + ", ".join(f"{name(key)} = {value(content)}" for key, content in self.set.items()))
        if self.add:
            clauses.append("ADD " + ", ".join(f"{name(key)} {value(content)}" for key, content in self.add.items()))
        if self.remove:
            clauses.append("REMOVE " + ", ".join(name(key) for key in self.remove))
        return " ".join(clauses), {placeholder: key for key, placeholder in names.items()}, values


def stored(item: Mapping[str, Any]) -> dict[str, Any]:
    """The item in DynamoDB's notation."""
    return {key: _serializer.serialize(value) for key, value in item.items()}


def plain(item: Mapping[str, Any]) -> Item:
    """The inverse of `stored`."""
    result: Item = {}
    for key, value in item.items():
        loaded: Any = _deserializer.deserialize(value)
        result[key] = loaded.value if hasattr(loaded, "value") else loaded
    return result


def _condition_failed(error: ClientError) -> ConditionFailed | None:
    """The error as ConditionFailed, None if it is another one."""
    if error.response["Error"]["Code"] != "ConditionalCheckFailedException":
        return None
    item: Any = error.response.get("Item")
    return ConditionFailed(plain(item) if item else None)


def _write(operation: str, **request: Any) -> Any:
    """The response to a write; one that meets a transaction on the same item is tried again."""
    client: Any = aws.client("dynamodb")
    for attempt in range(TRIES):
        try:
            return getattr(client, operation)(**request)
        except ClientError as error:
            if error.response["Error"]["Code"] != CONFLICT or attempt == TRIES - 1:
                raise
            pause(attempt)
    raise AssertionError("the last attempt returns or raises")


def conditioned(condition: ConditionBase | None) -> dict[str, Any]:
    """The part of a request that makes a write conditional."""
    if condition is None:
        return {}
    built = ConditionExpressionBuilder().build_expression(condition)
    request: dict[str, Any] = {
        "ConditionExpression": built.condition_expression,
        "ExpressionAttributeNames": dict(built.attribute_name_placeholders),
    }
    if built.attribute_value_placeholders:
        request["ExpressionAttributeValues"] = stored(built.attribute_value_placeholders)
    return request


def changed(change: Change, condition: ConditionBase | None) -> dict[str, Any]:
    """The part of a request that describes an update and its condition."""
    expression, names, values = change.expression()
    request = conditioned(condition)
    request["ExpressionAttributeNames"] = names | request.get("ExpressionAttributeNames", {})
    if all_values := stored(values) | request.get("ExpressionAttributeValues", {}):
        request["ExpressionAttributeValues"] = all_values
    return {"UpdateExpression": expression, **request}


class StateTable:
    """Reads are strongly consistent, except of what never changes. Writes that two workers may make are conditional."""

    def __init__(self, table: str) -> None:
        self._table = table

    def get(self, pk: str, sk: str) -> Item | None:
        """The item, or None."""
        return self._get(pk, sk, consistent=True)

    def get_unchanging(self, pk: str, sk: str) -> Item | None:
        """The same for an item that is written once and never changed: it is read at half the price."""
        return self._get(pk, sk, consistent=False) or self.get(pk, sk)

    def get_all(self, wanted: Sequence[tuple[str, str]]) -> dict[tuple[str, str], Item]:
        """The items with these keys (`pk`, `sk`), by their keys; those that do not exist are left out."""
        items: dict[tuple[str, str], Item] = {}
        for start in range(0, len(wanted), _BATCH_GET):
            here = [stored({"pk": pk, "sk": sk}) for pk, sk in wanted[start : start + _BATCH_GET]]
            request: Any = {self._table: {"Keys": here, "ConsistentRead": True}}
            while request:
                answer = aws.client("dynamodb").batch_get_item(RequestItems=request)
                for item in map(plain, answer["Responses"].get(self._table, [])):
                    items[str(item["pk"]), str(item["sk"])] = item
                request = answer.get("UnprocessedKeys")
        return items

    def _get(self, pk: str, sk: str, *, consistent: bool) -> Item | None:
        response = aws.client("dynamodb").get_item(
            TableName=self._table, Key=stored({"pk": pk, "sk": sk}), ConsistentRead=consistent
        )
        return plain(response["Item"]) if "Item" in response else None

    def put(self, pk: str, sk: str, item: Mapping[str, Any], *, only_if: ConditionBase | None = None) -> None:
        """
        Store the item in place of the present one.

        Raises  ConditionFailed with the present item
        """
        condition = conditioned(only_if)
        try:
            _write(
                "put_item",
                TableName=self._table,
                Item=stored({"pk": pk, "sk": sk, **item}),
                ReturnValuesOnConditionCheckFailure="ALL_OLD",
                **condition,
            )
        except ClientError as error:
            if failure := _condition_failed(error):
                raise failure from error
            raise

    def put_new(self, pk: str, sk: str, item: Mapping[str, Any]) -> Item | None:
        """Store the item if there is none; returns None, or the item that is there already."""
        try:
            self.put(pk, sk, item, only_if=Attr("pk").not_exists())
        except ConditionFailed as failure:
            return failure.stored
        return None

    def update(self, pk: str, sk: str, change: Change, *, only_if: ConditionBase | None = None) -> Item:
        """
        Update an item; returns the item after the update.

        Raises  ConditionFailed with the present item
        """
        try:
            response = _write(
                "update_item",
                TableName=self._table,
                Key=stored({"pk": pk, "sk": sk}),
                ReturnValues="ALL_NEW",
                ReturnValuesOnConditionCheckFailure="ALL_OLD",
                **changed(change, only_if),
            )
        except ClientError as error:
            if failure := _condition_failed(error):
                raise failure from error
            raise
        return plain(response["Attributes"])

    def delete(self, pk: str, sk: str, *, only_if: ConditionBase | None = None) -> Item | None:
        """Delete the item; returns the deleted item, None if there was none or if it does not meet the condition."""
        try:
            response = _write(
                "delete_item",
                TableName=self._table,
                Key=stored({"pk": pk, "sk": sk}),
                ReturnValues="ALL_OLD",
                **conditioned(only_if),
            )
        except ClientError as error:
            if _condition_failed(error):
                return None
            raise
        return plain(response["Attributes"]) if "Attributes" in response else None

    def query(
        self,
        pk: str,
        prefix: str = "",
        *,
        start: str = "",
        newest_first: bool = False,
        limit: int | None = None,
        consistent: bool = True,
    ) -> Iterator[Item]:
        """
        The items of `pk` in the order of `sk`, read page by page.

        prefix      only items whose `sk` starts with it; `start`: only items from this `sk` on
        consistent  False where a moment's delay does not matter: half the price
        """
        keys: ConditionBase = Key("pk").eq(pk)
        if start:
            keys &= Key("sk").between(start, f"{prefix}\U0010ffff")
        elif prefix:
            keys &= Key("sk").begins_with(prefix)
        return self._pages({"ConsistentRead": consistent, "ScanIndexForward": not newest_first}, keys, limit)

    def scan(self, condition: ConditionBase, place: Item | None) -> tuple[list[Item], Item | None]:
        """A page of the items that meet a condition, in no order, and the place of the next page; None at the end."""
        conditions = conditioned(condition)
        conditions["FilterExpression"] = conditions.pop("ConditionExpression")
        start: dict[str, Any] = {"ExclusiveStartKey": stored(place)} if place else {}
        response = aws.client("dynamodb").scan(TableName=self._table, **conditions, **start)
        last = response.get("LastEvaluatedKey")
        return [plain(item) for item in response["Items"]], plain(last) if last else None

    def query_index(self, index: str, keys: ConditionBase) -> Iterator[Item]:
        """The entries of an index, read page by page as they are taken; an index may lag a moment behind its table."""
        return self._pages({"IndexName": index}, keys)

    def _pages(self, request: dict[str, Any], keys: ConditionBase, limit: int | None = None) -> Iterator[Item]:
        built = ConditionExpressionBuilder().build_expression(keys, is_key_condition=True)
        request |= {
            "TableName": self._table,
            "KeyConditionExpression": built.condition_expression,
            "ExpressionAttributeNames": built.attribute_name_placeholders,
            "ExpressionAttributeValues": stored(built.attribute_value_placeholders),
        }
        if limit:
            request["Limit"] = limit
        while True:
            response = aws.client("dynamodb").query(**request)
            for item in response["Items"]:
                yield plain(item)
            if limit:
                request["Limit"] = limit = limit - len(response["Items"])
            if "LastEvaluatedKey" not in response or limit == 0:
                return
            request["ExclusiveStartKey"] = response["LastEvaluatedKey"]


@cache
def state_table() -> StateTable:
    """The state table that the environment names."""
    return StateTable(settings().accounts_table)
