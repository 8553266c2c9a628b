"""Facts reach the history in batches and once, however busy DynamoDB is; errors have codes and no content."""

import random
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any
from unittest.mock import patch

import pytest
from botocore.client import BaseClient
from botocore.exceptions import ClientError

from blendify.core import aws
from blendify.history import lookup
from blendify.history.append import ATTEMPTS, REQUEST_BYTES, NotAppended, append
from blendify.history.facts import Fact
from local import capacity
from local.template import resources

pytestmark = pytest.mark.usefixtures("aws_in_memory")

STARTED = "2026-11-22T17:44:30.123Z"
HISTORY = resources("AWS::DynamoDB::Table")["HistoryTable"]
BUSY = ["ThrottlingError", "ProvisionedThroughputExceeded", "TransactionConflict", "InternalServerError"]


def fact(number: int, answer: Any = None, **fields: Any) -> Fact:
    answer, named = {"n": number} if answer is None else answer, {"record_id": f"r{number}", **fields}
    return Fact.of("ua", "saved_tracks", STARTED, "spotify", f"{number:05}", named, answer)


def large(number: int) -> Fact:
    """Its answer cannot be packed into one item."""
    return fact(number, {"text": "".join(f"{n * 7919 % 1000003:06x}" for n in range(number, 250_000 + number))})


def stored() -> dict[str, dict[str, Any]]:
    """The table's items by their sort keys."""
    pages = aws.client("dynamodb").get_paginator("scan").paginate(TableName="history")
    return {item["fetched_at"]["S"]: item for page in pages for item in page["Items"]}


class Between:
    """What stands between the product and DynamoDB: every batch, and for each of its keys an error code or none."""

    def __init__(self, code: Callable[[str], str] = lambda _key: "") -> None:
        self.batches: list[list[str]] = []
        self.texts: set[str] = set()
        self._code = code
        self._lock = threading.Lock()

    def __enter__(self) -> "Between":
        real = BaseClient._make_api_call  # type: ignore[attr-defined]

        def request(client: Any, operation: str, parameters: Any) -> Any:
            if operation != "BatchExecuteStatement":
                return real(client, operation, parameters)
            keys = [one["Parameters"][1]["S"] for one in parameters["Statements"]]
            with self._lock:
                self.batches.append(keys)
                self.texts |= {one["Statement"] for one in parameters["Statements"]}
                codes = [self._code(key) for key in keys]
            wanted = [one for one, code in zip(parameters["Statements"], codes, strict=True) if not code]
            done = real(client, operation, {**parameters, "Statements": wanted}) if wanted else {"Responses": []}
            answers = iter(done["Responses"])
            responses = [{"Error": {"Code": code, "Message": "busy"}} if code else next(answers) for code in codes]
            return {**done, "Responses": responses}

        self._patch = patch.object(BaseClient, "_make_api_call", request)
        self._patch.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._patch.stop()


def failing(times: int, codes: Iterator[str], keys: Callable[[str], bool] = lambda _: True) -> Callable[[str], str]:
    """Each of these keys fails so many times, then no more."""
    tried: Counter[str] = Counter()

    def code(key: str) -> str:
        tried[key] += 1
        return next(codes) if keys(key) and tried[key] <= times else ""

    return code


def test_twenty_five_go_at_once() -> None:
    """The fewest requests, each within what DynamoDB takes; every fact is stored."""
    facts = [fact(number) for number in range(1_003)]
    with Between() as between:
        written = append(facts)
    assert (written.records, written.known) == (1_003, 0)
    assert stored().keys() == {one.fetched_at for one in facts}
    assert len(between.batches) == 41 + (400 % 25 > 0)
    assert max(map(len, between.batches)) == 25


def test_nothing_is_nothing() -> None:
    """No facts, no request."""
    with Between() as between:
        assert append([]).records == 0
    assert between.batches == []


def test_values_are_parameters() -> None:
    """The text of a statement names attributes alone, so that nothing in a name can become part of it."""
    odd = "'}; DELETE FROM \"history\" WHERE x = '"
    with Between() as between:
        append([fact(1, track_name=odd), fact(2, track_name="other")])
    assert len(between.texts) == 1
    assert "DELETE" not in between.texts.pop()
    assert {item["track_name"]["S"] for item in stored().values()} == {odd, "other"}


def test_what_is_there_already_stays_and_is_counted() -> None:
    """Half of the facts again, with another answer: the first ones stay, the others are added."""
    append([fact(number) for number in range(50)])
    before = stored()
    written = append([fact(number, {"other": number}) for number in range(25, 75)])
    assert (written.records, written.known) == (25, 25)
    assert {key: item for key, item in stored().items() if key in before} == before


def test_one_key_twice_is_one_fact() -> None:
    """The first of them is stored; DynamoDB is not asked to write one key twice in a request."""
    written = append([fact(1, {"first": True}), fact(2), fact(1, {"second": True})])
    assert (written.records, written.known) == (2, 1)
    (one,) = [item for key, item in stored().items() if key.endswith("00001")]
    assert Fact.read(one).answer() == {"first": True}


@pytest.mark.parametrize("code", BUSY)
def test_what_fails_by_itself_is_tried_again_by_itself(code: str) -> None:
    """Every third fact fails twice: the others are sent once, and pauses grow in between."""
    facts, pauses = [fact(number) for number in range(60)], list[float]()
    often = failing(2, iter(lambda: code, None), lambda key: key.endswith(("0", "3", "6", "9")))
    with Between(often) as between:
        written = append(facts, pauses.append)
    assert written.records == 60
    assert stored().keys() == {one.fetched_at for one in facts}
    sent = Counter(key for batch in between.batches for key in batch)
    assert {key: times for key, times in sent.items() if times > 1} == {key: 3 for key in sent if key[-1] in "0369"}
    assert len(pauses) == 2 * 3
    assert all(0 <= pause <= 0.2 for pause in pauses)


def test_a_request_that_is_refused_whole_is_tried_again() -> None:
    """DynamoDB may be too busy to look at the statements."""
    refusals, real = iter([True, True]), BaseClient._make_api_call  # type: ignore[attr-defined]

    def request(client: Any, operation: str, parameters: Any) -> Any:
        if operation == "BatchExecuteStatement" and next(refusals, False):
            raise ClientError({"Error": {"Code": "ThrottlingException", "Message": "busy"}}, operation)
        return real(client, operation, parameters)

    with patch.object(BaseClient, "_make_api_call", request):
        assert append([fact(1)], lambda _: None).records == 1


def test_it_gives_up_in_the_end() -> None:
    """A list that stays throttled ends in an error within 16 s of pauses; a later call stores what is missing."""
    facts, pauses = [fact(number) for number in range(30)], list[float]()
    with Between(failing(1_000, iter(lambda: "ThrottlingError", None), lambda key: key.endswith("7"))):
        with pytest.raises(NotAppended, match="did not store 2 items of the history: ThrottlingError for 2"):
            append(facts[5:25], pauses.append)
        assert len(pauses) == ATTEMPTS - 1
    assert sum(pauses) < 16.2
    assert append(facts).records == 30 - 18
    assert len(stored()) == 30


@pytest.mark.parametrize("code", ["AccessDenied", "ValidationError", "ResourceNotFound", "SomethingNew"])
def test_what_will_not_pass_ends_at_once_without_content(code: str) -> None:
    """The error names the code; what was to be stored stands neither in it nor in what it came from."""
    pauses: list[float] = []
    with Between(failing(1, iter(lambda: code, None))), pytest.raises(NotAppended, match=code) as caught:
        append([fact(1, track_name="a listener's own")], pauses.append)
    assert pauses == []
    assert "a listener's own" not in f"{caught.value!r} {caught.value.__cause__!r} {caught.value.__context__!r}"


def test_large_answers_are_cut_into_smaller_requests() -> None:
    """A request stays below 2 MB of items, and a fact appears only when all parts of its answer are there."""
    facts = [large(number) for number in range(5)]
    by_key = {item["fetched_at"]["S"]: capacity.item_size(item) for one in facts for item in one.items()}
    with Between() as between:
        written = append(facts)
    sizes = [sum(by_key[key] for key in batch) for batch in between.batches]
    assert len(by_key) > 10
    assert max(sizes) <= REQUEST_BYTES
    assert written.stored_bytes == sum(by_key.values())
    assert (written.records, written.raw_bytes) == (5, sum(one.answer_bytes for one in facts))
    heads = {one.fetched_at for one in facts}
    first_head = next(number for number, batch in enumerate(between.batches) if heads & set(batch))
    assert all("#part#" in key for batch in between.batches[:first_head] for key in batch)
    assert not any("#part#" in key for batch in between.batches[first_head:] for key in batch)


def test_a_part_that_was_not_stored_keeps_its_fact_back() -> None:
    """No fact names an answer whose parts are not there."""
    whole = large(1)
    part_2 = failing(99, iter(lambda: "ThrottlingError", None), lambda key: key.endswith("#part#02"))
    with Between(part_2), pytest.raises(NotAppended):
        append([whole], lambda _: None)
    assert whole.fetched_at not in stored()
    assert append([whole]).records == 1
    assert lookup.fact_at("ua", "saved_tracks", whole.fetched_at).raw == whole.raw


@pytest.mark.parametrize("more", [{}, {"played_at": STARTED}], ids=["a like", "a play"])
def test_units_are_those_of_aws_rules(more: dict[str, str]) -> None:
    """Of the table and of its indexes, apart, for facts that are new and for those that were there."""
    rules, chance = capacity.Table.of(HISTORY), random.Random(7)  # noqa: S311
    facts = [
        fact(number, {"text": chance.randbytes(chance.randrange(3_000)).hex()}, track_name="x" * (number * 19), **more)
        for number in range(50)
    ]
    expected = [rules.write(None, item) for one in facts for item in one.items()]
    assert len({one.table for one in expected}) > 3
    first = append(facts)
    assert first.write_units == sum(one.table for one in expected)
    assert first.index_write_units == sum(sum(one.indexes.values()) for one in expected) >= 50 * (1 + len(more))
    again = append(facts)
    assert (again.write_units, again.index_write_units) == (first.write_units, 0)
