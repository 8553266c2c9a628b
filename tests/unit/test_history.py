"""History is appended once, read back whole, and counted as DynamoDB counts it."""

import math
import random
from typing import Any

import pytest

from blendify.core import aws
from blendify.db.attribute_values import item_size
from blendify.history import lookup
from blendify.history.append import Written, append
from blendify.history.facts import FIELDS, Fact
from blendify.history.stored_facts import StoredFact

pytestmark = pytest.mark.usefixtures("aws_in_memory")

STARTED = "2026-11-22T17:44:30.123Z"
LARGEST_ITEM = 400 * 1024


def fact(key: str = "short_term#0001", answer: Any = None, started: str = STARTED, **fields: Any) -> Fact:
    return Fact.of("ua", "top_tracks", started, "spotify", key, fields, {"id": "x"} if answer is None else answer)


def stored() -> list[dict[str, Any]]:
    """What the table holds, in DynamoDB's own notation."""
    return aws.client("dynamodb").scan(TableName="history")["Items"]


def stored_facts() -> list[StoredFact]:
    return list(StoredFact.of_run("ua", "top_tracks", STARTED))


def noise(size: int) -> dict[str, str]:
    """An answer that no packing makes smaller."""
    return {"description": random.Random(7).randbytes(size // 2).hex()}  # noqa: S311


def counted(item: dict[str, dict[str, Any]]) -> int:
    """
    The size of an item by AWS's own words: names and texts in UTF-8 bytes, binaries in bytes, a byte for a boolean;
    a number takes a byte for every two significant digits and one more, zeros at either end are trimmed.
    """
    size = 0
    for name, typed in item.items():
        ((kind, value),) = typed.items()
        size += len(name.encode("utf-8"))
        match kind:
            case "S":
                size += len(value.encode("utf-8"))
            case "B":
                size += len(value)
            case "N":
                size += math.ceil(len(value.lstrip("-").strip("0")) / 2) + 1
            case "BOOL" | "NULL":
                size += 1
            case _:
                raise AssertionError(kind)
    return size


def test_a_fact_is_written_once() -> None:
    """The first write is new; the same fact again, as after a retry, is not."""
    assert append([fact()]).records == 1
    assert append([fact()]).records == 0
    assert len(stored()) == 1


def test_the_first_content_stays() -> None:
    """A second write under the same key changes nothing, whatever it holds."""
    append([fact(answer={"name": "first"}, track_name="first")])
    append([fact(answer={"name": "second"}, track_name="second")])
    (stored_fact,) = stored_facts()
    assert (stored_fact.track_name, stored_fact.answer()) == ("first", {"name": "first"})


def test_keys_are_as_documented() -> None:
    """`user#type` names whose and what; `fetched_at` begins with the run's start, then provider and place."""
    append([fact()])
    (item,) = stored()
    assert item["user#type"] == {"S": "ua#top_tracks"}
    assert item["fetched_at"] == {"S": f"{STARTED}#spotify#short_term#0001"}
    assert item["provider"] == {"S": "spotify"}


def test_only_the_run_asked_for_is_told() -> None:
    """Facts of other runs in the same partition stay out."""
    append([fact()])
    append([fact(started="2026-11-23T17:44:30.123Z")])
    assert len(stored_facts()) == 1


def test_an_answer_is_read_back_equal() -> None:
    """The provider's whole answer, nulls included, is in the fact."""
    answer: dict[str, Any] = {
        "name": "x",
        "preview_url": None,
        "available_markets": ["SE"],
        "popularity": 0,
        "linked_from": {},
    }
    append([fact(answer=answer)])
    assert stored_facts()[0].answer() == answer


def test_absent_fields_take_no_room() -> None:
    """A field without a value is no attribute; an empty text is one."""
    append([fact(track_name=None, artist_name="", isrc="X")])
    (item,) = stored()
    assert "track_name" not in item
    assert item["artist_name"] == {"S": ""}


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"track_name": "Ä🎧", "duration_ms": 213573, "explicit": False, "popularity": 7},
        {"rank": 50, "duration_ms": 200000, "popularity": 0, "total_tracks": 100},
        {"album_name": "x" * 997, "position": 12345},
    ],
    ids=["bare", "track", "numbers that end in zeros", "long"],
)
def test_the_size_is_the_one_dynamodb_counts(fields: dict[str, Any]) -> None:
    """Bytes and write units of an append are those of the item that was stored."""
    written = append([fact(**fields)])
    (item,) = stored()
    size = counted(item)
    assert (written.stored_bytes, written.write_units) == (size, math.ceil(size / 1024))
    assert item_size(item) == size


def test_an_append_tells_how_large_the_answer_was() -> None:
    """Bytes of JSON before packing, so that the saving can be told."""
    assert append([fact(answer={"a": "ä"})]).raw_bytes == len('{"a":"ä"}'.encode())


def test_a_refused_write_is_paid_for_and_stores_nothing() -> None:
    """DynamoDB charges for a condition that fails; the counts say so."""
    first, second = append([fact()]), append([fact()])
    assert second.write_units == first.write_units
    assert second.stored_bytes == 0


def test_an_answer_too_large_for_one_item_is_split_and_read_back() -> None:
    """700 KB that cannot be packed are kept whole, in items that DynamoDB takes, and told as one fact."""
    answer = noise(700_000)
    written = append([fact(answer=answer, track_name="long")])
    items = stored()
    assert len(items) > 1
    assert max(counted(item) for item in items) <= LARGEST_ITEM
    (stored_fact,) = stored_facts()
    assert stored_fact.answer() == answer
    assert stored_fact.track_name == "long"
    assert written.records == 1
    assert written.stored_bytes == sum(counted(item) for item in items)


def test_a_split_answer_is_written_once_as_well() -> None:
    """A retry of a large fact stores no second copy and no half."""
    answer = noise(700_000)
    append([fact(answer=answer)])
    count = len(stored())
    assert append([fact(answer=answer)]).records == 0
    assert len(stored()) == count


def test_a_split_that_was_cut_short_is_completed() -> None:
    """A collector killed between two parts leaves no fact without its rest: the next append adds what is missing."""
    answer = noise(700_000)
    append([fact(answer=answer)])
    for item in stored():
        if "#part#" not in item["fetched_at"]["S"]:
            key = {name: item[name] for name in ("user#type", "fetched_at")}
            aws.client("dynamodb").delete_item(TableName="history", Key=key)
    assert stored_facts() == []
    assert append([fact(answer=answer)]).records == 1
    assert stored_facts()[0].answer() == answer


@pytest.mark.parametrize(
    "name",
    ["cut \ud83d", "\udfff" * 30_000, "🎧" * 30_000, "a\u0000b", "x" * 100_000],
    ids=["surrogate", "surrogates", "emoji", "NUL", "long"],
)
def test_any_name_fits_an_item(name: str) -> None:
    """A name of any length and content is stored; what does not fit the field is whole in the answer."""
    texts = dict.fromkeys(["track_name", "artist_name", "album_name", "album_art_url", "context_uri"], name)
    append([fact(answer={"name": name, **noise(590_000)}, **texts)])
    assert max(counted(item) for item in stored()) <= LARGEST_ITEM
    (stored_fact,) = stored_facts()
    assert stored_fact.answer()["name"] == name
    assert str(stored_fact.track_name)[:2] == name[:2].encode(errors="backslashreplace").decode()[:2]


def test_a_very_long_key_is_shortened_and_stays_unique() -> None:
    """Local files are keyed by uris of any length: two that differ only at their end are two facts."""
    uri = "spotify:local:" + "%E3%81%82" * 220
    assert len(uri) > 1_980
    assert append([fact(f"{uri}:1")]).records == 1
    assert append([fact(f"{uri}:2")]).records == 1
    assert append([fact(f"{uri}:1")]).records == 0
    assert max(len(item["fetched_at"]["S"].encode()) for item in stored()) <= 1_024


def test_a_key_with_half_a_surrogate_pair_is_stored() -> None:
    """The uri of a local file repeats the listener's tags, whatever they hold."""
    assert append([fact("spotify:local:\ud83d:::1")]).records == 1


def test_a_record_is_found_whatever_its_id_holds() -> None:
    """An id that looks like our own mark for continued answers hides no fact."""
    append([fact("spotify:local:a#part#02:::1")])
    assert len(stored_facts()) == 1


def test_counts_add_up() -> None:
    """Many appends sum to one figure."""
    first = Written(records=1, known=2, raw_bytes=3, stored_bytes=4, write_units=5, index_write_units=6)
    assert first + Written(10, 20, 30, 40, 50, 60) == Written(11, 22, 33, 44, 55, 66)


def test_a_fact_is_read_back_as_it_was_made() -> None:
    """A lookup by key gives the same fields and the same answer, also from several items."""
    made = fact(answer=noise(700_000), track_name="long", position=3, explicit=False)
    append([made])
    read = lookup.fact_at("ua", "top_tracks", made.fetched_at)
    assert (read.fields, read.provider, read.raw) == (made.fields, made.provider, made.raw)
    assert read.answer() == noise(700_000)


def test_a_missing_fact_is_an_error() -> None:
    """The error names the key."""
    append([fact()])
    with pytest.raises(LookupError, match="2026-01-01#spotify#x"):
        lookup.fact_at("ua", "top_tracks", "2026-01-01#spotify#x")


def test_readers_know_every_named_field() -> None:
    """Every field comes back from the table with its value and type."""
    artists = [{"id": "1", "name": "A"}, {"id": None, "name": "B"}]
    values: dict[type, Any] = {int: 7, bool: True, list: artists, dict: {"reason_end": "trackdone", "skipped": False}}
    fields = {name: values.get(kind, name) for name, kind in FIELDS.items()}
    append([fact(**fields)])
    (stored_fact,) = stored_facts()
    assert stored_fact.fields == fields
    assert [type(stored_fact.fields[name]) for name in FIELDS] == [*FIELDS.values()]
