"""AWS in memory answers as moto does without our short cuts, so that what holds for moto holds for the tests."""

from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError, ParamValidationError
from moto import mock_aws

from blendify.core import aws
from tests.aws.aws_in_memory import create_tables, forget_clients, new_aws
from tests.aws.moto_partiql import inserts

Request = tuple[str, dict[str, Any]]
KEY = {"pk": {"S": "user#1"}, "sk": {"S": "profile"}}
NAMES = {"#a": "a", "#b": "b", "#c": "c"}
A, B = {":a": {"S": "x"}}, {":b": {"N": "2"}}
LIST = {"L": [{"M": {"raw": {"B": b"\x00\xff"}, "no": {"NULL": True}}}, {"BOOL": False}, {"SS": ["u", "v"]}]}


def put(number: int, **more: Any) -> Request:
    item = {"pk": {"S": f"user#{number % 2}"}, "sk": {"S": f"sync#{number:02}"}, "list": LIST, **more}
    return "put_item", {"TableName": "accounts", "Item": item}


def update(expression: str, names: str = "", values: Any = None, **more: Any) -> Request:
    given = {"ExpressionAttributeNames": {name: NAMES[name] for name in names.split()}, **more}
    given |= {"ExpressionAttributeValues": values} if values else {}
    return "update_item", {"TableName": "accounts", "Key": KEY, "UpdateExpression": expression, **given}


def query(condition: str, table: str = "accounts", **more: Any) -> Request:
    values = {":p": {"S": "user#1"}, **more.pop("values", {})}
    return "query", {
        "TableName": table,
        "KeyConditionExpression": condition,
        "ExpressionAttributeValues": values,
        **more,
    }


def transaction(*writes: dict[str, Any]) -> Request:
    return "transact_write_items", {"TransactItems": list(writes)}


def write(kind: str, request: Request, **more: Any) -> dict[str, Any]:
    return {kind: {**request[1], **more}}


COSTS = "ConsumedCapacity"
ALL_NEW = {"ReturnValues": "ALL_NEW"}
IF_A = {"ConditionExpression": "#a = :a", "ReturnValuesOnConditionCheckFailure": "ALL_OLD"}
HISTORY = {"user#type": {"S": "user#1#plays"}, "record_id": {"S": "r"}, "provider": {"S": "spotify"}}
BETWEEN = query(
    "#p = :p AND played_at BETWEEN :f AND :l",
    "history",
    values={":p": HISTORY["user#type"], ":f": {"S": "1"}, ":l": {"S": "2"}},
    ExpressionAttributeNames={"#p": "user#type"},
    IndexName="played",
    ProjectionExpression="fetched_at",
)


def played(number: int) -> Request:
    """A play at one of the moments 0 to 3."""
    item = {**HISTORY, "fetched_at": {"S": str(number)}, "played_at": {"S": str(number % 4)}}
    return "put_item", {"TableName": "history", "Item": item}


REQUESTS: list[Request] = [
    update("SET #a = :a, #b = :b", "#a #b", A | B, **ALL_NEW),
    update("SET #c = :c ADD #b :b REMOVE #a", "#a #b #c", B | {":c": LIST}, **ALL_NEW),
    update("ADD #a :b", "#a", B, **ALL_NEW),
    update("ADD #c :b", "#c", B),
    update("SET #a = :a", "#a", A, **ALL_NEW, ConditionExpression="attribute_not_exists(pk)"),
    update("SET #b = :b", "#a #b", A | B, **IF_A),
    update("SET #a = :a", "#a", A),
    update("SET #b = :b", "#a #b", A | B, **IF_A, **ALL_NEW),
    update("SET #b = #b + :b, #c.x = :b", "#b #c", B),
    update("SET #b = #b + :b", "#b", B, ReturnValues="UPDATED_NEW"),
    update("SET #a = :a, #a = :a", "#a", A),
    update("SET #a = :a", "#a #b", A),
    update("SET #a = :a", "#a", A | B),
    update("SET #a = :b", "#a", A),
    update("SET sk = :a", "", A),
    update("SET #a = :a", "#a", {":a": {"S": "x" * 410_000}}),
    update("SET #a = :a", "#a", {":a": {"S": 1}}),
    *(put(number, due_at={"S": f"2026-{number}"}, provider={"S": "spotify"}) for number in range(5)),
    put(9, big={"S": "x" * 410_000}),
    put(1, ReturnValues={"S": "an attribute of this name"}),
    ("put_item", {**put(1)[1], "ConditionExpression": "attribute_not_exists(pk)"}),
    ("put_item", {**put(1)[1], "ReturnValues": "ALL_OLD"}),
    ("put_item", {**put(1)[1], "Itm": {}}),
    ("put_item", {"TableName": "nowhere", "Item": KEY}),
    query("pk = :p", ConsistentRead=True),
    query("pk = :p AND begins_with(sk, :s)", values={":s": {"S": "sync#0"}}, ScanIndexForward=False, Limit=2),
    query("pk = :p AND sk > :s", values={":s": {"S": "sync#01"}}, ExclusiveStartKey=put(3)[1]["Item"]),
    query("pk = :p", values={":p": {"S": "nobody"}}),
    query("pk = :p", FilterExpression="a = :a", values=A),
    transaction(write("Put", put(7)), write("Update", update("SET #a = :a", "#a", {":a": {"N": "7"}}))),
    transaction(write("Put", put(8)), write("Update", update("SET #b = :b", "#a #b", A | B), **IF_A)),
    transaction(
        write("Delete", ("", {"TableName": "accounts", "Key": KEY}), ConditionExpression="attribute_exists(pk)")
    ),
    ("get_item", {"TableName": "accounts", "Key": KEY, "ConsistentRead": True}),
    ("get_item", {"TableName": "accounts", "Key": {"pk": {"S": "user#1"}, "sk": {"S": "sync#03"}}}),
    (
        "delete_item",
        {"TableName": "accounts", "Key": {"pk": {"S": "user#1"}, "sk": {"S": "sync#03"}}, "ReturnValues": "ALL_OLD"},
    ),
    *map(played, range(4)),
    BETWEEN,
    played(9),
    BETWEEN,
    # As many as before, and others.
    played(5),
    ("delete_item", {"TableName": "history", "Key": {"user#type": HISTORY["user#type"], "fetched_at": {"S": "1"}}}),
    BETWEEN,
    ("scan", {"TableName": "history"}),
    ("scan", {"TableName": "accounts"}),
]


def answers() -> list[Any]:
    """What each request answers, or the refusal."""
    results: list[Any] = []
    create_tables()
    for operation, given in REQUESTS:
        call: Callable[..., dict[str, Any]] = getattr(aws.client("dynamodb"), operation)
        try:
            response = call(**given)
        except ClientError as error:
            response = {"refused": error.response["Error"], "item": error.response.get("Item")}
            response["reasons"] = error.response.get("CancellationReasons")
        except ParamValidationError as error:
            response = {"refused": str(error)}
        # moto gives the costs of an update unasked.
        results.append({name: part for name, part in response.items() if name not in ("ResponseMetadata", COSTS)})
    return results


@pytest.fixture
def as_moto_has_it() -> list[Any]:
    forget_clients()
    with mock_aws(), inserts():
        expected = answers()
    forget_clients()
    return expected


def test_short_cuts_change_no_answer(as_moto_has_it: list[Any]) -> None:
    """Reads and writes of all kinds, and what is refused."""
    with new_aws():
        given = answers()
    for request, answer, expected in zip(REQUESTS, given, as_moto_has_it, strict=True):
        assert answer == expected, str(request)[:300]
    assert sum("refused" in answer for answer in given) > 10
