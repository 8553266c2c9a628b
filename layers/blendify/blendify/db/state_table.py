"""
The accounts table: everything that may change. Users, connections, sealed tokens, sessions, OAuth states, runs, gates.

Key     `pk` names whose it is (`user#…`, `state#…`, `session#…`, `account#…`, `bearer#…`, `gate#…`, `ledger#…`,
        `revoked#…`, `erasure#…`), `sk` what it is
Expiry  `expires_at` in seconds since 1970, honoured by DynamoDB; history has no such thing
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from boto3.dynamodb.conditions import Attr, ConditionBase, ConditionExpressionBuilder, Key
from boto3.dynamodb.types import TypeDeserializer, TypeSerializer
from botocore.exceptions import ClientError

from blendify.core import aws
from blendify.core.settings import settings

Item = dict[str, Any]
_serializer, _deserializer = TypeSerializer(), TypeDeserializer()


class ConditionFailed(Exception):
    """The item was not as the write demanded; `found` is what was there, None when there was nothing."""

    def __init__(self, found: Item | None) -> None:
        super().__init__("the stored item does not meet the condition of this write")
        self.found = found


@dataclass(frozen=True)
class Change:
    """One conditional update: attributes to set, to add to (numbers), to remove."""

    set: Mapping[str, Any] | None = None
    add: Mapping[str, int] | None = None
    remove: tuple[str, ...] = ()

    def expression(self) -> tuple[str, dict[str, str], dict[str, Any]]:
        """The UpdateExpression with its names and (still plain) values."""
        names: dict[str, str] = {}
        values: dict[str, Any] = {}

        def name(attribute: str) -> str:
            return names.setdefault(attribute, f"#c{len(names)}")

        def value(given: object) -> str:
            values[placeholder := f":c{len(values)}"] = given
            return placeholder

        clauses = []
        if self.set:
            clauses.append("SET " + ", ".join(f"{name(key)} = {value(given)}" for key, given in self.set.items()))
        if self.add:
            clauses.append("ADD " + ", ".join(f"{name(key)} {value(given)}" for key, given in self.add.items()))
        if self.remove:
            clauses.append("REMOVE " + ", ".join(name(key) for key in self.remove))
        return " ".join(clauses), {placeholder: key for key, placeholder in names.items()}, values


def stored(item: Mapping[str, Any]) -> dict[str, Any]:
    """The item in DynamoDB's own notation."""
    return {key: _serializer.serialize(value) for key, value in item.items()}


def plain(item: Mapping[str, Any]) -> Item:
    """The inverse of `stored`."""
    found: Item = {}
    for key, value in item.items():
        loaded: Any = _deserializer.deserialize(value)
        found[key] = loaded.value if hasattr(loaded, "value") else loaded
    return found


def _refusal(error: ClientError) -> ConditionFailed | None:
    if error.response["Error"]["Code"] != "ConditionalCheckFailedException":
        return None
    found: Any = error.response.get("Item")
    return ConditionFailed(plain(found) if found else None)


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
    """The part of a request that says what is to be changed, and under which condition."""
    expression, names, values = change.expression()
    request = conditioned(condition)
    request["ExpressionAttributeNames"] = names | request.get("ExpressionAttributeNames", {})
    if all_values := stored(values) | request.get("ExpressionAttributeValues", {}):
        request["ExpressionAttributeValues"] = all_values
    return {"UpdateExpression": expression, **request}


class StateTable:
    """Reads are strongly consistent, writes are conditional where two may meet."""

    def __init__(self, table: str) -> None:
        self._table = table

    def get(self, pk: str, sk: str) -> Item | None:
        """The item, or None."""
        answer = aws.client("dynamodb").get_item(
            TableName=self._table, Key=stored({"pk": pk, "sk": sk}), ConsistentRead=True
        )
        return plain(answer["Item"]) if "Item" in answer else None

    def put(self, pk: str, sk: str, item: Mapping[str, Any], *, only_if: ConditionBase | None = None) -> None:
        """
        Store the item whole.

        Raises  ConditionFailed with what was there instead
        """
        condition = conditioned(only_if)
        try:
            aws.client("dynamodb").put_item(
                TableName=self._table,
                Item=stored({"pk": pk, "sk": sk, **item}),
                ReturnValuesOnConditionCheckFailure="ALL_OLD",
                **condition,
            )
        except ClientError as error:
            if refusal := _refusal(error):
                raise refusal from error
            raise

    def put_new(self, pk: str, sk: str, item: Mapping[str, Any]) -> Item | None:
        """Store the item unless there is one; answers the one that was there first, None when this is it."""
        try:
            self.put(pk, sk, item, only_if=Attr("pk").not_exists())
        except ConditionFailed as refused:
            return refused.found
        return None

    def update(self, pk: str, sk: str, change: Change, *, only_if: ConditionBase | None = None) -> Item:
        """
        Change one item and answer it as it is now.

        Raises  ConditionFailed with what was there instead
        """
        try:
            answer = aws.client("dynamodb").update_item(
                TableName=self._table,
                Key=stored({"pk": pk, "sk": sk}),
                ReturnValues="ALL_NEW",
                ReturnValuesOnConditionCheckFailure="ALL_OLD",
                **changed(change, only_if),
            )
        except ClientError as error:
            if refusal := _refusal(error):
                raise refusal from error
            raise
        return plain(answer["Attributes"])

    def delete(self, pk: str, sk: str, *, only_if: ConditionBase | None = None) -> Item | None:
        """Take the item away; answers what it was, None when there was none or it does not meet the condition."""
        try:
            answer = aws.client("dynamodb").delete_item(
                TableName=self._table,
                Key=stored({"pk": pk, "sk": sk}),
                ReturnValues="ALL_OLD",
                **conditioned(only_if),
            )
        except ClientError as error:
            if _refusal(error):
                return None
            raise
        return plain(answer["Attributes"]) if "Attributes" in answer else None

    def query(
        self, pk: str, prefix: str = "", *, start: str = "", newest_first: bool = False, limit: int | None = None
    ) -> Iterator[Item]:
        """The items of `pk` whose `sk` starts with `prefix`, from `start` on, in the order of `sk`, page by page."""
        keys: ConditionBase = Key("pk").eq(pk)
        if start:
            keys &= Key("sk").between(start, f"{prefix}\U0010ffff")
        elif prefix:
            keys &= Key("sk").begins_with(prefix)
        return self._pages({"ConsistentRead": True, "ScanIndexForward": not newest_first}, keys, limit)

    def query_index(self, index: str, keys: ConditionBase) -> Iterator[Item]:
        """What the index holds of these keys, page by page as it is taken; it may lag behind the table by a moment."""
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
            answer = aws.client("dynamodb").query(**request)
            for item in answer["Items"]:
                yield plain(item)
            if limit:
                request["Limit"] = limit = limit - len(answer["Items"])
            if "LastEvaluatedKey" not in answer or limit == 0:
                return
            request["ExclusiveStartKey"] = answer["LastEvaluatedKey"]


@cache
def state_table() -> StateTable:
    """The accounts table that the environment names."""
    return StateTable(settings().accounts_table)
