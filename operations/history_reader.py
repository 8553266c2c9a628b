"""
Reads the history by its documented format alone (docs/data.md): the oracle of demo and tests.

It shares no code with the product, so that a mistake in the product's own reading cannot hide one in its writing.
`HistoryReader` has what one sync stored, and, folded by `folded_lists`, what the listener's lists were at any moment.

    truth     what a provider served: {data type: [answers], or {list: [answers], or None if unreadable}}
"""

import json
import re
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from local.paths import ROOT
from operations.folded_lists import END, Item, Lists, canonical, list_of, readable

Truth = Mapping[str, Any]
_DICTIONARIES = {2: "answers-2.bin", 3: "answers-3.bin"}
_FOLDER = ROOT / "layers" / "blendify" / "blendify" / "history" / "dictionaries"


@dataclass(frozen=True)
class StoredRecord:
    """One stored record: its place in its list, and the provider's answer."""

    data_type: str
    list_id: str
    position: int | None
    answer: Any


@dataclass(frozen=True)
class HistoryReader:
    """One user's history; `client` is a DynamoDB client."""

    client: Any
    table: str
    user_id: str

    def items(self, data_type: str, prefix: str = "") -> list[Item]:
        """All items of one data type in the order of their keys, or those whose key has this prefix."""
        condition, values = "#p = :p", {":p": {"S": f"{self.user_id}#{data_type}"}}
        if prefix:
            condition, values = f"{condition} AND begins_with(fetched_at, :f)", {**values, ":f": {"S": prefix}}
        pages = self.client.get_paginator("query").paginate(
            TableName=self.table,
            KeyConditionExpression=condition,
            ExpressionAttributeNames={"#p": "user#type"},
            ExpressionAttributeValues=values,
            ConsistentRead=True,
        )
        return [item for page in pages for item in page["Items"]]

    def stored(self, data_type: str, started_at: str) -> list[StoredRecord]:
        """The records that the sync of this moment stored, without removals and facts about how lists were read."""
        facts = (fact for fact in _facts(self.items(data_type, started_at)) if "answer" in fact)
        return [StoredRecord(data_type, list_of(data_type, fact), _position(fact), fact["answer"]) for fact in facts]

    def lists(self, data_type: str, as_of: str = END) -> Lists:
        """The listener's lists, by the syncs that began until then."""
        items = self.items(data_type)
        return Lists.of(data_type, _facts([item for item in items if _moment(item) <= as_of]))

    def differences(self, truth: Truth, as_of: str = END) -> list[str]:
        """How the folded history differs from the truth of that moment, as texts."""
        return [text for name, served in truth.items() for text in self.lists(name, as_of).differences(served)]


def stored_differences(truth: Truth, stored: Mapping[str, list[StoredRecord]]) -> list[str]:
    """How one sync's records differ from what was served; empty if each is stored once, in place, equal as JSON."""
    differences = []
    for data_type, served in truth.items():
        expected, records = readable(served), stored.get(data_type, [])
        unknown = [record.list_id for record in records if record.list_id not in expected]
        differences += [f"{data_type}: {list_id} was never served" for list_id in unknown][:3]
        for list_id, answers in expected.items():
            here = [record for record in records if record.list_id == list_id]
            differences += _misplaced(f"{data_type} {list_id}".strip(), answers, here)
    return differences


def _misplaced(name: str, served: list[Any], records: list[StoredRecord]) -> Iterator[str]:
    if len(served) != len(records):
        yield f"{name}: {len(served)} served, {len(records)} stored"
    if sorted(map(canonical, served)) != sorted(canonical(record.answer) for record in records):
        yield f"{name}: not every answer is equal"
    places = {record.position: record.answer for record in records if record.position is not None}
    wrong = [place for place, answer in places.items() if not 0 <= place < len(served) or served[place] != answer]
    if wrong:
        yield f"{name}: {len(wrong)} records stand in a wrong place, the first at {min(wrong)}"


def unpack(blob: bytes, item: Mapping[str, Any]) -> Any:
    """
    The answer in an item's `raw`: dictionary number, then zlib of JSON with 0x01 in place of ids that come again.

    The preset dictionary goes on with the item's own texts but its keys, also those in lists and maps, sorted, each on
    a line.
    """
    texts = [text for name, value in item.items() if name not in ("user#type", "fetched_at") for text in _texts(value)]
    zdict = (_FOLDER / _DICTIONARIES[blob[0]]).read_bytes() + "\n".join(sorted(texts)).encode()
    inflater = zlib.decompressobj(zdict=zdict)
    return json.loads(_with_repeated_ids((inflater.decompress(blob[1:]) + inflater.flush()).decode()))


def _with_repeated_ids(text: str) -> str:
    """The text with the latest id in place of each 0x01. An id is a word of 22 letters and digits between marks."""
    words, latest = re.split(r"([^0-9A-Za-z]|$)", text), ""
    for place in range(0, len(words) - 1, 2):
        if words[place + 1] == "\x01":
            words[place + 1] = latest
        elif len(words[place]) == 22 and place and words[place - 1] in '/:"' and words[place + 1] in '/"':
            latest = words[place]
    return "".join(words)


def _texts(value: Mapping[str, Any]) -> Iterator[str]:
    """The texts in a value of DynamoDB's notation."""
    ((kind, content),) = value.items()
    if kind == "S":
        yield content
    elif kind in ("L", "M"):
        for element in content.values() if kind == "M" else content:
            yield from _texts(element)


def _moment(item: Item) -> str:
    """The start of the sync that stored this item."""
    moment: str = item["fetched_at"]["S"].partition("#")[0]
    return moment


def _facts(items: list[Item]) -> Iterator[Item]:
    """The facts in these items of the table: plain fields, the sync's `moment`, and the `answer` if there is one."""
    parts = {item["fetched_at"]["S"]: item["raw"]["B"] for item in items if "part" in item}
    for item in items:
        if "part" in item:
            continue
        plain = {"moment": _moment(item), **{name: next(iter(value.values())) for name, value in item.items()}}
        if "raw" in item:
            key, count = plain["fetched_at"], int(plain.get("raw_parts", "1"))
            blob = plain["raw"] + b"".join(parts[f"{key}#part#{number:02}"] for number in range(2, count + 1))
            plain["answer"] = unpack(blob, item)
        yield plain


def _position(record: Item) -> int | None:
    if "rank" in record:
        return int(record["rank"]) - 1
    return int(record["position"]) if "position" in record else None
