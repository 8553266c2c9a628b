"""A provider's answer comes out of the archive as it went in, or not at all."""

import itertools
import json
import zlib
from hashlib import sha256
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blendify.history import raw_answers
from blendify.history.raw_answers import text
from blendify.providers import PROVIDERS

ANSWERS: dict[str, Any] = {
    "nulls": {"preview_url": None, "linked_from": None, "items": [None, None]},
    "key order": {"z": 1, "a": {"y": 2, "b": 3}},
    "unpaired surrogate": {"name": "cut emoji \ud83d", "\udc00": "as a key"},
    "surrogate beside emoji": ["\ud83d", "🎧", "\ude00 \ud83d x"],
    "NUL": {"name": "a\u0000b"},
    "emoji": {"name": "👩‍👩‍👧 🇸🇪"},
    "right to left": "\u202eשלום\u202c",
    "combining": ["é", "e\u0301"],
    "huge integer": 12345678901234567890123456789012345678901234567890,
    "floats": [0.1, -0.0, 1.0, 1e308, 5e-324, 1e-7],
    "booleans are no numbers": [True, 1, False, 0],
    "empty object": {},
    "empty list": [],
    "empty text": "",
    "empty key": {"": ""},
    "null": None,
    "numbers as texts": {"playcount": "12", "1": 1},
    "an id again and again": {"id": "4uLU6hMCjMI75M1A2tKUQC", "uri": "spotify:track:4uLU6hMCjMI75M1A2tKUQC"},
    "another id between": ["4uLU6hMCjMI75M1A2tKUQC", "3HRuSJ7VheXVBmjlAXaREd", "4uLU6hMCjMI75M1A2tKUQC"],
    "an id in a longer word": ["4uLU6hMCjMI75M1A2tKUQC", "x4uLU6hMCjMI75M1A2tKUQC", "ä4uLU6hMCjMI75M1A2tKUQCä"],
    "the byte of repeats": ["4uLU6hMCjMI75M1A2tKUQC", "\u0001", "\u00014uLU6hMCjMI75M1A2tKUQC\u0001"],
}


BESIDE = ["Never Gonna Give You Up", "4uLU6hMCjMI75M1A2tKUQC", "ä🎧"]
"""The item's other texts."""


def packed_up(plain: bytes) -> bytes:
    return raw_answers.pack(plain, BESIDE)


def opened(packed: bytes) -> Any:
    return raw_answers.unpack(packed, BESIDE)


def as_json(value: Any) -> str:
    """JSON text that tells apart all that JSON tells apart: order of keys, 1 and 1.0 and true, every escape."""
    return json.dumps(value)


@pytest.mark.parametrize("answer", ANSWERS.values(), ids=ANSWERS)
def test_what_is_packed_comes_out_the_same(answer: Any) -> None:
    """Nothing that JSON can say is lost, rounded, reordered or normalised."""
    assert as_json(opened(packed_up(text(answer)))) == as_json(answer)


_JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=[]), max_size=12),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=6), inner, max_size=4),
    max_leaves=12,
)


@given(_JSON)
def test_every_json_value_survives(value: Any) -> None:
    """Whatever a JSON parser can hand us is stored and read back equal."""
    parsed = json.loads(json.dumps(value))
    assert as_json(opened(packed_up(text(parsed)))) == as_json(parsed)


def test_a_changed_byte_never_gives_another_answer() -> None:
    """One flipped bit raises; only the few that mean nothing to zlib, as padding, may leave the answer as it was."""
    answer = {"id": "4uLU6hMCjMI75M1A2tKUQC", "name": "Never Gonna Give You Up", "duration_ms": 213573}
    packed = packed_up(text(answer))
    raised = 0
    for place, bit in itertools.product(range(len(packed)), range(8)):
        changed = bytearray(packed)
        changed[place] ^= 1 << bit
        try:
            assert opened(bytes(changed)) == answer
        except (zlib.error, KeyError, ValueError):
            raised += 1
    assert raised >= len(packed) * 8 - 7


def test_a_cut_blob_is_noticed() -> None:
    """A blob that lost its end raises, wherever it was cut."""
    packed = packed_up(text({"name": "cut", "list": list(range(40))}))
    for length in range(1, len(packed)):
        with pytest.raises((zlib.error, ValueError)):
            opened(packed[:length])


def test_an_empty_blob_is_noticed_as_cut() -> None:
    """No bytes at all are bytes missing: ValueError, as the module promises."""
    with pytest.raises(ValueError, match="cut short"):
        opened(b"")


@pytest.mark.parametrize("number", [float("inf"), float("-inf"), float("nan")])
def test_what_json_cannot_say_is_refused(number: float) -> None:
    """Infinity and not-a-number never get into the archive, where no parser could read them."""
    with pytest.raises(ValueError, match="JSON"):
        text({"price": number})


def test_a_packed_answer_names_its_dictionary() -> None:
    """The first byte says which dictionary opens the rest, so that a newer one never locks old answers out."""
    packed = packed_up(text({"a": 1}))
    with pytest.raises(KeyError):
        opened(b"\xff" + packed[1:])


def test_the_texts_beside_may_come_in_any_order() -> None:
    """DynamoDB does not keep the order of attributes."""
    packed = raw_answers.pack(text({"name": BESIDE[0]}), BESIDE)
    assert raw_answers.unpack(packed, reversed(BESIDE)) == {"name": BESIDE[0]}


@pytest.mark.parametrize("beside", [[], BESIDE[:2], [*BESIDE, "more"], [*BESIDE[:2], "changed"]], ids=str)
def test_a_changed_text_beside_is_noticed(beside: list[str]) -> None:
    """An answer next to other texts than those it was packed with raises instead of giving another answer."""
    packed = raw_answers.pack(text({"name": BESIDE[0], "id": BESIDE[1]}), BESIDE)
    with pytest.raises(zlib.error):
        raw_answers.unpack(packed, beside)


def test_a_dictionary_in_use_never_changes() -> None:
    """Answers that were packed with it could not be unpacked any more."""
    hashes = {number: sha256(raw_answers.dictionary(number)).hexdigest() for number in (2, 3)}
    assert hashes == {
        2: "2583d8f19e0e7a771f9eb0b9c9bd9cf5d40015c1a16cd0cffb8444abea8b66c8",
        3: "f4aced67aef3643daaa7bd7020ab645c097a42b1a92c94b39103c8ae16f2b641",
    }


@pytest.mark.parametrize("name", PROVIDERS)
def test_every_provider_has_a_dictionary(name: str) -> None:
    """And what is packed by it can be unpacked, which is told by the first byte."""
    packed = raw_answers.pack(text({"name": name}), BESIDE, PROVIDERS[name].dictionary)
    assert packed[0] == PROVIDERS[name].dictionary
    assert raw_answers.unpack(packed, BESIDE) == {"name": name}


def test_what_stands_beside_is_not_stored_twice() -> None:
    """A long name costs a reference, no second copy."""
    name = "".join(chr(0x4E00 + number * 37) for number in range(300))
    plain = text({"name": name})
    assert len(raw_answers.pack(plain, [name])) < len(raw_answers.pack(plain, [])) / 5
