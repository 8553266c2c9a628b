"""
moto's tables without detours (moto 5.2.5), with the same results.

Update       moto parses the expression into a tree and searches it ten times. Sets, additions and removals of whole
             attributes are done directly; any other update is left to moto
Query        moto sorts the whole table first. Here it has only the partition, and of some indexes the range
Transaction  moto copies the tables. Here it has only the items of the transaction
Items        their size is counted once, and not again with each attribute and query
"""

import copy
import re
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from functools import cache
from typing import Any
from unittest.mock import patch

from moto.dynamodb import responses
from moto.dynamodb.comparisons import create_condition_expression_parser
from moto.dynamodb.exceptions import ConditionalCheckFailed, ItemSizeTooLarge, ItemSizeToUpdateTooLarge
from moto.dynamodb.models import DynamoDBBackend
from moto.dynamodb.models.dynamo_type import DynamoType, Item, LimitedSizeDict
from moto.dynamodb.models.table import Table
from moto.dynamodb.responses import DynamoHandler, DynamoResult, validate_attributes_used

LARGEST_ITEM = 405_000
"""moto's own limit."""
_SIZE, _ORDERS = "size_in_bytes", "orders_of_partitions"
_SET, _ADD, _REMOVE = r"(#\w+) = (:\w+)", r"(#\w+) (:\w+)", r"(#\w+)()"
_UPDATE = re.compile(
    r"(?:SET (?P<set>#\w+ = :\w+(?:, #\w+ = :\w+)*))?"
    r"(?: ?ADD (?P<add>#\w+ :\w+(?:, #\w+ :\w+)*))?"
    r"(?: ?REMOVE (?P<remove>#\w+(?:, #\w+)*))?"
)
Step = tuple[str, str, str]
"""`set`, `add` or `remove`, the attribute's placeholder, and that of the value."""

_update_in_moto, _query_in_moto = DynamoDBBackend.update_item, Table.query
_transaction_in_moto, _update_request_in_moto = DynamoDBBackend.transact_write_items, DynamoHandler.update_item
_project_in_moto, _size_in_moto = Item.project, Item.size


@contextmanager
def lean_tables() -> Iterator[None]:
    """The same results, sooner."""
    with ExitStack() as patches:
        for owner, name, function in (
            (DynamoDBBackend, "update_item", _update),
            (DynamoDBBackend, "transact_write_items", _transaction),
            (DynamoHandler, "update_item", _update_request),
            (Table, "query", _query),
            (Item, "__init__", _new_item),
            (Item, "project", _project),
            (Item, "to_json", _described),
            (Item, "size", _size),
            (DynamoType, "__eq__", _equal),
            (DynamoType, "__ne__", _differ),
            (responses, "dynamo_to_dict", _plain),
        ):
            patches.enter_context(patch.object(owner, name, function))
        yield


@cache
def steps(expression: str) -> tuple[Step, ...] | None:
    """The steps of an update of whole attributes; None for any other update."""
    match = _UPDATE.fullmatch(expression)
    if not expression or match is None:
        return None
    patterns = {"set": _SET, "add": _ADD, "remove": _REMOVE}
    parts = [(kind, *pair) for kind, each in patterns.items() for pair in re.findall(each, match[kind] or "")]
    return tuple(parts) if len({name for _, name, _ in parts}) == len(parts) else None


def _update_request(handler: DynamoHandler) -> Any:
    body = handler.body
    parts = steps(body.get("UpdateExpression") or "")
    returned = body.get("ReturnValues", "NONE")
    if parts is None or returned not in ("NONE", "ALL_NEW") or {"AttributeUpdates", "Expected"} & {*body}:
        return _update_request_in_moto(handler)
    names, values = body.get("ExpressionAttributeNames", {}), handler._get_expr_attr_values()
    condition = create_condition_expression_parser(body.get("ConditionExpression"), names, values)
    condition.parse()
    validate_attributes_used(names, [*condition.expr_attr_names_found, *(name for _, name, _ in parts)])
    used = [*condition.expr_attr_values_found, *(value for _, _, value in parts)]
    validate_attributes_used(values, used, "Values")
    table = handler.dynamodb_backend.get_table(body["TableName"])
    if {*body["Key"]} != {*table.table_key_attrs}:
        return _update_request_in_moto(handler)
    item = handler.dynamodb_backend.update_item(
        body["TableName"],
        body["Key"],
        body["UpdateExpression"],
        names,
        values,
        condition_expression=body.get("ConditionExpression"),
        return_values_on_condition_check_failure=body.get("ReturnValuesOnConditionCheckFailure"),
    )
    return DynamoResult({"Attributes": item.attrs} if returned == "ALL_NEW" else {})


def _update(
    backend: DynamoDBBackend,
    table_name: str,
    key: dict[str, Any],
    update_expression: str,
    expression_attribute_names: dict[str, str] | None,
    expression_attribute_values: dict[str, Any] | None,
    condition_expression: str | None = None,
    return_values_on_condition_check_failure: str | None = None,
    **more: Any,
) -> Item:
    names, values = expression_attribute_names or {}, expression_attribute_values or {}
    table = backend.get_table(table_name)
    parts = steps(update_expression or "")
    if not any(more.values()) and parts is not None and _is_plain(table, key, parts, names, values):
        current = table.get_item(*backend.get_keys_value(table, key))
        condition = create_condition_expression_parser(condition_expression, names, values).parse()
        if not condition.expr(current):
            shown = return_values_on_condition_check_failure == "ALL_OLD" and current is not None
            raise ConditionalCheckFailed(item=current.to_json()["Attributes"] if shown and current else None)
        attributes = dict(current.attrs) if current else {name: DynamoType(value) for name, value in key.items()}
        if _apply(parts, attributes, names, values):
            try:
                item = _item_of(*backend.get_keys_value(table, key), attributes)
            except ItemSizeTooLarge:
                raise ItemSizeToUpdateTooLarge from None
            table.items[item.hash_key][item.range_key] = item
            return item
    item = _update_in_moto(
        backend,
        table_name,
        key,
        update_expression,
        names,
        values,
        condition_expression=condition_expression,
        return_values_on_condition_check_failure=return_values_on_condition_check_failure,
        **more,
    )
    vars(item).pop(_SIZE, None)
    return item


def _is_plain(
    table: Table, key: Mapping[str, Any], parts: Sequence[Step], names: Mapping[str, str], values: Mapping[str, Any]
) -> bool:
    """Whether nothing can be refused: everything is defined, no key changes, and no key of an index becomes empty."""
    if not table.has_range_key or {*key} != {*table.table_key_attrs}:
        return False
    empty: tuple[Any, ...] = ({"S": ""}, {"NULL": True})
    for kind, name, value in parts:
        if name not in names or names[name] in table.table_key_attrs or (kind != "remove" and value not in values):
            return False
        if kind == "set" and values[value] in empty and names[name] in table.attribute_keys:
            return False
    return True


def _apply(
    parts: Sequence[Step], attributes: dict[str, Any], names: Mapping[str, str], values: Mapping[str, Any]
) -> bool:
    """Take the steps; False where one adds what is no number."""
    for kind, name, value in parts:
        attribute = names[name]
        if kind == "remove":
            attributes.pop(attribute, None)
        elif kind == "set" or (attribute not in attributes and "N" in values[value]):
            attributes[attribute] = DynamoType(values[value])
        elif "N" in values[value] and attributes[attribute].is_number():
            attributes[attribute] = attributes[attribute] + DynamoType(values[value])
        else:
            return False
    return True


def _query(table: Table, hash_key: Any, *given: Any, **named: Any) -> Any:
    # moto passes the index behind six other parameters.
    if index := named.get("index_name") or next(iter(given[6:7]), None):
        return _query_in_moto(_candidates(table, index, *given[:3], **named), hash_key, *given, **named)
    partition = copy.copy(table)
    partition.items = defaultdict(dict, {hash_key: table.items[hash_key]} if hash_key in table.items else {})
    return _query_in_moto(partition, hash_key, *given, **named)


def _candidates(
    table: Table, index: str, comparison: str | None, bounds: Sequence[DynamoType], limit: int | None, **named: Any
) -> Table:
    """
    The part of the table that can answer a query of an index which shares the table's partitions, such as `played`,
    for texts between two others; the whole table for any other query.
    """
    parts = {
        part["KeyType"]: part["AttributeName"]
        for each in table.all_indexes()
        if each.name == index
        for part in each.schema
    }
    ((attribute, partition), *more) = named["hash_key_conditions"]
    plain = comparison == "BETWEEN" and limit is None and not more and all(bound.type == "S" for bound in bounds)
    if not plain or attribute != table.hash_key_attr or parts.get("HASH") != attribute or "RANGE" not in parts:
        return table
    first, last = (bound.value for bound in bounds)
    candidates = copy.copy(table)
    candidates.items = defaultdict(dict, {partition: _between(table, partition, parts["RANGE"], first, last)})
    return candidates


def _between(table: Table, partition: DynamoType, name: str, first: str, last: str) -> dict[DynamoType, Item]:
    """The partition's items with a text between two others. Their order is remembered while items are only added."""
    orders = vars(table).setdefault(_ORDERS, {})
    known, order = orders.get((partition.value, name), ([], []))
    items = list(table.items.get(partition, {}).values())
    # The same item still has the same text: facts are added and deleted, and never updated.
    if items[: len(known)] != known:
        known, order = [], []
    if len(items) > len(known):
        values = ((item.attrs.get(name), place) for place, item in enumerate(items[len(known) :], len(known)))
        order = sorted([*order, *((value.value, place) for value, place in values if value and value.type == "S")])
        orders[partition.value, name] = items, order
    here = order[bisect_left(order, (first, -1)) : bisect_right(order, (last, len(items)))]
    return {item.range_key: item for item in (items[place] for _, place in here)}


def _transaction(backend: DynamoDBBackend, transact_items: list[dict[str, Any]]) -> None:
    whole = backend.tables
    touched: list[tuple[Table, Any, Any]] = []
    parts: dict[str, Table] = {}
    for write in transact_items:
        operation = next(iter(write.values()))
        table = backend.get_table(operation["TableName"])
        part = parts.setdefault(operation["TableName"], copy.copy(table))
        if part.items is table.items:
            part.items = defaultdict(dict)
        hash_key, range_key = backend.get_keys_value(table, operation.get("Key") or operation.get("Item"))
        touched.append((table, hash_key, range_key))
        if current := table.get_item(hash_key, range_key):
            part.items[hash_key][range_key] = copy.deepcopy(current)
    backend.tables = parts
    try:
        _transaction_in_moto(backend, transact_items)
    finally:
        backend.tables = whole
    for table, hash_key, range_key in touched:
        item = parts[table.name].items.get(hash_key, {}).get(range_key)
        if item is None:
            table.items[hash_key].pop(range_key, None)
        else:
            table.items[hash_key][range_key] = item


def _item_of(hash_key: Any, range_key: Any, attributes: Mapping[str, Any]) -> Item:
    """
    An item of attributes in moto's form.

    Raises  ItemSizeTooLarge
    """
    item: Any = Item.__new__(Item)
    item.hash_key, item.range_key, item.attrs = hash_key, range_key, LimitedSizeDict.__new__(LimitedSizeDict)
    dict.update(item.attrs, attributes)
    if item.size() > LARGEST_ITEM:
        raise ItemSizeTooLarge
    return item  # type: ignore[no-any-return]


def _size(item: Item) -> int:
    """Items do not change, except in moto's own updates."""
    if _SIZE not in vars(item):
        vars(item)[_SIZE] = _size_in_moto(item)
    return int(vars(item)[_SIZE])


def _new_item(item: Item, hash_key: Any, range_key: Any, attrs: Mapping[str, Any]) -> None:
    vars(item).update(vars(_item_of(hash_key, range_key, {name: DynamoType(value) for name, value in attrs.items()})))


def _project(item: Item, projection_expressions: Sequence[Sequence[str]]) -> Item:
    if any(len(path) > 1 or "[" in path[0] for path in projection_expressions):
        return _project_in_moto(item, projection_expressions)  # type: ignore[arg-type]
    names = [path[0] for path in projection_expressions if path[0] in item.attrs]
    return _item_of(item.hash_key, item.range_key, {name: copy.deepcopy(item.attrs[name]) for name in names})


def _described(item: Item, root_attr_name: str = "Attributes") -> dict[str, Any]:
    return {root_attr_name: _plain(item.attrs)}


def _plain(value: Any) -> Any:
    """DynamoDB's notation, with nothing in common with what is stored."""
    if isinstance(value, DynamoType):
        return {value.type: _plain(value.value)}
    if isinstance(value, dict):
        return {name: _plain(part) for name, part in value.items()}
    if isinstance(value, list):
        return [_plain(part) for part in value]
    return value


def _equal(value: DynamoType, other: object) -> bool:
    if not isinstance(other, DynamoType) or value.type != other.type:
        return False
    if value.value == other.value:
        return True
    return (value.is_number() or value.is_set()) and bool(value.cast_value == other.cast_value)


def _differ(value: DynamoType, other: object) -> bool:
    return not _equal(value, other)
