"""
Holds what is stored against what the provider served, record by record: the oracle of demo and end-to-end tests.

It reads the table by its documented keys and undoes the documented packing itself, so that a mistake in the product's
own reading cannot hide one in its writing.
"""

import json
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from local.paths import ROOT

RESOURCES = "resources"
"""The list of what songs were played from: its records are plays of another kind than songs'."""
_RESOURCES = ("album", "playlist", "station")
DICTIONARIES = {1: "answers-1.bin"}
_FOLDER = ROOT / "layers" / "blendify" / "blendify" / "history" / "dictionaries"


@dataclass(frozen=True)
class Stored:
    """One record as the table holds it: where it stood, and the provider's answer."""

    data_type: str
    list_id: str
    position: int | None
    answer: Any
    reading: int = 1
    """2, 3 when the list was read anew in the same run, as it changed meanwhile."""


def unpack(blob: bytes, item: Mapping[str, Any]) -> Any:
    """
    The answer in an item's `raw`: dictionary number, then zlib of JSON.

    The preset dictionary goes on with the item's own text attributes but its keys, sorted, each on a line.
    """
    texts = [value["S"] for name, value in item.items() if "S" in value and name not in ("user#type", "fetched_at")]
    zdict = (_FOLDER / DICTIONARIES[blob[0]]).read_bytes() + "\n".join(sorted(texts)).encode()
    inflater = zlib.decompressobj(zdict=zdict)
    return json.loads(inflater.decompress(blob[1:]) + inflater.flush())


def stored(client: Any, table: str, user_id: str, data_type: str, fetched_at: str) -> Iterator[Stored]:
    """What one run stored of one data type, in the order of the keys; `client` is a DynamoDB client."""
    pages = client.get_paginator("query").paginate(
        TableName=table,
        KeyConditionExpression="#p = :p AND begins_with(fetched_at, :f)",
        ExpressionAttributeNames={"#p": "user#type"},
        ExpressionAttributeValues={":p": {"S": f"{user_id}#{data_type}"}, ":f": {"S": fetched_at}},
        ConsistentRead=True,
    )
    items = [item for page in pages for item in page["Items"]]
    parts = {item["fetched_at"]["S"]: item["raw"]["B"] for item in items if "raw" in item}
    for item in items:
        key = item["fetched_at"]["S"]
        # What has no answer is no entry: a removal, or a mark of how the list was read.
        if "part" in item or "raw" not in item:
            continue
        count = int(item.get("raw_parts", {"N": "1"})["N"])
        blob = b"".join([parts[key], *(parts[f"{key}#part#{number:02}"] for number in range(2, count + 1))])
        reading = int(item.get("reading", {"N": "1"})["N"])
        fields = {name: next(iter(value.values())) for name, value in item.items()}
        yield Stored(data_type, list_of(data_type, fields), _position(item), unpack(blob, item), reading)


def latest_reading(records: list[Stored]) -> list[Stored]:
    """Of one list's records those that count: of a list that was read anew, the last reading."""
    last = max((one.reading for one in records), default=1)
    return [one for one in records if one.reading == last]


def list_of(data_type: str, record: Mapping[str, Any]) -> str:
    """The list that a record of these fields is of."""
    if data_type == "recently_played":
        return RESOURCES if record.get("kind") in _RESOURCES else ""
    return str(record.get("playlist_id" if data_type == "playlist_tracks" else "time_range") or "")


def _position(item: Mapping[str, Any]) -> int | None:
    if "rank" in item:
        return int(item["rank"]["N"]) - 1
    return int(item["position"]["N"]) if "position" in item else None


def differences(truth: Mapping[str, Any], found: Mapping[str, list[Stored]]) -> list[str]:
    """
    What is not as served, in words; empty when each record is there exactly once, in its place and equal as JSON.

    `truth` is {data type: [answers], {time range: [answers]} or {playlist id: [answers] | None}}
    """
    told = []
    for data_type, served in truth.items():
        lists = served if isinstance(served, dict) else {"": served}
        expected = {list_id: entries for list_id, entries in lists.items() if entries is not None}
        records = found.get(data_type, [])
        told += [f"{data_type}: {one.list_id} was never served" for one in records if one.list_id not in expected][:3]
        for list_id, entries in expected.items():
            here = latest_reading([one for one in records if one.list_id == list_id])
            told += _compare(data_type, list_id, entries, here)
    return told


def _compare(data_type: str, list_id: str, served: list[Any], here: list[Stored]) -> Iterator[str]:
    name = f"{data_type} {list_id}".strip()
    if len(served) != len(here):
        yield f"{name}: {len(served)} served, {len(here)} stored"
    if sorted(map(canonical, served)) != sorted(canonical(one.answer) for one in here):
        yield f"{name}: not every answer is equal"
    places = {one.position: one.answer for one in here if one.position is not None}
    wrong = [place for place, answer in places.items() if not 0 <= place < len(served) or served[place] != answer]
    if wrong:
        yield f"{name}: {len(wrong)} records stand in a wrong place, the first at {min(wrong)}"


def canonical(answer: Any) -> str:
    """One text for what is equal as JSON."""
    return json.dumps(answer, sort_keys=True)
