"""Values of JSON texts of any size and any state, one after the other."""

import io
import json
import tracemalloc
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from blendify.importing.formats.json_rows import CLOSED, entries, rows, starts_with
from blendify.importing.formats.rows import Skipped

CUT_OFF, UNREADABLE, TOO_LONG = Skipped("cut_off"), Skipped("unreadable"), Skipped("too_long")
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**9), 10**9) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner, max_size=4),
    max_leaves=20,
)


def values(text: str | bytes, *, longest: int = 200, piece: int = 1_000_000) -> list[Any]:
    """The entries of a list, read in pieces of so many bytes."""
    return [value for _, value in rows(Pieces(text, piece), entries, longest=longest)]


class Pieces(io.BytesIO):
    """A stream that gives little at a time, as networks do."""

    def __init__(self, text: str | bytes, size: int) -> None:
        super().__init__(text if isinstance(text, bytes) else text.encode())
        self._size = size

    def read(self, size: int | None = -1) -> bytes:
        return super().read(self._size if not size or size < 0 else min(size, self._size))


@settings(max_examples=60, deadline=None)
@given(value=JSON, piece=st.integers(1, 40), indent=st.sampled_from([None, 2]))
def test_what_json_writes_is_read_however_it_arrives(value: Any, piece: int, indent: int | None) -> None:
    text = json.dumps(value, indent=indent, ensure_ascii=piece % 2 == 0)
    expected = value if isinstance(value, list) and value else [value]
    assert values(text, longest=100_000, piece=piece) == expected


def test_values_come_with_the_keys_that_lead_to_them() -> None:
    text = '{"a": {"time": 1}, "b": [{"x": [1, 2]}, 3], "c": []}'
    assert list(rows(Pieces(text, 5), starts_with(("b",), ("c",)))) == [
        (("a",), {"time": 1}),
        (("b", "*"), {"x": [1, 2]}),
        (("b", "*"), 3),
        (("c",), []),
    ]


def test_ends_are_told_where_they_are_asked_for() -> None:
    text = '[{"name": "a", "items": [1]}, {"items": []}, {}]'
    values = rows(Pieces(text, 3), starts_with(("*", "items")), closing=[("*",)])
    assert [(path, "end" if value is CLOSED else value) for path, value in values] == [
        (("*", "name"), "a"),
        (("*", "items", "*"), 1),
        (("*",), "end"),
        (("*", "items"), []),
        (("*",), "end"),
        (("*",), {}),
        (("*",), "end"),
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[1, {'a'}, 2]", [1, UNREADABLE, 2]),
        ('[{"a": 1,, "b"}, 2]', [UNREADABLE, 2]),
        ("[1 2,,3,]", [1, 2, 3]),
        ("[1, tru, nil, 2]", [1, UNREADABLE, UNREADABLE, 2]),
        ("[NaN, 1e999, -Infinity, 5]", [None, None, None, 5]),
        (f"[{'9' * 5_000}, 1]", [TOO_LONG, 1]),
        (f"[{'9' * 150}, 1]", [int("9" * 150), 1]),
        (f'["{"x" * 500}", 1]', [TOO_LONG, 1]),
        (f'[{{"a": "{"x]" * 200}", "b": [{{}}]}}, 1]', [TOO_LONG, 1]),
        (f'["{chr(92) * 2}", "{chr(92)}"{"x" * 300}", 1]', [chr(92), TOO_LONG, 1]),
        (f"[{'[' * 90}{']' * 90}, 1]", [json.loads(f"{'[' * 90}{']' * 90}"), 1]),
        ("[1]\n[2]", [1, 2]),
        ("[1]]] [2]", [1, UNREADABLE, 2]),
        ('["raw\ttab"]', ["raw\ttab"]),
        ("[1, 2", [1, 2, CUT_OFF]),
        ('[1, {"a": 2', [1, CUT_OFF]),
        ('[1, "abc', [1, CUT_OFF]),
        ("[", [CUT_OFF]),
        ("[]", [[]]),
        ("null", [None]),
        ("", []),
        ("  \n\0", []),
    ],
)
def test_what_is_broken_costs_its_own_value_alone(text: str, expected: list[Any]) -> None:
    assert [values(text, piece=piece) for piece in (1, 7, 1_000_000)] == [expected] * 3


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_encodings_are_told_by_the_bytes(encoding: str) -> None:
    assert values('["Små", "Ghosts 🎵"]'.encode(encoding)) == ["Små", "Ghosts 🎵"]


def test_bytes_of_older_encodings_are_letters() -> None:
    assert values(b'["Sm\xe5 \x80", "Sm\xc3\xa5"]') == ["Små €", "Små"]


@settings(max_examples=60, deadline=None)
@given(data=st.binary(max_size=200), opening=st.sampled_from([b"", b"[", b'{"a":', b'[{"a":"', b"[[[["]))
def test_any_bytes_are_values_and_rejections(data: bytes, opening: bytes) -> None:
    values(opening + data, piece=13)


@pytest.mark.parametrize("unit", ['{"a": 1},', "[[[[", '"x', "1", "}", ",", '"\\'])
def test_memory_does_not_grow_with_a_hostile_text(unit: str) -> None:
    stream = Pieces("[" + unit * (90_000 // len(unit)), 1_000_000)
    tracemalloc.start()
    for _ in rows(stream, entries, longest=10_000):
        pass
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 1_500_000
