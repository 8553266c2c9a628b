"""
PartiQL's INSERT in moto as in DynamoDB. moto 5.2 takes no parameters there, and it overwrites.

Refused             more than 25 statements; reads and writes in one batch; a mark without a parameter; a key that is
                    missing, empty, of the wrong type or too long, also a key of an index; an item above 400 KB. An
                    existing key fails with `DuplicateItem`
Costs               per statement, of the table and of its indexes
Stricter than AWS   values must be parameters, and a batch must not write the same key twice
Left out            permissions and throttling. All other statements are moto's own
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

from moto.core.responses import ActionResult
from moto.dynamodb import responses
from moto.dynamodb.exceptions import MockValidationException, ResourceNotFoundException
from moto.dynamodb.models.dynamo_type import DynamoType
from moto.dynamodb.responses import DynamoHandler

from tests.aws import capacity

LARGEST_ITEM = 400 * 1024
LONGEST_STATEMENT = 8192
MOST_STATEMENTS = 25
_INSERT = re.compile(r"""INSERT INTO "([A-Za-z0-9_.-]{3,255})" VALUE \{('[^']+': \?(?:, '[^']+': \?)*)\}""")
_NAME = re.compile("'([^']+)': [?]")

_others = DynamoHandler.batch_execute_statement


class Refused(Exception):
    """DynamoDB refuses the statement."""

    def __init__(self, code: str, message: str, table_name: str | None = None) -> None:
        super().__init__(message)
        self.result: dict[str, Any] = {"Error": {"Code": code, "Message": message}}
        if table_name:
            self.result["TableName"] = table_name


@contextmanager
def inserts() -> Iterator[None]:
    """Inside the context moto has this INSERT."""
    with patch.object(DynamoHandler, "batch_execute_statement", batch_execute_statement):
        yield


def batch_execute_statement(handler: DynamoHandler) -> ActionResult:
    """The operation's response; moto handles a batch without INSERT."""
    statements = handler.body.get("Statements", [])
    kinds = {str(statement["Statement"]).split(" ", 1)[0].upper() for statement in statements}
    if "INSERT" not in kinds:
        return _others(handler)
    if kinds != {"INSERT"}:
        raise MockValidationException("A batch cannot have both reads and writes, nor here INSERT with other writes")
    if len(statements) > MOST_STATEMENTS:
        raise MockValidationException("Member must have length less than or equal to 25")
    for statement in statements:
        if len(statement["Statement"]) > LONGEST_STATEMENT:
            raise MockValidationException("Member must have length less than or equal to 8192")
        if statement.get("Parameters") == []:
            raise MockValidationException("Member must have length greater than or equal to 1")
    results, costs = _insert_all(handler, statements)
    detail = handler.body.get("ReturnConsumedCapacity", "NONE")
    if detail == "TOTAL":
        costs = [{"TableName": cost["TableName"], "CapacityUnits": cost["CapacityUnits"]} for cost in costs]
    return ActionResult({"Responses": results, **({} if detail == "NONE" else {"ConsumedCapacity": costs})})


def _insert_all(
    handler: DynamoHandler, statements: Sequence[Mapping[str, Any]]
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    results: list[dict[str, Any]] = []
    costs: list[dict[str, Any]] = []
    keys: set[tuple[str, str]] = set()
    for request in statements:
        try:
            table_name, item = parsed(request["Statement"], request.get("Parameters", []))
            key = table_name, repr([item.get(name) for name in _keys(_table(handler, table_name))])
            if key in keys:
                raise MockValidationException("a batch must not write request key twice")
            keys.add(key)
            costs.append(insert(handler, table_name, item).described(table_name))
            results.append({"TableName": table_name})
        except Refused as refused:
            results.append(refused.result)
            if refused.result["Error"]["Code"] == "DuplicateItem":
                existing = _existing(_table(handler, table_name), item)
                costs.append(_cost(handler, table_name).refused(existing).described(table_name))
    return results, costs


def parsed(statement: str, parameters: Sequence[Any]) -> tuple[str, dict[str, Any]]:
    """
    Table and item of an INSERT.

    Raises  Refused
    """
    match = _INSERT.fullmatch(statement)
    if match is None:
        raise Refused("ValidationError", "Statement wasn't well formed, can't be processed: Unexpected term")
    names = _NAME.findall(match[2])
    if len(set(names)) < len(names):
        raise Refused("ValidationError", "Statement wasn't well formed, can't be processed: an attribute twice")
    if len(names) != len(parameters):
        raise Refused("ValidationError", "Number of parameters in request and statement don't match.")
    return match[1], dict(zip(names, parameters, strict=True))


def insert(handler: DynamoHandler, table_name: str, item: dict[str, Any]) -> capacity.WriteUnits:
    """
    Store a new item; returns its costs.

    Raises  Refused
    """
    table = _table(handler, table_name)
    try:
        responses.validate_put_has_empty_keys(item, table)
        responses.validate_put_has_empty_attrs(item, table)
        responses.validate_put_has_gsi_keys_set_to_none(item, table)
        for key in table.attr:
            if item.get(key["AttributeName"], {key["AttributeType"]: ""}).keys() != {key["AttributeType"]}:
                raise Refused("ValidationError", "One or more parameter values were invalid: Type mismatch for key")
        if capacity.item_size(item) > LARGEST_ITEM:
            raise Refused("ValidationError", "Item size has exceeded the maximum allowed size")
        if all(name in item for name in _keys(table)) and _existing(table, item) is not None:
            raise Refused("DuplicateItem", "Duplicate primary key exists in table", table_name)
        # This checks presence, types and lengths of the keys.
        handler.dynamodb_backend.put_item(table_name, item, overwrite=True)
    except MockValidationException as error:
        raise Refused("ValidationError", str(error.message)) from None
    return _cost(handler, table_name).write(None, item)


def _table(handler: DynamoHandler, table_name: str) -> Any:
    try:
        return handler.dynamodb_backend.get_table(table_name)
    except ResourceNotFoundException:
        raise Refused("ResourceNotFound", "Requested resource not found") from None


def _keys(table: Any) -> list[str]:
    return [name for name in (table.hash_key_attr, table.range_key_attr) if name]


def _existing(table: Any, item: Mapping[str, Any]) -> Any:
    keys = [DynamoType(item[name]) for name in _keys(table)]
    existing = table.get_item(*keys)
    return None if existing is None else {name: _described(value) for name, value in existing.attrs.items()}


def _described(value: DynamoType) -> dict[str, Any]:
    """DynamoDB's notation of a value. moto's `to_json` would give binaries as text."""
    if value.type == "L":
        return {"L": [_described(element) for element in value.value]}
    if value.type == "M":
        return {"M": {name: _described(element) for name, element in value.value.items()}}
    return {value.type: value.value}


def _cost(handler: DynamoHandler, table_name: str) -> capacity.Table:
    table = _table(handler, table_name)
    described = {
        "KeySchema": table.schema,
        "GlobalSecondaryIndexes": [index.describe() for index in table.global_indexes],
    }
    return capacity.Table.of(described)
