"""
What the history says a listener had, at any moment: its facts, one run after the other.

Like `verification` it goes by the documented format alone, so that a mistake in the product's own reading cannot hide
one in its writing.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from local.verification import RESOURCES, canonical, list_of, unpack

Item = dict[str, Any]
ARRANGED = "playlist_tracks"
IN_ORDER = (ARRANGED, "top_tracks", "top_artists")
LOG = "recently_played"
NO_RECORDS = ("hole", "reread")


@dataclass
class Folded:
    """The lists of one data type: what each holds, in its order, by the records' identities."""

    data_type: str
    lists: dict[str, dict[str, Any]] = field(default_factory=dict)

    def answers(self) -> dict[str, list[Any]]:
        """The provider's answers, list by list; lists that hold nothing are left out."""
        return {name: [one["answer"] for one in held.values()] for name, held in self.lists.items() if held}


def items(client: Any, table: str, user_id: str, data_type: str) -> list[Item]:
    """All that the history holds of one data type, in the order of its keys."""
    pages = client.get_paginator("query").paginate(
        TableName=table,
        KeyConditionExpression="#p = :p",
        ExpressionAttributeNames={"#p": "user#type"},
        ExpressionAttributeValues={":p": {"S": f"{user_id}#{data_type}"}},
        ConsistentRead=True,
    )
    return [item for page in pages for item in page["Items"]]


def fold(data_type: str, history: list[Item], as_of: str = "9") -> Folded:
    """What the listener had at `as_of` (ISO 8601), by the runs begun until then; `history` is DynamoDB items."""
    return fold_records(data_type, _records(history, as_of))


def fold_records(data_type: str, records: Iterable[Item]) -> Folded:
    """The same of plain records: the named fields, the run's `moment`, and the `answer` where there is one."""
    folded = Folded(data_type)
    for _, facts in _runs(records):
        for list_id, here in _by_list(data_type, facts):
            held = folded.lists.setdefault(list_id, {})
            folded.lists[list_id] = _after(data_type, list_id, held, here)
    return folded


def _records(history: list[Item], as_of: str) -> Iterator[Item]:
    parts = {item["fetched_at"]["S"]: item["raw"]["B"] for item in history if "part" in item}
    for item in history:
        key = item["fetched_at"]["S"]
        moment = key.partition("#")[0]
        if "part" in item or moment > as_of:
            continue
        plain = {"moment": moment, **{name: next(iter(value.values())) for name, value in item.items()}}
        if "raw" in item:
            count = int(plain.get("raw_parts", "1"))
            blob = plain["raw"] + b"".join(parts[f"{key}#part#{number:02}"] for number in range(2, count + 1))
            plain["answer"] = unpack(blob, item)
        yield plain


def _runs(records: Iterable[Item]) -> Iterator[tuple[str, list[Item]]]:
    runs: dict[str, list[Item]] = {}
    for one in records:
        if one.get("kind") != "hole":
            runs.setdefault(one["moment"], []).append(one)
    yield from sorted(runs.items())


def _by_list(data_type: str, facts: list[Item]) -> Iterator[tuple[str, list[Item]]]:
    lists: dict[str, list[Item]] = {}
    for one in facts:
        lists.setdefault(list_of(data_type, one), []).append(one)
    for name, here in lists.items():
        # A list that changed while it was read was read anew: only its last reading counts.
        last = max(int(one.get("reading", "1")) for one in here if not one.get("removed")) if _found(here) else 1
        yield name, [one for one in here if one.get("removed") or int(one.get("reading", "1")) == last]


def _found(here: list[Item]) -> bool:
    return any(not one.get("removed") for one in here)


def _after(data_type: str, list_id: str, held: dict[str, Any], here: list[Item]) -> dict[str, Any]:
    facts = [one for one in here if one.get("kind") not in NO_RECORDS]
    if list_id == RESOURCES:
        # Each stands there once, where it was last.
        last = {one["record_id"]: one for one in sorted(facts, key=lambda one: str(one["played_at"]))}
        return {**held, **last}
    recorded = {identity(one): one for one in facts if not one.get("removed")}
    gone = {identity(one) for one in facts if one.get("removed")}
    if data_type != ARRANGED:
        now = {**{name: one for name, one in held.items() if name not in gone}, **recorded}
        return dict(sorted(now.items(), key=lambda pair: int(pair[1].get("rank", "0"))))
    order = [name for name in held if name not in gone and name not in recorded]
    for name, one in sorted(recorded.items(), key=lambda pair: int(pair[1]["position"])):
        order.insert(int(one["position"]), name)
    return {name: recorded.get(name) or held[name] for name in order}


def identity(one: Item) -> str:
    """What makes the record itself within its list: moment and id, and which of several it is."""
    moment = one.get("played_at") or one.get("added_at") or ""
    return f"{moment} {one.get('record_id', 'null')} {one.get('occurrence', '1')}"


def differences(data_type: str, served: dict[str, list[Any]], folded: Folded) -> list[str]:
    """
    Where the history says another thing than the listener's lists, in words.

    The order counts where it is the listener's; plays that the provider no longer tells of stay.
    """
    told, held = [], folded.answers()
    for name in sorted({*held, *(name for name, entries in served.items() if entries)}):
        wanted, found = (list(map(canonical, lists.get(name, []))) for lists in (served, held))
        if data_type == LOG:
            wanted, found = wanted, [answer for answer in found if answer in set(wanted)]
        if sorted(wanted) != sorted(found):
            told.append(f"{data_type} {name}: {len(wanted)} served, {len(found)} by the history, or others")
        elif data_type in IN_ORDER and wanted != found:
            told.append(f"{data_type} {name}: the order is another")
    return told
