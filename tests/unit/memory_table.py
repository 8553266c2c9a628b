"""
The state table in memory, for promises about logic that need thousands of writes: a write takes microseconds.

test_memory_table.py compares it with DynamoDB as moto has it.
"""

import operator
from collections.abc import Callable, Mapping
from threading import RLock
from typing import Any

from boto3.dynamodb.conditions import AttributeBase, ConditionBase

from blendify.db.state_table import Change, ConditionFailed, Item, StateTable

_COMPARISONS: Mapping[str, Callable[[Any, Any], bool]] = {
    "=": operator.eq,
    "<>": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


class MemoryTable(StateTable):
    """Reads and conditional writes of single items; threads may share it."""

    def __init__(self) -> None:
        super().__init__("in memory")
        self._items: dict[tuple[str, str], Item] = {}
        self._lock = RLock()

    def get(self, pk: str, sk: str) -> Item | None:
        with self._lock:
            item = self._items.get((pk, sk))
            return dict(item) if item is not None else None

    def put(self, pk: str, sk: str, item: Mapping[str, Any], *, only_if: ConditionBase | None = None) -> None:
        with self._lock:
            self._require(pk, sk, only_if)
            self._items[pk, sk] = {"pk": pk, "sk": sk, **item}

    def update(self, pk: str, sk: str, change: Change, *, only_if: ConditionBase | None = None) -> Item:
        with self._lock:
            self._require(pk, sk, only_if)
            item = {"pk": pk, "sk": sk, **self._items.get((pk, sk), {}), **(change.set or {})}
            for name, number in (change.add or {}).items():
                item[name] = item.get(name, 0) + number
            for name in change.remove:
                item.pop(name, None)
            self._items[pk, sk] = item
            return dict(item)

    def delete(self, pk: str, sk: str, *, only_if: ConditionBase | None = None) -> Item | None:
        with self._lock:
            try:
                self._require(pk, sk, only_if)
            except ConditionFailed:
                return None
            return self._items.pop((pk, sk), None)

    def _require(self, pk: str, sk: str, condition: ConditionBase | None) -> None:
        if condition is not None and not holds(condition, self._items.get((pk, sk))):
            raise ConditionFailed(self.get(pk, sk))


def holds(condition: ConditionBase, item: Mapping[str, Any] | None) -> bool:
    """
    Whether the item meets the condition. A missing attribute meets no comparison but `<>`, as in DynamoDB.

    Raises  ValueError for a kind of condition that no caller uses
    """
    expression = condition.get_expression()
    name, values = expression["operator"], expression["values"]
    if name == "AND":
        return all(holds(part, item) for part in values)
    if name == "OR":
        return any(holds(part, item) for part in values)
    attribute: AttributeBase = values[0]
    present = item is not None and attribute.name in item
    if name == "attribute_exists":
        return present
    if name == "attribute_not_exists":
        return not present
    if name not in _COMPARISONS:
        raise ValueError(f"the table in memory does not know the condition {name}")
    if item is None or attribute.name not in item:
        return name == "<>"
    return _COMPARISONS[name](item[attribute.name], values[1])
