"""
PartiQL in the emulator as in DynamoDB. ministack 1.5 lets no role use it, and its INSERT skips most checks of a put.

Permissions   a statement needs dynamodb:PartiQLInsert, PartiQLUpdate, PartiQLDelete or PartiQLSelect on its table or
              index. DynamoDB refuses single statements of a batch; here the whole batch is refused
INSERT        becomes the emulator's own PutItem under the condition that the key is new. So it has all checks (keys,
              also those of indexes, and size), the stream's event, and the costs. An existing key answers
              `DuplicateItem`
"""

import json
from typing import Any

from ministack.core import iam_actions
from ministack.core.responses import error_response_json, json_response
from ministack.services import dynamodb

Response = tuple[int, dict[str, str], bytes]
_ACTIONS = {
    "INSERT": "dynamodb:PartiQLInsert",
    "UPDATE": "dynamodb:PartiQLUpdate",
    "DELETE": "dynamodb:PartiQLDelete",
    "SELECT": "dynamodb:PartiQLSelect",
}
_OPERATIONS = ("dynamodb:ExecuteStatement", "dynamodb:BatchExecuteStatement", "dynamodb:ExecuteTransaction")


def install() -> None:
    """Put both in the place of the emulator's own."""
    Inserts().install()
    iam_actions.dynamodb_transaction_checks = Permissions().checks


class Inserts:
    """INSERT, alone and in batches. The emulator handles one request at a time."""

    def __init__(self) -> None:
        self._batch = dynamodb._batch_execute_statement
        self._spent: list[dict[str, Any]] = []
        """The capacity that each statement of the batch consumed, in their order."""

    def install(self) -> None:
        """Replace the emulator's own functions."""
        dynamodb._partiql_insert = self.insert
        dynamodb._batch_execute_statement = self.batch

    def insert(self, table: dict[str, Any], parsed: dict[str, Any]) -> Response:
        """The response of `ExecuteStatement`."""
        item = parsed["item"]
        if set(item) == {"M"}:
            item = item["M"]
        put = {
            "TableName": table["TableName"],
            "Item": item,
            "ConditionExpression": "attribute_not_exists(#key)",
            "ExpressionAttributeNames": {"#key": table["pk_name"]},
            "ReturnConsumedCapacity": "INDEXES",
            "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
        }
        status, headers, body = dynamodb._put_item(put)
        answer = json.loads(body)
        if answer.get("__type") == "ConditionalCheckFailedException":
            units = dynamodb._capacity_kb(dynamodb._billed_item_bytes(table, answer["Item"]))
            spent = {"TableName": table["TableName"], "CapacityUnits": units, "Table": {"CapacityUnits": units}}
            self._spent.append(spent)
            return error_response_json("DuplicateItemException", "Duplicate primary key exists in table", 400)  # type: ignore[no-any-return]
        if status != 200:
            return status, headers, body
        self._spent.append(answer["ConsumedCapacity"])
        return json_response({"Items": []})  # type: ignore[no-any-return]

    def batch(self, data: dict[str, Any]) -> Response:
        """The response of `BatchExecuteStatement`, with the capacity of each statement when the request asks for it."""
        texts = [str(statement.get("Statement", "")) for statement in data.get("Statements", [])]
        if len({text[:6].upper() == "SELECT" for text in texts}) > 1:
            return error_response_json("ValidationException", "A batch cannot have both reads and writes", 400)  # type: ignore[no-any-return]
        self._spent = []
        status, headers, body = self._batch(data)
        detail = data.get("ReturnConsumedCapacity", "NONE")
        if status != 200 or detail == "NONE" or not self._spent:
            return status, headers, body
        answer = json.loads(body)
        total = [{"TableName": spent["TableName"], "CapacityUnits": spent["CapacityUnits"]} for spent in self._spent]
        answer["ConsumedCapacity"] = total if detail == "TOTAL" else self._spent
        return json_response(answer)  # type: ignore[no-any-return]


class Permissions:
    """The permissions that a request needs when its operation is not a permission itself."""

    def __init__(self) -> None:
        self._others = iam_actions.dynamodb_transaction_checks

    def checks(self, iam_action: str, body: bytes, region: str, account_id: str) -> list[tuple[str, str]]:
        """
        Action and resource per statement. A statement that cannot be parsed is left out; running it fails.

        For an empty list the emulator asks for a permission named like the operation, which no role has.
        """
        if iam_action not in _OPERATIONS:
            return self._others(iam_action, body, region, account_id)  # type: ignore[no-any-return]
        data = json.loads(body or b"{}")
        statements = data.get("Statements") or data.get("TransactStatements") or [data]
        checks = []
        for statement in statements:
            try:
                parsed = dynamodb._parse_partiql(statement.get("Statement", ""), statement.get("Parameters", []))
            except ValueError:
                continue
            read = parsed.get("select", parsed)
            resource = iam_actions._dynamodb_table_arn(read["table"], region, account_id)
            index = f"/index/{read['index']}" if read.get("index") else ""
            checks.append((_ACTIONS[read["op"]], resource + index))
        return list(dict.fromkeys(checks))
