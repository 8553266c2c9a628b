"""
One collector, as a Lambda runs it: `python -m bench.collector saved_tracks '<job>'`. Prints its memory.

Environment  of the caller, as `in_process` sets it
"""

import json
import resource
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

from botocore.client import BaseClient

from blendify.collecting.collector import collect
from blendify.core.data_types import DataType
from blendify.jobs.job import Job


@contextmanager
def writes_for_nothing() -> Iterator[None]:
    """Facts are made and not stored: time and memory of a storage in this process say nothing about DynamoDB."""
    real = BaseClient._make_api_call  # type: ignore[attr-defined]

    def request(client: Any, operation: str, parameters: Any) -> Any:
        if operation == "BatchExecuteStatement":
            return {"Responses": [{} for _ in parameters["Statements"]]}
        return real(client, operation, parameters)

    with patch.object(BaseClient, "_make_api_call", request):
        yield


def main(data_type: str, job: str) -> None:
    """Collect, then print the peak of the memory in MB, before and after, and the outcome."""
    before = _peak()
    with writes_for_nothing():
        summary = collect(DataType(data_type), Job.of(json.loads(job)), lambda: 900.0)
    print(json.dumps({"imported": before, "collected": _peak(), "outcome": summary.outcome}))


def _peak() -> float:
    """In MB. Linux reports kilobytes, macOS bytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1024**2 if sys.platform == "darwin" else 1024)


if __name__ == "__main__":
    main(*sys.argv[1:])
