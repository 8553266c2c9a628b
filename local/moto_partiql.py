"""
PartiQL's INSERT in moto, as DynamoDB does it; moto 5.2 itself takes no parameters there and overwrites.

What is refused     more than 25 statements, or none; reads and writes in one batch; as many parameters as marks or none
                    at all; a key that is missing, empty, of another type or too long, in an index as well; an item
                    above 400 KB. An existing key answers `DuplicateItem`
What it costs       is told for each statement, of the table and of its indexes
Stricter than AWS   values stand in parameters alone, and a batch does not write one key twice
Not here            permissions, throttling, and statements that change or remove: moto's own
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

from local import capacity

LARGEST_ITEM = 400 * 1024
LONGEST_STATEMENT = 8192
MOST_STATEMENTS = 25
_INSERT = re.compile(r"""INSERT INTO "([A-Za-z0-9_.-]{3,255})" VALUE \{('[^']+': \?(?:, '[^']+': \?)*)\}""")
_NAME = re.compile("'([^']+)': [?]")

_others = DynamoHandler.batch_execute_statement


class Refused(Exception):
    """One statement is refused: with this code and message."""

    def __init__(self, code: str, message: str, table_name: str | None = None) -> None:
        super().__init__(message)
        self.answer: dict[str, Any] = {"Error": {"Code": code, "Message": message}}
        if table_name:
            self.answer["TableName"] = table_name


@contextmanager
def inserts() -> Iterator[None]:
    """Within it moto knows INSERT."""
    with patch.object(DynamoHandler, "batch_execute_statement", batch_execute_statement):
        yield


def batch_execute_statement(handler: DynamoHandler) -> ActionResult:
    """What the operation answers; a batch without an INSERT is moto's."""
    statements = handler.body.get("Statements", [])
    kinds = {str(one["Statement"]).split(" ", 1)[0].upper() for one in statements}
    if "INSERT" not in kinds:
        return _others(handler)
    if kinds != {"INSERT"}:
        raise MockValidationException("A batch cannot have both reads and writes, nor here INSERT with other writes")
    if len(statements) > MOST_STATEMENTS:
        raise MockValidationException("Member must have length less than or equal to 25")
    for one in statements:
        if len(one["Statement"]) > LONGEST_STATEMENT:
            raise MockValidationException("Member must have length less than or equal to 8192")
        if one.get("Parameters") == []:
            raise MockValidationException("Member must have length greater than or equal to 1")
    answers, costs = _insert_all(handler, statements)
    told = handler.body.get("ReturnConsumedCapacity", "NONE")
    if told == "TOTAL":
        costs = [{"TableName": one["TableName"], "CapacityUnits": one["CapacityUnits"]} for one in costs]
    return ActionResult({"Responses": answers, **({} if told == "NONE" else {"ConsumedCapacity": costs})})


def _insert_all(
    handler: DynamoHandler, statements: Sequence[Mapping[str, Any]]
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    answers: list[dict[str, Any]] = []
    costs: list[dict[str, Any]] = []
    keys: set[tuple[str, str]] = set()
    for one in statements:
        try:
            table_name, item = parsed(one["Statement"], one.get("Parameters", []))
            key = table_name, repr([item.get(name) for name in _keys(_table(handler, table_name))])
            if key in keys:
                raise MockValidationException("a batch must not write one key twice")
            keys.add(key)
            costs.append(insert(handler, table_name, item).described(table_name))
            answers.append({"TableName": table_name})
        except Refused as refused:
            answers.append(refused.answer)
            if refused.answer["Error"]["Code"] == "DuplicateItem":
                existing = _existing(_table(handler, table_name), item)
                costs.append(_cost(handler, table_name).refused(existing).described(table_name))
    return answers, costs


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
    Put one item where there is none; answers what it costs.

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
        # It checks that keys are there, their types and their lengths.
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
    found = table.get_item(*keys)
    # The other form that moto has of an item gives binaries as text.
    return None if found is None else {name: {one.type: one.value} for name, one in found.attrs.items()}


def _cost(handler: DynamoHandler, table_name: str) -> capacity.Table:
    table = _table(handler, table_name)
    described = {"KeySchema": table.schema, "GlobalSecondaryIndexes": [one.describe() for one in table.global_indexes]}
    return capacity.Table.of(described)
