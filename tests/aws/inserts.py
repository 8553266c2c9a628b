"""
Promises of DynamoDB's INSERT (PartiQL) on which the product relies. They are tested on moto and on the emulator.

Both get INSERT from adapters of ours, so these promises hold the adapters to DynamoDB's behaviour.
"""

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import pytest
from botocore.exceptions import ClientError

from local.template import resources
from tests.aws import capacity

Item = dict[str, dict[str, Any]]
HISTORY = resources("AWS::DynamoDB::Table")["HistoryTable"]


@dataclass(frozen=True)
class Place:
    """A DynamoDB with the history table, and a partition of it for one test."""

    client: Any
    table: str
    partition: str

    def item(self, key: str, **more: dict[str, Any]) -> Item:
        """An item with the table's keys."""
        return {"user#type": {"S": self.partition}, "fetched_at": {"S": key}, **more}

    def statement(self, item: Mapping[str, Any], table: str | None = None) -> dict[str, Any]:
        """An INSERT of it."""
        names = ", ".join(f"'{name}': ?" for name in item)
        return {"Statement": f'INSERT INTO "{table or self.table}" VALUE {{{names}}}', "Parameters": [*item.values()]}

    def batch(self, *statements: dict[str, Any], capacity: str = "NONE") -> Any:
        """The whole response."""
        return self.client.batch_execute_statement(Statements=statements, ReturnConsumedCapacity=capacity)

    def codes(self, *items: Item) -> list[str]:
        """The error code of each statement, empty for success."""
        result = self.batch(*map(self.statement, items))
        return [response.get("Error", {}).get("Code", "") for response in result["Responses"]]

    def items(self) -> list[Item]:
        """All items of the partition."""
        pages = self.client.get_paginator("query").paginate(
            TableName=self.table,
            KeyConditionExpression="#p = :p",
            ExpressionAttributeNames={"#p": "user#type"},
            ExpressionAttributeValues={":p": {"S": self.partition}},
            ConsistentRead=True,
        )
        return [item for page in pages for item in page["Items"]]


def an_item_is_stored_as_it_was_sent(here: Place) -> None:
    """This holds for texts, numbers, booleans, bytes, lists and maps."""
    values: Any = {
        "text": {"S": "Ä🎧 'quoted' ?"},
        "empty": {"S": ""},
        "number": {"N": "213573"},
        "flag": {"BOOL": False},
        "raw": {"B": bytes(range(256))},
        "artists": {"L": [{"M": {"id": {"S": "1"}, "name": {"S": "A"}}}]},
    }
    assert here.codes(here.item("a", **values)) == [""]
    assert here.items() == [here.item("a", **values)]


def an_existing_key_is_left_as_it_is(here: Place) -> None:
    """The INSERT fails with `DuplicateItem`, whatever the item contains. The other items of the batch are stored."""
    first = here.item("a", x={"S": "first"}, artists={"L": [{"M": {"id": {"NULL": True}, "name": {"S": "A"}}}]})
    assert here.codes(first) == [""]
    assert here.codes(here.item("b"), here.item("a", x={"S": "second"}), here.item("c")) == ["", "DuplicateItem", ""]
    assert here.items() == [first, here.item("b"), here.item("c")]


def twenty_five_are_the_most(here: Place) -> None:
    """A larger batch is refused as a whole."""
    many = [here.item(f"{number:02}") for number in range(26)]
    with pytest.raises(ClientError, match="ValidationException"):
        here.codes(*many)
    assert here.items() == []
    assert here.codes(*many[:25]) == [""] * 25


def reads_and_writes_do_not_mix(here: Place) -> None:
    """A batch with both is refused as a whole."""
    where = f"\"user#type\" = '{here.partition}' AND fetched_at = 'a'"
    read = {"Statement": f'SELECT * FROM "{here.table}" WHERE {where}'}  # noqa: S608
    with pytest.raises(ClientError, match="ValidationException"):
        here.batch(here.statement(here.item("a")), read)
    assert here.items() == []


def bad_keys_are_refused(here: Place) -> None:
    """A key is refused if it is missing, empty, of another type or longer than 1,024 bytes; so is a key of an index."""
    bad = [
        {"user#type": {"S": here.partition}},
        here.item(""),
        here.item("a") | {"fetched_at": {"N": "1"}},
        here.item("x" * 1025),
        here.item("a", record_id={"S": ""}),
        here.item("a", record_id={"N": "1"}),
    ]
    assert [here.codes(item) for item in bad] == [["ValidationError"]] * len(bad)
    assert here.codes(bad[0], here.item("good"), bad[1]) == ["ValidationError", "", "ValidationError"]
    assert here.items() == [here.item("good")]
    assert here.codes(here.item("x" * 1024)) == [""]


def items_end_at_400_kb(here: Place) -> None:
    """The size is DynamoDB's own count."""
    noise = random.Random(7).randbytes(409_600)  # noqa: S311
    room = 409_600 - capacity.item_size(here.item("a", raw={"B": b""}))
    assert here.codes(here.item("a", raw={"B": noise[: room + 1]})) == ["ValidationError"]
    # moto has its own limit at 405,000 bytes.
    assert here.codes(here.item("a", raw={"B": noise[: room - 5_000]})) == [""]


def a_mark_without_a_parameter_is_refused(here: Place) -> None:
    """The statement stores nothing."""
    good = here.statement(here.item("a"))
    result = here.batch({**good, "Parameters": good["Parameters"][:1]})
    assert [response["Error"]["Code"] for response in result["Responses"]] == ["ValidationError"]
    assert here.items() == []


def a_missing_table_is_reported(here: Place) -> None:
    """The other statements of the batch succeed."""
    result = here.batch(here.statement(here.item("a"), table="no-such-table"), here.statement(here.item("b")))
    assert [response.get("Error", {}).get("Code") for response in result["Responses"]] == ["ResourceNotFound", None]


def costs_are_reported_per_statement(here: Place) -> None:
    """For the table and its indexes. An existing key costs as much as the existing item."""
    rules = capacity.Table.of(HISTORY)
    items = [
        here.item("a", record_id={"S": "r"}, raw={"B": bytes(3_000)}),
        here.item("b", played_at={"S": "2026"}, record_id={"S": "r"}),
        here.item("c"),
    ]
    expected = [rules.write(None, item).described(here.table) for item in items]
    result = here.batch(*map(here.statement, items), capacity="INDEXES")
    assert result["ConsumedCapacity"] == expected
    total = here.batch(*map(here.statement, items), capacity="TOTAL")
    again = [rules.refused(item).described(here.table) for item in items]
    assert total["ConsumedCapacity"] == [
        {name: cost[name] for name in ("TableName", "CapacityUnits")} for cost in again
    ]
    assert "ConsumedCapacity" not in here.batch(here.statement(here.item("d")))


PROMISES: tuple[Callable[[Place], None], ...] = (
    an_item_is_stored_as_it_was_sent,
    an_existing_key_is_left_as_it_is,
    twenty_five_are_the_most,
    reads_and_writes_do_not_mix,
    bad_keys_are_refused,
    items_end_at_400_kb,
    a_mark_without_a_parameter_is_refused,
    a_missing_table_is_reported,
    costs_are_reported_per_statement,
)
