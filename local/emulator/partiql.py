"""
PartiQL in the emulator as DynamoDB has it; ministack 1.5 lets no role use it, and INSERT skips half of what a put does.

Permissions   a statement is checked as dynamodb:PartiQLInsert, PartiQLUpdate, PartiQLDelete or PartiQLSelect on its
              table or index. DynamoDB refuses single statements of a batch; here the whole batch is refused
INSERT        is the emulator's own PutItem into an empty place: with all its checks (keys, also of indexes, and size),
              its stream events, and its costs. An existing key answers `DuplicateItem`
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
    """From here on the emulator knows it."""
    Inserts().install()
    iam_actions.dynamodb_transaction_checks = Permissions().checks


class Inserts:
    """INSERT, alone and in batches. Requests come one after the other."""

    def __init__(self) -> None:
        self._batch = dynamodb._batch_execute_statement
        self._spent: list[dict[str, Any]] = []
        """What each statement of the batch took, in their order."""

    def install(self) -> None:
        """In the place of the emulator's own."""
        dynamodb._partiql_insert = self.insert
        dynamodb._batch_execute_statement = self.batch

    def insert(self, table: dict[str, Any], parsed: dict[str, Any]) -> Response:
        """What `ExecuteStatement` answers."""
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
        """What `BatchExecuteStatement` answers: the capacity of each statement, where it is asked for."""
        reads = {str(one.get("Statement", ""))[:6].upper() == "SELECT" for one in data.get("Statements", [])}
        if len(reads) > 1:
            return error_response_json("ValidationException", "A batch cannot have both reads and writes", 400)  # type: ignore[no-any-return]
        self._spent = []
        status, headers, body = self._batch(data)
        detail = data.get("ReturnConsumedCapacity", "NONE")
        if status != 200 or detail == "NONE" or not self._spent:
            return status, headers, body
        answer = json.loads(body)
        names = ("TableName", "CapacityUnits") if detail == "TOTAL" else tuple(self._spent[0] | self._spent[-1])
        answer["ConsumedCapacity"] = [{name: one[name] for name in names if name in one} for one in self._spent]
        return json_response(answer)  # type: ignore[no-any-return]


class Permissions:
    """Which permissions on which resources a request needs, where its action is not a permission itself."""

    def __init__(self) -> None:
        self._others = iam_actions.dynamodb_transaction_checks

    def checks(self, iam_action: str, body: bytes, region: str, account_id: str) -> list[tuple[str, str]]:
        """
        Action and resource for each statement; nothing for one that cannot be read, which is refused as it is run.

        Where nothing comes of it, the emulator asks for a permission of the operation's own name, which nobody has.
        """
        if iam_action not in _OPERATIONS:
            return self._others(iam_action, body, region, account_id)  # type: ignore[no-any-return]
        data = json.loads(body or b"{}")
        statements = data.get("Statements") or data.get("TransactStatements") or [data]
        found = []
        for one in statements:
            try:
                parsed = dynamodb._parse_partiql(one.get("Statement", ""), one.get("Parameters", []))
            except ValueError:
                continue
            read = parsed.get("select", parsed)
            resource = iam_actions._dynamodb_table_arn(read["table"], region, account_id)
            index = f"/index/{read['index']}" if read.get("index") else ""
            found.append((_ACTIONS[read["op"]], resource + index))
        return list(dict.fromkeys(found))
