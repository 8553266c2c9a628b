"""K6: whatever stands in JSON is read, with the same fields and digests in every form, and nothing ever raises."""

import json
from collections.abc import Mapping
from functools import cache
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from blendify.core.data_types import DataType
from blendify.core.errors import UnexpectedShape
from blendify.core.json_text import DEEPEST, MOST_BRACKETS, NotJson, parsed
from blendify.history.facts import Fact
from blendify.providers import PROVIDERS
from blendify.providers.endpoint import Endpoint, ListPosition, Record
from blendify.providers.json_fields import LARGEST_NUMBER, count, flag, moment, number, text
from blendify.providers.record_identity import digest, identity
from local.simulators.frame.body_edits import edited_body
from tests.unit.every_provider.subject import Subject
from tests.unit.robustness.providers import PAIRS, TRAITS
from tests.unit.simulated import SIMULATED

ROOTS = ("recenttracks", "lovedtracks", "toptracks", "topartists")
"""Last.fm's names of its lists."""
PLACE = ListPosition("list", 3)
BYTES = ["body_with_bom", "body_controls", "body_gzip"]
PASSING_BYTES = ["body_blank", "body_null", "body_text", "body_cut_gzip", "body_cut"]


def endpoint(provider: str, data_type: DataType, list_id: str = "") -> Endpoint:
    return PROVIDERS[provider].endpoints[data_type].for_list(list_id)


@cache
def answers(provider: str, data_type: DataType) -> list[tuple[str, Any]]:
    """Entries as the simulator writes them, each with the name of its list."""
    simulated = SIMULATED[provider]
    simulator = simulated.service(simulated.options(**{**simulated.sizes, **TRAITS[provider].sizes}))
    simulated.view(simulator.listeners[simulated.listener])
    held = simulator.truth(simulated.listener)["data"][data_type]
    lists = held if isinstance(held, dict) else {"": held}
    return [(name, entry) for name, entries in lists.items() for entry in entries or ()]


def record(provider: str, data_type: DataType, name: str, entry: Any) -> Record:
    return endpoint(provider, data_type, name).to_record(entry, PLACE)


def known_values(fields: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if value is not None}


@pytest.mark.parametrize("form", ["float", "text", "number"])
@pytest.mark.parametrize(("provider", "data_type"), PAIRS)
def test_a_number_is_the_same_in_every_form(provider: str, data_type: DataType, form: str) -> None:
    """2345, 2345.0 and "2345": fields, identity, key and digest are those of the plain form."""
    simulated = SIMULATED[provider]
    numbers = simulated.service.troubles.numbers if form != "text" else []
    if form == "number" and not numbers:
        return
    for name, entry in answers(provider, data_type):
        other = edited_body(entry, {"numbers": form}, {}, numbers, 0)
        plain, now = (record(provider, data_type, name, each) for each in (entry, other))
        assert now == plain
        assert identity(now.fields) == identity(plain.fields)


def shortened(value: Any) -> Any:
    """The same with lists of three at most: an album has many tracks, and a track many markets."""
    if isinstance(value, dict):
        return {key: shortened(inner) for key, inner in value.items()}
    return [shortened(inner) for inner in value[:3]] if isinstance(value, list) else value


def mutated(draw: Any, value: Any, hits: list[int]) -> Any:
    """A copy in which some values are null, another form of themselves, or another type."""
    if draw(st.integers(0, 11)) == 0:
        hits.append(1)
        return draw(st.sampled_from([None, [], {}, "", 0, -1, 1e300, "x", [None], {"id": None}, True, 10**60]))
    if isinstance(value, dict):
        return {key: mutated(draw, inner, hits) for key, inner in value.items()}
    if isinstance(value, list):
        return [mutated(draw, inner, hits) for inner in value]
    if isinstance(value, int) and not isinstance(value, bool):
        return draw(st.sampled_from([value, float(value), str(value)]))
    return value


@settings(max_examples=100, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large], deadline=None)
@given(data=st.data(), pair=st.sampled_from(PAIRS))
def test_nulls_and_other_types_anywhere_raise_nothing(data: st.DataObject, pair: tuple[str, DataType]) -> None:
    """Any field, any depth: the entry becomes a record that can be stored with its answer; what is readable is read."""
    provider, data_type = pair
    name, whole = data.draw(st.sampled_from(answers(provider, data_type)))
    entry = shortened(whole)
    hits: list[int] = []
    other = mutated(data.draw, entry, hits)
    made = record(provider, data_type, name, other)
    fact = Fact.of("ua", data_type, "2026-11-22T17:44:30.123Z", provider, made.key, made.fields, other)
    assert fact.answer() == other
    assert digest(made.compared) == digest(made.compared)
    for item in fact.items():
        for index_key, most in (("record_id", 1_024), ("played_at", 1_024), ("fetched_at", 1_024)):
            if index_key in item:
                assert 0 < len(item[index_key]["S"].encode()) <= most
        assert all(len(value["N"]) <= 38 for value in item.values() if "N" in value)
    if not hits:
        assert known_values(made.fields) == known_values(record(provider, data_type, name, entry).fields)
    child = endpoint(provider, data_type, name).child_list
    if child:
        child(other)


@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large], deadline=None)
@given(data=st.data(), pair=st.sampled_from(PAIRS))
def test_a_page_is_read_or_is_no_page(data: st.DataObject, pair: tuple[str, DataType]) -> None:
    """Envelopes with nulls and other types: a page, or a shape that is asked for again. A null count hides nothing."""
    provider, data_type = pair
    # Of liked playlists SoundCloud's albums are read apart.
    entries = [{"id": "a", "playlist_type": "album"}, None, {"id": "b", "uri": "c", "playlist_type": "album"}]
    envelope = {
        "collection": entries,
        "items": entries,
        "data": entries,
        "total": len(entries),
        "next": None,
        "meta": {"total": len(entries)},
        "cursors": {"after": None},
    }
    attributes = {"@attr": {"total": str(len(entries)), "page": "1", "totalPages": "1", "user": "ana"}}
    body = {
        **envelope,
        "artists": envelope,
        **{root: {"track": entries, "artist": entries, **attributes} for root in ROOTS},
    }
    to_page = endpoint(provider, data_type).to_page
    assert to_page(body).entries == entries
    try:
        page = to_page(mutated(data.draw, body, []))
    except UnexpectedShape:
        return
    assert isinstance(page.entries, list)
    assert page.total is None or 0 <= page.total <= LARGEST_NUMBER


@pytest.mark.parametrize(("provider", "data_type"), [pair for pair in PAIRS if pair[0] != "soundcloud"])
def test_an_empty_page_may_have_null_in_place_of_its_list(provider: str, data_type: DataType) -> None:
    """
    Where the count says that there is nothing; with a count, or without any, it is a failure. SoundCloud's have none.
    """
    to_page = endpoint(provider, data_type).to_page

    def body(total: int | None) -> Any:
        page = {"items": None, "data": None, "total": total, "meta": {"total": total}, "next": None}
        page["pageInfo"] = {"totalResults": total}
        root = {"track": None, "artist": None, "@attr": {"total": total}}
        return {
            **page,
            "artists": page,
            **dict.fromkeys(("recenttracks", "lovedtracks", "toptracks", "topartists"), root),
        }

    assert to_page(body(0)).entries == []
    with pytest.raises(UnexpectedShape):
        to_page(body(None))


@pytest.mark.parametrize("trouble", BYTES)
@pytest.mark.parametrize("provider", SIMULATED)
def test_odd_bytes_around_and_inside_are_read(subject: Subject, trouble: str) -> None:
    """Byte order marks, raw control characters and gzip, for good: everything is stored, at no more calls."""
    offered = subject.provider.offered
    subject.fault("*", trouble)
    before = subject.calls()
    job, status = subject.run(*offered)
    assert status == "succeeded"
    assert subject.calls() - before <= subject.fewest_calls(*offered)
    for data_type in offered:
        assert len(subject.facts(job, data_type)) == subject.size(data_type)


@pytest.mark.parametrize("trouble", PASSING_BYTES)
@pytest.mark.parametrize("provider", SIMULATED)
def test_what_is_no_answer_is_asked_for_again(subject: Subject, trouble: str) -> None:
    """Blank, `null`, `"ok"`, half a body, with status 200: twice for each data type."""
    offered = subject.provider.offered
    for data_type in offered:
        subject.fault(data_type, trouble, times=2)
    assert subject.run(*offered)[1] == "succeeded"
    for data_type in offered:
        assert subject.differences(data_type) == []


@pytest.mark.parametrize(
    ("body", "value"),
    [
        (b'\xef\xbb\xbf {"a": 1}\n', {"a": 1}),
        (b' \r\n{"a": 1}\0\0', {"a": 1}),
        (b'{"a": "x\ty\x01"}', {"a": "x\ty\x01"}),
        (b'{"a": NaN, "b": -Infinity, "c": 1e999}', {"a": None, "b": None, "c": None}),
        (b'{"a": "Beyonc\xe9"}', {"a": "Beyonc\udce9"}),
        (b'{"a": 1, "a": 2}', {"a": 2}),
        ('{"a": "é"}'.encode("utf-16"), {"a": "é"}),
    ],
)
def test_json_as_providers_write_it(body: bytes, value: Any) -> None:
    """Each has been seen somewhere, and strict readers refuse it."""
    assert parsed(body) == value


def test_what_stands_too_deep_is_emptied() -> None:
    """The rest of the answer is read; brackets in texts do not count."""
    deep = b"[" * (DEEPEST + 40) + b"1" + b"]" * (DEEPEST + 40)
    value: Any = parsed(b'{"name": "' + b"[" * 300 + b'", "deep": ' + deep + b"}")
    assert value["name"] == "[" * 300
    levels, inner = 0, value["deep"]
    while inner:
        levels, inner = levels + 1, inner[0]
    assert levels == DEEPEST - 1
    json.dumps(value)


@pytest.mark.parametrize(
    "body",
    [b"", b" ", b"<html>", b'{"a": ', b"[" * 100_000, b"9" * 5_000, b"[" + b"{}," * (MOST_BRACKETS // 2) + b"{}]"],
    ids=["nothing", "blank", "html", "cut", "deep", "long", "many"],
)
def test_what_is_no_json_is_refused(body: bytes) -> None:
    """One error for all of it, also for what would fill the memory."""
    with pytest.raises(NotJson):
        parsed(body)


def test_values_in_all_their_forms() -> None:
    """What the readers of fields promise, one by one."""
    assert [number({"n": value}, "n") for value in (7, 7.0, "7", " 7 ", "7.0", 6.9, True, "x", None, 10**40)] == [
        *([7] * 6),
        *([None] * 4),
    ]
    assert [count({"n": value}, "n") for value in (0, -1, "-1", 3.0)] == [0, None, None, 3]
    assert [text({"t": value}, "t") for value in ("a", "", 1999, 1999.0, 10**30, True, None, [None], 1e999)] == [
        *("a", "", "1999", "1999", str(10**30)),
        *([None] * 4),
    ]
    assert [flag({"f": value}, "f") for value in (True, "true", "1", 1, 1.0, False, "False", 0, "x", None)] == [
        *([True] * 5),
        *([False] * 3),
        *([None] * 2),
    ]
    moments = {
        "2026-03-01T18:22:07Z": "2026-03-01T18:22:07Z",
        "2026-03-01T18:22:07.120Z": "2026-03-01T18:22:07.120Z",
        "2026-03-01T19:22:07+01:00": "2026-03-01T18:22:07Z",
        "2026-03-01 18:22:07.5": "2026-03-01T18:22:07.500Z",
        "9999-12-31T23:59:59-23:00": None,
        "soon": None,
        "": None,
    }
    assert {value: moment({"m": value}, "m") for value in moments} == moments


@pytest.mark.parametrize("provider", SIMULATED)
def test_a_number_beyond_measure_stops_nothing(subject: Subject) -> None:
    """4,000 digits in each number: the history takes 38; the entries are stored without it, and with their answers."""
    offered = subject.provider.offered
    subject.fault("*", edit={"fields": {"durations": "huge"}})
    job, status = subject.run(*offered)
    assert status == "succeeded"
    for data_type in offered:
        assert len(subject.facts(job, data_type)) == subject.size(data_type)
