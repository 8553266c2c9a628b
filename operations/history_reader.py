"""
Reads the history by its documented format alone (docs/data.md): the oracle of demo and tests.

It shares no code with the product, so that a mistake in the product's own reading cannot hide one in its writing.

    HistoryReader   the table: what one sync stored, and what the listener's lists were at any moment
    ExportReader    a downloaded archive: the same by its lines, and whether it is what its manifest says
    truth           what a provider served: {data type: [answers], or {list: [answers], or None if unreadable}}
"""

import csv
import io
import json
import re
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any
from zipfile import ZipFile

from local.paths import ROOT

Item = dict[str, Any]
Truth = Mapping[str, Any]
END = "9"
"""Later than every moment."""
RESOURCES = "resources"
"""The list of resources that songs were played from. Its records are plays of another kind."""
_RESOURCES = ("album", "playlist", "station")
_ARRANGED = "playlist_tracks"
_IN_ORDER = (_ARRANGED, "top_tracks", "top_artists")
_LOG = "recently_played"
_DICTIONARIES = {2: "answers-2.bin", 3: "answers-3.bin"}
_FOLDER = ROOT / "layers" / "blendify" / "blendify" / "history" / "dictionaries"


@dataclass(frozen=True)
class StoredRecord:
    """One stored record: its place in its list, and the provider's answer."""

    data_type: str
    list_id: str
    position: int | None
    answer: Any


@dataclass
class Lists:
    """The lists of one data type at one moment: the records of each in its order, by their identities."""

    data_type: str
    records: dict[str, dict[str, Item]] = field(default_factory=dict)

    @classmethod
    def of(cls, data_type: str, facts: Iterable[Item]) -> "Lists":
        """Fold these facts, sync by sync: the named fields, the sync's `moment`, and the `answer` if there is one."""
        lists = cls(data_type)
        for sync in _by_sync(facts):
            for list_id, changes in _by_list(data_type, sync):
                before = lists.records.get(list_id, {})
                lists.records[list_id] = _changed(data_type, list_id, before, changes)
        return lists

    def answers(self) -> dict[str, list[Any]]:
        """The provider's answers, list by list; empty lists are left out."""
        return {name: [record["answer"] for record in held.values()] for name, held in self.records.items() if held}

    def differences(self, served: Any) -> list[str]:
        """
        Where these lists are not the served ones (the value of a data type in a truth), in words.

        The order counts where it is the listener's; plays that the provider no longer serves stay.
        """
        expected, held, differences = _readable(served), self.answers(), []
        for name in sorted({*held, *(name for name, answers in expected.items() if answers)}):
            wanted, present = (list(map(canonical, lists.get(name, []))) for lists in (expected, held))
            if self.data_type == _LOG:
                present = [answer for answer in present if answer in set(wanted)]
            if sorted(wanted) != sorted(present):
                counts = f"{len(wanted)} served, {len(present)} by the history, or others"
                differences.append(f"{self.data_type} {name}: {counts}")
            elif self.data_type in _IN_ORDER and wanted != present:
                differences.append(f"{self.data_type} {name}: the order is another")
        return differences


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


@dataclass(frozen=True)
class ExportReader:
    """One archive, read by its own readme alone."""

    archive: ZipFile

    @classmethod
    def of(cls, content: bytes) -> "ExportReader":
        """Open the archive in these bytes. Raises zipfile.BadZipFile if they are none."""
        return cls(ZipFile(io.BytesIO(content)))

    @property
    def manifest(self) -> dict[str, Any]:
        """Counts, sizes and checksums."""
        manifest: dict[str, Any] = json.loads(self.archive.read("manifest.json"))
        return manifest

    @property
    def account(self) -> dict[str, Any]:
        """Profile, connections and syncs."""
        account: dict[str, Any] = json.loads(self.archive.read("account.json"))
        return account

    def records(self, data_type: str) -> Iterator[Item]:
        """All facts of one data type, in the order of their keys."""
        with self.archive.open(f"history/{data_type}.jsonl") as lines:
            for line in lines:
                yield json.loads(line)

    def imported(self, data_type: str) -> Iterator[Item]:
        """What the listener imported of one data type; the file is there only if that is anything."""
        with self.archive.open(f"imports/{data_type}.jsonl") as lines:
            for line in lines:
                yield json.loads(line)

    def rows(self, data_type: str) -> list[dict[str, str]]:
        """The same from the file for spreadsheets."""
        text = self.archive.read(f"csv/{data_type}.csv").decode("utf-8-sig")
        return list(csv.DictReader(io.StringIO(text, newline="")))

    def lists(self, data_type: str, as_of: str = END) -> Lists:
        """The listener's lists at `as_of`, folded from the lines."""
        facts = (record for record in self.records(data_type) if record["fetched_at"] <= as_of)
        return Lists.of(data_type, ({**record, "moment": record["fetched_at"]} for record in facts))

    def damages(self) -> list[str]:
        """How the archive differs from its manifest, as texts."""
        manifest, names = self.manifest, set(self.archive.namelist())
        damages = [f"{name}: not in the manifest" for name in names - set(manifest["files"]) - {"manifest.json"}]
        for name, described in manifest["files"].items():
            content = self.archive.read(name)
            if (len(content), sha256(content).hexdigest()) != (described["bytes"], described["sha256"]):
                damages.append(f"{name}: not the bytes that the manifest describes")
        for data_type, counts in manifest["counts"].items():
            lines = Counter(record["provider"] for record in self.records(data_type))
            files = [f"history/{data_type}.jsonl", f"csv/{data_type}.csv"]
            described_counts = [manifest["files"][name]["records"] for name in files]
            if lines != Counter(counts) or {lines.total(), len(self.rows(data_type))} != {*described_counts}:
                damages.append(
                    f"{data_type}: {lines.total()} records, the manifest says {described_counts} and {counts}"
                )
        return damages


def stored_differences(truth: Truth, stored: Mapping[str, list[StoredRecord]]) -> list[str]:
    """How one sync's records differ from what was served; empty if each is stored once, in place, equal as JSON."""
    differences = []
    for data_type, served in truth.items():
        expected, records = _readable(served), stored.get(data_type, [])
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


def canonical(answer: Any) -> str:
    """
    The canonical text: the same for all that is equal as JSON. YouTube's entries tell their place in the list, and have
    an etag, which drift while nothing is done to them.
    """
    if isinstance(answer, dict) and str(answer.get("kind")).startswith("youtube#"):
        snippet = {name: value for name, value in answer["snippet"].items() if name != "position"}
        answer = {**answer, "etag": None, "snippet": snippet}
    return json.dumps(answer, sort_keys=True)


def list_of(data_type: str, record: Mapping[str, Any]) -> str:
    """The list to which a record with these fields belongs."""
    if data_type == _LOG:
        return RESOURCES if record.get("kind") in _RESOURCES else ""
    return str(record.get("playlist_id" if data_type == _ARRANGED else "time_range") or "")


def identity(record: Item) -> str:
    """The identity of a record in its list: moment and id, and a number if there are several."""
    moment = record.get("played_at") or record.get("added_at") or ""
    return f"{moment} {record.get('record_id', 'null')} {record.get('occurrence', '1')}"


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


def _readable(served: Any) -> dict[str, list[Any]]:
    """The served lists by name, without those that cannot be read."""
    lists = served if isinstance(served, Mapping) else {"": served}
    return {name: answers for name, answers in lists.items() if answers is not None}


def _position(record: Item) -> int | None:
    if "rank" in record:
        return int(record["rank"]) - 1
    return int(record["position"]) if "position" in record else None


def _by_sync(facts: Iterable[Item]) -> Iterator[list[Item]]:
    syncs: dict[str, list[Item]] = {}
    for fact in facts:
        if fact.get("kind") != "hole":
            syncs.setdefault(fact["moment"], []).append(fact)
    for _, changes in sorted(syncs.items()):
        yield changes


def _by_list(data_type: str, facts: list[Item]) -> Iterator[tuple[str, list[Item]]]:
    lists: dict[str, list[Item]] = {}
    for fact in facts:
        lists.setdefault(list_of(data_type, fact), []).append(fact)
    yield from lists.items()


def _changed(data_type: str, list_id: str, before: dict[str, Item], changes: list[Item]) -> dict[str, Item]:
    if list_id == RESOURCES:
        # Each stands there once, where it was last.
        plays = sorted(changes, key=lambda fact: str(fact["played_at"]))
        return {**before, **{fact["record_id"]: fact for fact in plays}}
    recorded = {identity(fact): fact for fact in changes if not fact.get("removed")}
    removed = {identity(fact) for fact in changes if fact.get("removed")}
    if data_type != _ARRANGED:
        remaining = {name: fact for name, fact in before.items() if name not in removed}
        return dict(sorted({**remaining, **recorded}.items(), key=lambda pair: int(pair[1].get("rank", "0"))))
    order = [name for name in before if name not in removed and name not in recorded]
    for name, fact in sorted(recorded.items(), key=lambda pair: int(pair[1]["position"])):
        order.insert(int(fact["position"]), name)
    return {name: recorded.get(name) or before[name] for name in order}
