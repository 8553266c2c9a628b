"""Writes to the emulator's DynamoDB with a full state file, in its own environment. Prints the results as JSON."""

import json
import sys
import tempfile
from pathlib import Path
from typing import Any

from ministack.services import dynamodb

from local.emulator.saved_tables import SavedTables
from local.emulator.state_file import StateFile

TABLE = {
    "TableName": "plays",
    "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
    "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
    "BillingMode": "PAY_PER_REQUEST",
}


def put(name: str, size: int = 1) -> dict[str, Any]:
    return {"TableName": "plays", "Item": {"id": {"S": name}, "answer": {"S": "x" * size}}}


def status_and_error(response: tuple[int, Any, bytes]) -> list[Any]:
    """HTTP status and error type of a response."""
    return [response[0], json.loads(response[2])["__type"]]


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        file = StateFile(Path(folder) / "emulator.sqlite", most_pages=20)
        SavedTables(dynamodb, file).install()
        dynamodb._create_table(TABLE)
        (table,) = dynamodb._tables.all_values()

        def on_disk() -> list[str]:
            return [partition_key for partition_key, _, _ in file.items(table["TableId"])]

        before = dynamodb._put_item(put("first"))[0]
        refused = status_and_error(dynamodb._put_item(put("large", 300_000)))
        parts = [{"Put": put(f"part {number}", 50_000)} for number in range(3)]
        changed = {"Put": {**put("first"), "Item": {"id": {"S": "first"}, "answer": {"S": "y"}}}}
        request = json.dumps({"TransactItems": [changed, *parts]}).encode()
        headers = {"x-amz-target": "DynamoDB_20120810.TransactWriteItems"}
        handled = dynamodb.handle_request("POST", "/", headers, request, {})
        try:
            handled.send(None)
        except StopIteration as end:
            transaction = status_and_error(end.value)
        in_memory = [item["id"]["S"] for part in table["items"].values() for item in part.values() if "x" in str(item)]
        result = {
            "before": before,
            "put": refused,
            "transaction": transaction,
            "in memory": in_memory,
            "on disk": on_disk(),
            "later": dynamodb._put_item(put("later"))[0],
            "on disk later": on_disk(),
        }
    json.dump(result, sys.stdout)


if __name__ == "__main__":
    main()
