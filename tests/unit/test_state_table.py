"""The state table: writes respect their conditions, and reads are complete and in order."""

from contextlib import nullcontext
from decimal import Decimal
from typing import Any

import pytest
from boto3.dynamodb.conditions import Attr
from botocore.exceptions import ClientError

from blendify.core import aws
from blendify.db import retries, transactions
from blendify.db.state_table import Change, ConditionFailed, state_table

pytestmark = pytest.mark.usefixtures("aws_in_memory")


def names(prefix: str = "", *, newest_first: bool = False, limit: int | None = None) -> list[str]:
    return [item["sk"] for item in state_table().query("p", prefix, newest_first=newest_first, limit=limit)]


def test_get_returns_what_was_put() -> None:
    """Texts, bytes, numbers, lists, nulls and empty values are unchanged."""
    item = {"text": "ä", "empty": "", "bytes": b"\x00\xff", "number": 7, "list": ["a", None], "none": None, "no": False}
    state_table().put("p", "s", item)
    assert state_table().get("p", "s") == {"pk": "p", "sk": "s", **item}


def test_a_missing_item_is_none() -> None:
    """A key without an item is no error."""
    assert state_table().get("p", "s") is None


def test_a_refused_put_changes_nothing_and_has_the_stored_item() -> None:
    """The exception has the item that did not meet the condition."""
    state_table().put("p", "s", {"owner": "first", "blob": b"\x01"})
    with pytest.raises(ConditionFailed) as refused:
        state_table().put("p", "s", {"owner": "second"}, only_if=Attr("owner").eq("second"))
    assert refused.value.stored == {"pk": "p", "sk": "s", "owner": "first", "blob": b"\x01"}
    assert (state_table().get("p", "s") or {})["owner"] == "first"


def test_the_first_of_two_new_items_stays() -> None:
    """`put_new` returns None for the first, and the first's item for the second."""
    assert state_table().put_new("p", "s", {"n": 1}) is None
    assert state_table().put_new("p", "s", {"n": 2}) == {"pk": "p", "sk": "s", "n": 1}


def test_an_update_sets_adds_and_removes_in_one_write() -> None:
    """It returns the item as it is after the update."""
    state_table().put("p", "s", {"gone": 1, "count": 1, "name": "x", "status": "old"})
    change = Change(set={"status": "new", "name": "y"}, add={"count": 2, "fresh": 5}, remove=("gone",))
    after = state_table().update("p", "s", change, only_if=Attr("status").eq("old") & Attr("count").gte(1))
    assert after == {"pk": "p", "sk": "s", "count": 3, "fresh": 5, "name": "y", "status": "new"}
    assert state_table().get("p", "s") == after


def test_an_update_creates_a_missing_item() -> None:
    """Rate limiters and connections are created that way."""
    assert state_table().update("p", "s", Change(add={"tat": 5}))["tat"] == Decimal(5)


def test_an_update_that_only_removes_needs_no_values() -> None:
    """The request has no value placeholders, which DynamoDB would refuse."""
    state_table().put("p", "s", {"gone": 1})
    assert state_table().update("p", "s", Change(remove=("gone", "never there"))) == {"pk": "p", "sk": "s"}


def test_a_refused_update_changes_nothing_and_has_the_stored_item() -> None:
    """The exception has the item that did not meet the condition."""
    state_table().put("p", "s", {"step": 3})
    with pytest.raises(ConditionFailed) as refused:
        state_table().update("p", "s", Change(set={"step": 4}), only_if=Attr("step").eq(2))
    assert refused.value.stored == {"pk": "p", "sk": "s", "step": 3}
    assert (state_table().get("p", "s") or {})["step"] == 3


def test_a_refused_update_of_a_missing_item_creates_none() -> None:
    """The exception's `stored` is None."""
    with pytest.raises(ConditionFailed) as refused:
        state_table().update("p", "s", Change(set={"a": 1}), only_if=Attr("pk").exists())
    assert refused.value.stored is None
    assert state_table().get("p", "s") is None


def test_deleting_a_missing_item_is_no_error() -> None:
    """A deleted item may be deleted again."""
    state_table().put("p", "s", {})
    state_table().delete("p", "s")
    state_table().delete("p", "s")
    assert state_table().get("p", "s") is None


def test_a_query_is_in_order_and_of_one_partition() -> None:
    """Sorted by key, backwards on request; another partition's items never appear."""
    for name in ("b", "a", "c"):
        state_table().put("p", name, {})
    state_table().put("q", "d", {})
    assert names() == ["a", "b", "c"]
    assert names(newest_first=True) == ["c", "b", "a"]


def test_a_prefix_narrows_a_query() -> None:
    """It returns only keys that begin with the prefix, and no similar ones."""
    for name in ("sync#1", "sync#1#top_tracks", "sync#2", "synch"):
        state_table().put("p", name, {})
    assert names("sync#1") == ["sync#1", "sync#1#top_tracks"]
    assert names("sync#") == ["sync#1", "sync#1#top_tracks", "sync#2"]


def test_a_limit_is_respected() -> None:
    """A query returns at most that many items, from the requested end."""
    for name in "abcdef":
        state_table().put("p", name, {})
    assert names(limit=2) == ["a", "b"]
    assert names(limit=2, newest_first=True) == ["f", "e"]


def test_a_query_reads_all_pages() -> None:
    """DynamoDB returns at most 1 MB at once; the items after that are read as well."""
    for number in range(6):
        state_table().put("p", f"{number}", {"blob": b"x" * 390_000})
    assert names() == [str(number) for number in range(6)]


def test_a_limit_counts_over_all_pages() -> None:
    """It does not apply to each page of 1 MB separately."""
    for number in range(6):
        state_table().put("p", f"{number}", {"blob": b"x" * 390_000})
    assert names(limit=3) == ["0", "1", "2"]


class Refusing:
    """DynamoDB that refuses the first writes."""

    def __init__(self, refusals: int, error: ClientError) -> None:
        self._client, self._refusals, self._error = aws.client("dynamodb"), refusals, error

    def __getattr__(self, operation: str) -> Any:
        real = getattr(self._client, operation)

        def call(**request: Any) -> Any:
            if operation != "get_item" and self._refusals:
                self._refusals -= 1
                raise self._error
            return real(**request)

        return call


@pytest.fixture
def no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("time.sleep", lambda _: None)


@pytest.mark.parametrize(("refusals", "stored"), [(retries.TRIES - 1, True), (retries.TRIES, False)])
def test_a_write_that_meets_a_transaction_is_tried_again(
    monkeypatch: pytest.MonkeyPatch, no_pauses: None, refusals: int, stored: bool
) -> None:
    """A login and an erasure may write the same item at once. A conflict that does not end is an error."""
    refusing = Refusing(refusals, ClientError({"Error": {"Code": retries.CONFLICT}}, "PutItem"))
    monkeypatch.setattr(aws, "client", lambda _: refusing)
    with nullcontext() if stored else pytest.raises(ClientError, match=retries.CONFLICT):
        state_table().put("p", "s", {"name": "value"})
    monkeypatch.undo()
    assert (state_table().get("p", "s") is not None) is stored


@pytest.mark.parametrize("reason", [*sorted(retries.PASSING), "ValidationError"])
def test_a_transaction_that_is_cancelled_for_a_moment_is_tried_again(
    monkeypatch: pytest.MonkeyPatch, no_pauses: None, reason: str
) -> None:
    """The table is at its limit, or another transaction was faster; any other reason is an error."""
    response = {"Error": {"Code": "TransactionCanceledException"}, "CancellationReasons": [{"Code": reason}]}
    refusing = Refusing(2, ClientError(response, "TransactWriteItems"))  # type: ignore[arg-type]
    monkeypatch.setattr(aws, "client", lambda _: refusing)
    passing = reason in retries.PASSING
    with nullcontext() if passing else pytest.raises(ClientError):
        transactions.commit(transactions.put("p", "s", {"name": "value"}))
    monkeypatch.undo()
    assert (state_table().get("p", "s") is not None) is passing
