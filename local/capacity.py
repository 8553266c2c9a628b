"""
What a write costs in DynamoDB, by AWS's published rules: of the table, and of each of its indexes.

Shares no code with the product, whose figures are compared with it.

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
    """By name; those alone that were written."""

    def described(self, table_name: str) -> dict[str, Any]:
        """As DynamoDB tells it where `ReturnConsumedCapacity` is INDEXES."""
        indexes = {name: {"CapacityUnits": float(units)} for name, units in self.indexes.items()}
        return {
            "TableName": table_name,
            "CapacityUnits": float(self.table + sum(self.indexes.values())),
            "Table": {"CapacityUnits": float(self.table)},
            **({"GlobalSecondaryIndexes": indexes} if indexes else {}),
        }


@dataclass(frozen=True)
class Index:
    """A global secondary index: which attributes it holds."""

    name: str
    keys: frozenset[str]
    projected: frozenset[str] | None
    """Beside its own keys and the table's; None for all."""

    @classmethod
    def of(cls, described: Mapping[str, Any], table_keys: frozenset[str]) -> "Index":
        """The index in a table's description, or in the template."""
        projection = described["Projection"]
        keys = frozenset(key["AttributeName"] for key in described["KeySchema"])
        more = frozenset(projection.get("NonKeyAttributes", ()))
        projected = None if projection["ProjectionType"] == "ALL" else keys | table_keys | more
        return cls(described["IndexName"], keys, projected)

    def entry(self, item: Item | None) -> Item | None:
        """What it holds of an item; None of one that lacks a key of the index."""
        if item is None or not self.keys <= item.keys():
            return None
        return {name: value for name, value in item.items() if self.projected is None or name in self.projected}


@dataclass(frozen=True)
class Table:
    """What decides about the costs of a table's writes."""

    indexes: Sequence[Index] = ()

    @classmethod
    def of(cls, described: Mapping[str, Any]) -> "Table":
        """The table in its own description (DescribeTable), or in the template."""
        keys = frozenset(key["AttributeName"] for key in described["KeySchema"])
        return cls([Index.of(one, keys) for one in described.get("GlobalSecondaryIndexes", ())])

    def write(self, before: Item | None, after: Item | None) -> WriteUnits:
        """What it costs that an item is this now and was that before; None where there is none."""
        size = max(item_size(before or {}), item_size(after or {}))
        costs = {index.name: _index_units(index, before, after) for index in self.indexes}
        return WriteUnits(_units(size), {name: units for name, units in costs.items() if units})

    def refused(self, before: Item | None) -> WriteUnits:
        """What a write costs whose condition fails: as much as one of the item that is there."""
        return WriteUnits(_units(item_size(before or {})))


def item_size(item: Item) -> int:
    """
    Bytes of an item: names and texts in UTF-8, binaries in bytes, a byte for a boolean or null; a number takes a byte
    for every two significant digits and one more, zeros at either end are trimmed; lists and maps take 3 bytes, and one
    for each element.

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
        return 3 + sum(1 + _value_size(one) for one in held)
    if kind == "M":
        return 3 + sum(1 + len(name.encode("utf-8")) + _value_size(one) for name, one in held.items())
    raise ValueError(f"no size is known for {kind}")


def _index_units(index: Index, before: Item | None, after: Item | None) -> int:
    old, new = index.entry(before), index.entry(after)
    if old == new:
        return 0
    if old is not None and new is not None and any(old[key] != new[key] for key in index.keys):
        # Under another key: it is taken away there and put here.
        return _units(item_size(old)) + _units(item_size(new))
    return _units(max(item_size(old or {}), item_size(new or {})))


def _units(size: int) -> int:
    return max(1, math.ceil(size / 1024))
