"""Read units and KMS requests: counted from the items that DynamoDB returns, and from the requests themselves."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from math import ceil
from threading import Lock
from typing import Any
from unittest.mock import patch

from botocore.client import BaseClient

from tests.aws.capacity import item_size


@dataclass
class Requests:
    """What was asked for."""

    read_units: float = 0
    """Half a unit for each 4 KB started of an eventually consistent read, one of a consistent one."""
    size: int = 0
    """Bytes of the items."""
    reads: int = 0
    """Requests that read."""
    seals: int = 0
    """KMS requests."""


@dataclass
class RequestMeter:
    """Counts while it runs, in all threads. It must begin inside of the AWS whose requests it counts."""

    counted: Requests = field(default_factory=Requests)
    _lock: Any = field(default_factory=Lock)

    @contextmanager
    def running(self) -> Iterator["RequestMeter"]:
        """Count every read of DynamoDB and every use of a key."""
        real = BaseClient._make_api_call  # type: ignore[attr-defined]

        def request(client: Any, operation: str, parameters: Any) -> Any:
            response = real(client, operation, parameters)
            with self._lock:
                self._count(operation, parameters, response)
            return response

        with patch.object(BaseClient, "_make_api_call", request):
            yield self

    def taken(self) -> Requests:
        """What was counted since the last call."""
        with self._lock:
            taken, self.counted = replace(self.counted), Requests()
            return taken

    def _count(self, operation: str, parameters: Any, response: Any) -> None:
        if operation == "Query":
            self._read([sum(map(item_size, response["Items"]))], parameters.get("ConsistentRead"))
        elif operation == "GetItem":
            self._read([item_size(response.get("Item", {}))], parameters.get("ConsistentRead"))
        elif operation == "BatchGetItem":
            (keys,) = parameters["RequestItems"].values()
            (items,) = response["Responses"].values()
            self._read(list(map(item_size, items)), keys.get("ConsistentRead"))
        elif operation in ("Encrypt", "Decrypt"):
            self.counted.seals += 1

    def _read(self, sizes: Sequence[int], consistent: bool | None) -> None:
        self.counted.reads += 1
        self.counted.size += sum(sizes)
        self.counted.read_units += sum(max(1, ceil(size / 4096)) for size in sizes) * (1 if consistent else 0.5)
