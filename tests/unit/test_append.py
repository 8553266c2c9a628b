"""Appending: batches, duplicates, statements that fail, large answers, costs."""

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
from local.template import resources
from tests.aws import capacity

pytestmark = pytest.mark.usefixtures("aws_in_memory")

STARTED = "2026-11-22T17:44:30.123Z"
HISTORY = resources("AWS::DynamoDB::Table")["HistoryTable"]
BUSY = ["ThrottlingError", "ProvisionedThroughputExceeded", "TransactionConflict", "InternalServerError"]


def made(number: int, answer: Any = None, **fields: Any) -> Fact:
    answer, named = {"n": number} if answer is None else answer, {"record_id": f"r{number}", **fields}
    return Fact.of("ua", "saved_tracks", STARTED, "spotify", f"{number:05}", named, answer)


def large(number: int) -> Fact:
    """Its answer cannot be packed into one item."""
    return made(number, {"text": "".join(f"{n * 7919 % 1000003:06x}" for n in range(number, 250_000 + number))})


def stored() -> dict[str, dict[str, Any]]:
    """The table's items by their sort keys."""
    pages = aws.client("dynamodb").get_paginator("scan").paginate(TableName="history")
    return {item["fetched_at"]["S"]: item for page in pages for item in page["Items"]}


class Between:
    """Sits between the product and DynamoDB: records every batch, and lets single statements fail."""

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
            keys = [statement["Parameters"][1]["S"] for statement in parameters["Statements"]]
            with self._lock:
                self.batches.append(keys)
                self.texts |= {statement["Statement"] for statement in parameters["Statements"]}
                codes = [self._code(key) for key in keys]
            wanted = [statement for statement, code in zip(parameters["Statements"], codes, strict=True) if not code]
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
    """Each of these keys fails so many times, then succeeds."""
    tried: Counter[str] = Counter()

    def code(key: str) -> str:
        tried[key] += 1
        return next(codes) if keys(key) and tried[key] <= times else ""

    return code


def test_a_request_has_25_facts() -> None:
    """The requests are as few as DynamoDB's limit allows, and every fact is stored."""
    facts = [made(number) for number in range(1_003)]
    with Between() as between:
        written = append(facts)
    assert (written.records, written.known) == (1_003, 0)
    assert stored().keys() == {fact.fetched_at for fact in facts}
    assert len(between.batches) == 41 + (400 % 25 > 0)
    assert max(map(len, between.batches)) == 25


def test_no_facts_need_no_request() -> None:
    """Without facts there is no request."""
    with Between() as between:
        assert append([]).records == 0
    assert between.batches == []


def test_values_are_parameters() -> None:
    """A statement's text names only attributes, so a value cannot become part of it."""
    odd = "'}; DELETE FROM \"history\" WHERE x = '"
    with Between() as between:
        append([made(1, track_name=odd), made(2, track_name="other")])
    assert len(between.texts) == 1
    assert "DELETE" not in between.texts.pop()
    assert {item["track_name"]["S"] for item in stored().values()} == {odd, "other"}


def test_existing_facts_stay_and_are_counted() -> None:
    """Half of the facts come again with another answer: the first answers stay, the new facts are added."""
    append([made(number) for number in range(50)])
    before = stored()
    written = append([made(number, {"other": number}) for number in range(25, 75)])
    assert (written.records, written.known) == (25, 25)
    assert {key: item for key, item in stored().items() if key in before} == before


def test_two_facts_with_one_key_are_one() -> None:
    """Only the first one is sent and stored."""
    written = append([made(1, {"first": True}), made(2), made(1, {"second": True})])
    assert (written.records, written.known) == (2, 1)
    (item,) = [item for key, item in stored().items() if key.endswith("00001")]
    assert Fact.read(item).answer() == {"first": True}


@pytest.mark.parametrize("code", BUSY)
def test_failed_statements_alone_are_repeated(code: str) -> None:
    """Some facts fail twice. The others are sent once, with a pause before each repetition."""
    facts, pauses = [made(number) for number in range(60)], list[float]()
    often = failing(2, iter(lambda: code, None), lambda key: key.endswith(("0", "3", "6", "9")))
    with Between(often) as between:
        written = append(facts, pauses.append)
    assert written.records == 60
    assert stored().keys() == {fact.fetched_at for fact in facts}
    sent = Counter(key for batch in between.batches for key in batch)
    assert {key: times for key, times in sent.items() if times > 1} == {key: 3 for key in sent if key[-1] in "0369"}
    assert len(pauses) == 2 * 3
    assert all(0 <= pause <= 0.2 for pause in pauses)


def test_a_throttled_request_is_repeated() -> None:
    """A throttled request is repeated as a whole."""
    refusals, real = iter([True, True]), BaseClient._make_api_call  # type: ignore[attr-defined]

    def request(client: Any, operation: str, parameters: Any) -> Any:
        if operation == "BatchExecuteStatement" and next(refusals, False):
            raise ClientError({"Error": {"Code": "ThrottlingException", "Message": "busy"}}, operation)
        return real(client, operation, parameters)

    with patch.object(BaseClient, "_make_api_call", request):
        assert append([made(1)], lambda _: None).records == 1


def test_appending_gives_up_in_the_end() -> None:
    """Permanent throttling ends in an error after at most 16 s of pauses; a later call stores the rest."""
    facts, pauses = [made(number) for number in range(30)], list[float]()
    with Between(failing(1_000, iter(lambda: "ThrottlingError", None), lambda key: key.endswith("7"))):
        with pytest.raises(NotAppended, match="did not store 2 items of the history: ThrottlingError for 2"):
            append(facts[5:25], pauses.append)
        assert len(pauses) == ATTEMPTS - 1
    assert sum(pauses) < 16.2
    assert append(facts).records == 30 - 18
    assert len(stored()) == 30


@pytest.mark.parametrize("code", ["AccessDenied", "ValidationError", "ResourceNotFound", "SomethingNew"])
def test_permanent_errors_end_at_once_and_have_no_content(code: str) -> None:
    """The error names the code. Neither it nor its cause contains the fact."""
    pauses: list[float] = []
    with Between(failing(1, iter(lambda: code, None))), pytest.raises(NotAppended, match=code) as caught:
        append([made(1, track_name="a listener's own")], pauses.append)
    assert pauses == []
    assert "a listener's own" not in f"{caught.value!r} {caught.value.__cause__!r} {caught.value.__context__!r}"


def test_large_answers_are_cut_into_smaller_requests() -> None:
    """A request has at most 2 MB of items, and all parts are sent before the facts that refer to them."""
    facts = [large(number) for number in range(5)]
    by_key = {item["fetched_at"]["S"]: capacity.item_size(item) for fact in facts for item in fact.items()}
    with Between() as between:
        written = append(facts)
    sizes = [sum(by_key[key] for key in batch) for batch in between.batches]
    assert len(by_key) > 10
    assert max(sizes) <= REQUEST_BYTES
    assert written.stored_bytes == sum(by_key.values())
    assert (written.records, written.raw_bytes) == (5, sum(fact.answer_bytes for fact in facts))
    heads = {fact.fetched_at for fact in facts}
    first_head = next(number for number, batch in enumerate(between.batches) if heads & set(batch))
    assert all("#part#" in key for batch in between.batches[:first_head] for key in batch)
    assert not any("#part#" in key for batch in between.batches[first_head:] for key in batch)


def test_a_part_that_was_not_stored_keeps_its_fact_back() -> None:
    """A fact is stored only after all parts of its answer."""
    whole = large(1)
    part_2 = failing(99, iter(lambda: "ThrottlingError", None), lambda key: key.endswith("#part#02"))
    with Between(part_2), pytest.raises(NotAppended):
        append([whole], lambda _: None)
    assert whole.fetched_at not in stored()
    assert append([whole]).records == 1
    assert lookup.fact_at("ua", "saved_tracks", whole.fetched_at).raw == whole.raw


@pytest.mark.parametrize("more", [{}, {"played_at": STARTED}], ids=["a like", "a play"])
def test_units_are_those_of_aws_rules(more: dict[str, str]) -> None:
    """For the table and for its indexes, for new facts and for known ones."""
    rules, chance = capacity.Table.of(HISTORY), random.Random(7)  # noqa: S311
    facts = [
        made(number, {"text": chance.randbytes(chance.randrange(3_000)).hex()}, track_name="x" * (number * 19), **more)
        for number in range(50)
    ]
    expected = [rules.write(None, item) for fact in facts for item in fact.items()]
    assert len({units.table for units in expected}) > 3
    first = append(facts)
    assert first.write_units == sum(units.table for units in expected)
    assert first.index_write_units == sum(sum(units.indexes.values()) for units in expected) >= 50 * (1 + len(more))
    again = append(facts)
    assert (again.write_units, again.index_write_units) == (first.write_units, 0)
