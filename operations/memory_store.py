"""
The lists of one data type in memory, so that years can pass in seconds: the product's own code plans and commits on it
as on AWS. `save` then stores what it holds.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from blendify.collecting.list_store import ListStore
from blendify.core.data_types import DataType
from blendify.history import list_versions, snapshots
from blendify.history.append import append
from blendify.history.facts import Fact
from blendify.history.intents import Commit, Intent
from blendify.history.list_entries import Entry
from blendify.history.list_versions import ListVersion


@dataclass
class Pages:
    """Staged pages in memory."""

    packed: dict[str, bytes] = field(default_factory=dict)

    def store(self, packed: bytes) -> str:
        name = str(len(self.packed))
        self.packed[name] = packed
        return name

    def load(self, name: str) -> bytes:
        return self.packed[name]


class MemoryStore(ListStore):
    """The lists of one data type in memory, and all facts of them so far."""

    def __init__(self, user_id: str, provider: str, data_type: DataType) -> None:
        super().__init__(user_id, provider, data_type)
        self.facts: list[Fact] = []
        self.lists: dict[str, ListVersion] = {}
        self.held: dict[str, Sequence[Entry]] = {}
        self._by_key: dict[str, Fact] = {}
        self._since_snapshot = 0

    def versions(self) -> dict[str, ListVersion]:
        return dict(self.lists)

    def reload(self, version: ListVersion) -> ListVersion:
        return self.lists[version.list_id]

    def entries(self, version: ListVersion) -> Sequence[Entry]:
        return self.held.get(version.list_id, ())

    def pages_of(self, _: str) -> Any:
        return Pages()

    def intend(self, version: ListVersion, intent: Intent) -> ListVersion:
        return replace(version, revision=version.revision + 1, intent=intent)

    def note(self, version: ListVersion, intent: Intent) -> None:
        """Nobody dies here."""

    def flip(self, version: ListVersion, entries: Sequence[Entry] | None, commit: Commit) -> ListVersion:
        held = self.entries(version) if entries is None else entries
        following = replace(version, revision=version.revision + 1, count=len(held), commit=commit, intent=None)
        self.lists[version.list_id], self.held[version.list_id] = following, held
        return following

    def fact_at(self, key: str) -> Fact:
        return self._by_key[key]

    def append(self, facts: Iterable[Fact]) -> Mapping[str, int]:
        for fact in facts:
            self.facts.append(fact)
            self._by_key[fact.fetched_at] = fact
        return {}

    def note_snapshot(self, moment: str, changes: int) -> None:
        """Count the facts of a sync of that moment, and append a snapshot if one is due."""
        self._since_snapshot += changes
        if changes and snapshots.is_due(self._since_snapshot, sum(map(len, self.held.values()))):
            held = {name: [(entry.identity, entry.key) for entry in self.held[name]] for name in sorted(self.held)}
            self.facts.append(snapshots.snapshot(self.user_id, self.provider, self.data_type, moment, held))
            self._since_snapshot = 0

    def belong_to(self, user_id: str) -> None:
        """From now on these are the lists of this user."""
        before, self.user_id = self.user_id, user_id
        self.facts = [replace(fact, partition=user_id + fact.partition.removeprefix(before)) for fact in self.facts]

    def save(self) -> int:
        """Store facts and versions in the tables that the environment names; answers the number of facts."""
        written = append(self.facts)
        for list_id, version in self.lists.items():
            empty = ListVersion(self.user_id, self.provider, self.data_type, list_id)
            assert version.commit is not None  # noqa: S101 -- for the type checker
            list_versions.flip(empty, self.held[list_id], version.commit)
        return written.records
