"""Where the lists of one data type are: versions and staged pages in the state table, facts in the history."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from blendify.collecting.staged_pages import StagedList, StagedPages
from blendify.core.data_types import DataType
from blendify.history import list_versions, lookup
from blendify.history.append import append
from blendify.history.facts import Fact
from blendify.history.intents import Intent
from blendify.history.list_entries import Entry
from blendify.history.list_versions import ListVersion


@dataclass
class ListStore:
    """The store that commits of one data type of a listener go by."""

    user_id: str
    provider: str
    data_type: DataType
    _entries: tuple[object, Sequence[Entry]] = field(default=(None, ()), repr=False)

    def versions(self) -> dict[str, ListVersion]:
        """All lists of the data type that were ever read, by their ids."""
        return list_versions.versions(self.user_id, self.provider, self.data_type)

    def reload(self, version: ListVersion) -> ListVersion:
        """The version as it is now."""
        return list_versions.version(self.user_id, self.provider, self.data_type, version.list_id)

    def entries(self, version: ListVersion) -> Sequence[Entry]:
        """What the list holds by this version, in its order; the latest that was asked for is remembered."""
        content = version.list_id, version.chunks, version.packed
        if self._entries[0] != content:
            self._entries = content, version.entries()
        return self._entries[1]

    def pages_of(self, sync_id: str) -> StagedPages:
        """The staged pages of a sync."""
        return StagedPages(self.user_id, sync_id, self.data_type)

    def staged(self, version: ListVersion, intent: Intent) -> StagedList:
        """The list that the version's intent names."""
        staged = StagedList(self.pages_of(intent.commit.sync_id), self.entries(version))
        staged.load(intent.staged, intent.inline)
        return staged

    # The writes of a version, as `list_versions` has them.
    intend = staticmethod(list_versions.intend)
    note = staticmethod(list_versions.note)
    flip = staticmethod(list_versions.flip)

    def fact(self, key: str, fields: Mapping[str, Any], answer: Any) -> Fact:
        """A fact with the provider's answer."""
        moment, provider, part = key.split("#", 2)
        return Fact.of(self.user_id, self.data_type, moment, provider, part, fields, answer)

    def event(self, key: str, fields: Mapping[str, Any]) -> Fact:
        """A fact without an answer: the sync itself concluded it."""
        moment, provider, part = key.split("#", 2)
        return Fact.mark(self.user_id, self.data_type, moment, provider, part, fields)

    def recorded_plays(self, first: str, last: str) -> Mapping[str, str]:
        """The keys of all plays that began between two moments, each with the start of the sync that recorded it."""
        parts = (key.partition("#") for key in lookup.plays(self.user_id, self.data_type, first, last))
        return {key: started_at for started_at, _, key in parts}

    def fact_at(self, key: str) -> Fact:
        """The fact that is stored under a key."""
        return lookup.fact_at(self.user_id, self.data_type, key)

    def append(self, facts: Iterable[Fact]) -> Mapping[str, int]:
        """Store what is not stored yet; answers counts."""
        written = append(facts)
        return {name: getattr(written, name) for name in ("raw_bytes", "stored_bytes", "write_units")}
