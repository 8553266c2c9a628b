"""
The write units of a write in DynamoDB, by AWS's published rules: of the table, and of each index.

It shares no code with the product, because its figures are compared with the product's.

Source  https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/read-write-operations.html
        https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/GSI.html#GSI.ThroughputConsiderations.Writes
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

Item = Mapping[str, Mapping[str, Any]]
"""In DynamoDB's own notation."""


@dataclass(frozen=True)
class WriteUnits:
    """Write units of one write."""

    table: int
    indexes: Mapping[str, int] = field(default_factory=dict)
    """By name; only indexes that were written."""

    def described(self, table_name: str) -> dict[str, Any]:
        """An entry of `ConsumedCapacity` for `ReturnConsumedCapacity=INDEXES`."""
        indexes = {name: {"CapacityUnits": float(units)} for name, units in self.indexes.items()}
        return {
            "TableName": table_name,
            "CapacityUnits": float(self.table + sum(self.indexes.values())),
            "Table": {"CapacityUnits": float(self.table)},
            **({"GlobalSecondaryIndexes": indexes} if indexes else {}),
        }


@dataclass(frozen=True)
class Index:
    """A global secondary index and the attributes that it stores."""

    name: str
    keys: frozenset[str]
    projected: frozenset[str] | None
    """All attributes that it stores, keys included; None for every attribute of the item."""

    @classmethod
    def of(cls, described: Mapping[str, Any], table_keys: frozenset[str]) -> "Index":
        """The index from a table's description or from the template."""
        projection = described["Projection"]
        keys = frozenset(key["AttributeName"] for key in described["KeySchema"])
        more = frozenset(projection.get("NonKeyAttributes", ()))
        projected = None if projection["ProjectionType"] == "ALL" else keys | table_keys | more
        return cls(described["IndexName"], keys, projected)

    def entry(self, item: Item | None) -> Item | None:
        """The index's copy of an item; None for an item without a key of the index."""
        if item is None or not self.keys <= item.keys():
            return None
        return {name: value for name, value in item.items() if self.projected is None or name in self.projected}


@dataclass(frozen=True)
class Table:
    """A table, as far as the costs of writes depend on it."""

    indexes: Sequence[Index] = ()

    @classmethod
    def of(cls, described: Mapping[str, Any]) -> "Table":
        """The table from its description (DescribeTable) or from the template."""
        keys = frozenset(key["AttributeName"] for key in described["KeySchema"])
        return cls([Index.of(index, keys) for index in described.get("GlobalSecondaryIndexes", ())])

    def write(self, before: Item | None, after: Item | None) -> WriteUnits:
        """The cost of a write that turns `before` into `after`; None stands for no item."""
        size = max(item_size(before or {}), item_size(after or {}))
        costs = {index.name: _index_units(index, before, after) for index in self.indexes}
        return WriteUnits(_units(size), {name: units for name, units in costs.items() if units})

    def refused(self, before: Item | None) -> WriteUnits:
        """The cost of a write whose condition fails: it is that of writing the existing item."""
        return WriteUnits(_units(item_size(before or {})))


def item_size(item: Item) -> int:
    """
    Size of an item in bytes. Names and texts count in UTF-8, binaries as they are, booleans and nulls as 1. A number
    takes a byte per two significant digits (zeros at both ends are trimmed) and one more. A list or map takes 3 bytes,
    and one per element.

    Source  https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html
    """
    return sum(len(name.encode("utf-8")) + _value_size(value) for name, value in item.items())


def _value_size(value: Mapping[str, Any]) -> int:
    ((kind, held),) = value.items()
    if kind == "S":
        return len(held.encode("utf-8"))
    if kind == "N":
        return math.ceil(len(held.lstrip("-").replace(".", "").strip("0")) / 2) + 1
    if kind == "B":
        return len(held)
    if kind in ("BOOL", "NULL"):
        return 1
    if kind == "L":
        return 3 + sum(1 + _value_size(element) for element in held)
    if kind == "M":
        return 3 + sum(1 + len(name.encode("utf-8")) + _value_size(element) for name, element in held.items())
    raise ValueError(f"no size is known for {kind}")


def _index_units(index: Index, before: Item | None, after: Item | None) -> int:
    old, new = index.entry(before), index.entry(after)
    if old == new:
        return 0
    if old is not None and new is not None and any(old[key] != new[key] for key in index.keys):
        # A changed key deletes the old entry and adds a new one.
        return _units(item_size(old)) + _units(item_size(new))
    return _units(max(item_size(old or {}), item_size(new or {})))


def _units(size: int) -> int:
    return max(1, math.ceil(size / 1024))
