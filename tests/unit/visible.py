"""What somebody can see who may read tables and logs, but not decrypt."""

import json
from typing import Any

import pytest

from blendify.core import aws


def items(table: str = "accounts") -> list[dict[str, Any]]:
    """All items of a table, in DynamoDB's notation."""
    return aws.client("dynamodb").scan(TableName=table)["Items"]


def in_clear() -> str:
    """Both tables as text."""
    tables = [items("accounts"), items("history")]
    return json.dumps(tables, default=lambda raw: bytes(raw).decode("latin-1"))


def logged(caplog: pytest.LogCaptureFixture) -> str:
    """Everything that went into log records: messages, tracebacks and extra fields."""
    return caplog.text + "".join(str(vars(record)) for record in caplog.records)
