"""
Folds facts of the history to the listener's lists by the documented rules (docs/data.md), and compares lists with what
was served.

    facts     plain fields, the sync's `moment`, and the `answer` if there is one
    served    of one data type: [answers], or {list: [answers], or None if unreadable}

It shares no code with the product. `history_reader` has the facts of the table, `export_reader` those of an archive.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

Item = dict[str, Any]
END = "9"
"""Later than every moment."""
RESOURCES = "resources"
"""The list of resources that songs were played from. Its records are plays of another kind."""
_RESOURCES = ("album", "playlist", "station")
_ARRANGED = "playlist_tracks"
_IN_ORDER = (_ARRANGED, "top_tracks", "top_artists")
_LOG = "recently_played"


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
        Where these lists are not the served ones, in words.

        The order counts where it is the listener's; plays that the provider no longer serves stay.
        """
        expected, held, differences = readable(served), self.answers(), []
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


def readable(served: Any) -> dict[str, list[Any]]:
    """The served lists by name, without those that cannot be read."""
    lists = served if isinstance(served, Mapping) else {"": served}
    return {name: answers for name, answers in lists.items() if answers is not None}


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
