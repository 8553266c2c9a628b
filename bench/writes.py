"""
Write units of whole flows, by AWS's published rules (`tests.aws.capacity`): of all tables, and apart of their indexes.

Every write is seen on its way to DynamoDB, with the item before and after it. Transactions cost double. Deletions by
expiry cost nothing.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import RLock
from typing import Any
from unittest.mock import patch

from botocore.client import BaseClient
from botocore.exceptions import ClientError

from local.template import resources
from tests.aws import capacity

HISTORY = "history"


@dataclass(frozen=True)
class Writes:
    """Write units of one flow."""

    kinds: Mapping[str, int]
    """In tables, by what the items are: facts of the history, versions, staged pages …"""
    by_index: Mapping[str, int]
    """In each index."""

    @property
    def tables(self) -> int:
        """In all tables together."""
        return sum(self.kinds.values())

    @property
    def indexes(self) -> int:
        """In all indexes together."""
        return sum(self.by_index.values())

    def __str__(self) -> str:
        return f"{self.tables:,} ({named(self.kinds)}); indexes {self.indexes:,} ({named(self.by_index)})"


def named(units: Mapping[str, int]) -> str:
    """Units with their names, the most first."""
    return ", ".join(f"{name} {count:,}" for name, count in sorted(units.items(), key=_largest_first))


def _largest_first(counted: tuple[str, int]) -> tuple[int, str]:
    return -counted[1], counted[0]


@dataclass
class WriteMeter:
    """Counts all writes while it runs."""

    kinds: Counter[str] = field(default_factory=Counter)
    by_index: Counter[str] = field(default_factory=Counter)
    _lock: Any = field(default_factory=RLock)

    @contextmanager
    def running(self) -> Iterator["WriteMeter"]:
        """Count every write to DynamoDB, of all threads."""
        real = BaseClient._make_api_call  # type: ignore[attr-defined]

        def request(client: Any, operation: str, parameters: Any) -> Any:
            if operation == "BatchExecuteStatement":
                response = real(client, operation, {**parameters, "ReturnConsumedCapacity": "INDEXES"})
                with self._lock:
                    self._add_statements(parameters, response)
                return response
            writes = _writes(operation, parameters)
            if not writes:
                return real(client, operation, parameters)
            # Nobody else writes between the look at an item and the write.
            with self._lock:
                before = [_stored(real, client, *write) for write in writes]
                try:
                    response = real(client, operation, parameters)
                except ClientError as error:
                    if error.response["Error"]["Code"] == "ConditionalCheckFailedException":
                        for (name, key), item in zip(writes, before, strict=True):
                            self._add(key, _tables()[name].refused(item), 1)
                    raise
                double = 2 if operation == "TransactWriteItems" else 1
                for (name, key), item in zip(writes, before, strict=True):
                    self._add(key, _tables()[name].write(item, _stored(real, client, name, key)), double)
            return response

        with patch.object(BaseClient, "_make_api_call", request):
            yield self

    def taken(self) -> Writes:
        """What was counted since the last call."""
        with self._lock:
            taken = Writes(dict(self.kinds), dict(self.by_index))
            self.kinds, self.by_index = Counter(), Counter()
        return taken

    def _add(self, key: capacity.Item, units: capacity.WriteUnits, times: int) -> None:
        self.kinds[_kind(key)] += times * units.table
        self.by_index.update({name: times * count for name, count in units.indexes.items()})

    def _add_statements(self, parameters: Mapping[str, Any], response: Mapping[str, Any]) -> None:
        """The statements of a request write all to one partition."""
        partition = parameters["Statements"][0]["Parameters"][0]["S"]
        kind = "snapshots" if partition.endswith("#checkpoints") else "facts"
        for consumed in response["ConsumedCapacity"]:
            self.kinds[kind] += int(consumed["Table"]["CapacityUnits"])
            for name, index in consumed.get("GlobalSecondaryIndexes", {}).items():
                self.by_index[name] += int(index["CapacityUnits"])


def _writes(operation: str, parameters: Mapping[str, Any]) -> list[tuple[str, capacity.Item]]:
    """Table and key of every item that a request writes."""
    match operation:
        case "PutItem":
            return [(parameters["TableName"], _key(parameters["Item"]))]
        case "UpdateItem" | "DeleteItem":
            return [(parameters["TableName"], parameters["Key"])]
        case "TransactWriteItems":
            rows = [row for action in parameters["TransactItems"] for row in action.values()]
            return [(row["TableName"], _key(row.get("Item") or row["Key"])) for row in rows]
        case "BatchWriteItem":
            items = parameters["RequestItems"].items()
            rows = [(name, row) for name, requests in items for request in requests for row in request.values()]
            return [(name, row.get("Key") or _key(row["Item"])) for name, row in rows]
    return []


def _key(item: capacity.Item) -> capacity.Item:
    keys = (("pk", "sk"), ("user#type", "fetched_at"), ("user_id", "bucket"))
    return {name: item[name] for name in next(names for names in keys if names[0] in item and names[1] in item)}


def _stored(real: Any, client: Any, table_name: str, key: capacity.Item) -> capacity.Item | None:
    item: capacity.Item | None = real(
        client, "GetItem", {"TableName": table_name, "Key": key, "ConsistentRead": True}
    ).get("Item")
    return item


def _kind(key: capacity.Item) -> str:
    """What an item is: in a user's partition its sort key begins with that, elsewhere its partition key."""
    if "user#type" in key:
        return "facts"
    if "bucket" in key:
        return str(key["bucket"]["S"]).partition("#")[0]
    partition, sort = key["pk"]["S"], key["sk"]["S"]
    kind = (sort if partition.startswith("user#") else partition).partition("#")[0]
    return "progress" if kind == "sync" and sort.count("#") > 1 else kind


def _tables() -> Mapping[str, capacity.Table]:
    described = resources("AWS::DynamoDB::Table")
    names = {HISTORY: "HistoryTable", "accounts": "AccountsTable", "insights": "InsightsTable"}
    return {name: capacity.Table.of(described[logical]) for name, logical in names.items()}
