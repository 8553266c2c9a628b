"""Versions, staged pages and facts of one list in memory: every write can be where a worker dies, or another works."""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from blendify.collecting.list_store import ListStore
from blendify.collecting.plan import ListPage
from blendify.collecting.staged_pages import StagedList
from blendify.core.data_types import DataType
from blendify.core.errors import Superseded
from blendify.history.facts import Fact
from blendify.history.intents import Commit, Intent
from blendify.history.list_entries import Entry
from blendify.history.list_versions import ListVersion

PROVIDER = "provider"


@dataclass
class Memory(ListStore):
    """What DynamoDB would hold. Immutable things are shared, writes are whole or not at all."""

    user_id: str = "user"
    provider: str = PROVIDER
    data_type: DataType = DataType.SAVED_TRACKS
    version: ListVersion = field(default_factory=lambda: ListVersion("user", PROVIDER, DataType.SAVED_TRACKS, "list"))
    held: Sequence[Entry] = ()
    history: dict[str, Fact] = field(default_factory=dict)
    kept_pages: dict[str, ListPage] = field(default_factory=dict)
    writes: int = 0
    again: int = 0
    """Facts that were sent although they were stored already."""
    at_write: Callable[[], None] = lambda: None
    """Called before each write and after it."""
    _before: dict[int, Sequence[Entry]] = field(default_factory=lambda: {0: ()})

    def _write(self, do: Callable[[], None]) -> None:
        self.writes += 1
        self.at_write()
        do()
        self.at_write()

    def entries(self, version: ListVersion) -> Sequence[Entry]:
        # A version's chunks stay for a while: whoever has begun with it reads on.
        return self.held if version.revision == self.version.revision else self._before[version.revision]

    def staged(self, version: ListVersion, intent: Intent) -> StagedList:
        return self.pages(version, [self.kept_pages[name] for name in intent.staged])

    def pages(self, version: ListVersion, content: Sequence[ListPage]) -> StagedList:
        """A list as it was read, compared with this version."""
        return Pages(self, version, content)

    def stage(self, pages: Sequence[ListPage], intent: Intent) -> Intent:
        names = []
        for page in pages:
            name = str(hash(repr(page)))

            def keep(name: str = name, page: ListPage = page) -> None:
                assert self.kept_pages.setdefault(name, page) == page

            self._write(keep)
            names.append(name)
        return replace(intent, staged=tuple(names))

    def reload(self, version: ListVersion) -> ListVersion:  # noqa: ARG002 -- there is one list
        return self.version

    def _move_on(self, version: ListVersion, following: ListVersion, entries: Sequence[Entry]) -> ListVersion:
        following = replace(following, revision=version.revision + 1, count=len(entries))

        def put() -> None:
            if self.version.revision != version.revision:
                raise Superseded("the version has moved on")
            self._before[self.version.revision] = self.held
            self.version, self.held = following, entries
            self._before[following.revision] = entries

        self._write(put)
        return following

    def intend(self, version: ListVersion, intent: Intent) -> ListVersion:
        assert version.intent is None
        return self._move_on(version, replace(version, intent=intent), self.entries(version))

    def note(self, version: ListVersion, intent: Intent) -> None:
        def put() -> None:
            if self.version.revision == version.revision:
                self.version = replace(self.version, intent=intent)

        self._write(put)

    def flip(self, version: ListVersion, entries: Sequence[Entry] | None, commit: Commit) -> ListVersion:
        held = self.entries(version) if entries is None else entries
        return self._move_on(version, replace(version, intent=None, commit=commit), held)

    def fact(self, key: str, fields: Mapping[str, Any], answer: Any) -> Fact:
        """With the answer as plain JSON: packing takes most of a commit's time."""
        return replace(self.event(key, fields), raw=json.dumps(answer).encode())

    def event(self, key: str, fields: Mapping[str, Any]) -> Fact:
        return Fact("", key, PROVIDER, {name: value for name, value in fields.items() if value is not None})

    def fact_at(self, key: str) -> Fact:
        return self.history[key]

    def answer(self, key: str) -> Any:
        """The answer of a fact; None where it has none."""
        raw = self.history[key].raw
        return json.loads(raw) if raw else None

    def append(self, facts: Iterable[Fact]) -> Mapping[str, int]:
        for fact in facts:

            def insert(fact: Fact = fact) -> None:
                self.again += fact.fetched_at in self.history
                stored = self.history.setdefault(fact.fetched_at, fact)
                assert stored == fact, f"two facts claim {fact.fetched_at}"

            self._write(insert)
        return {}

    def records(self) -> list[dict[str, Any]]:
        """The history as `operations.folded_lists` reads it, in the order of the keys."""
        return [
            {"moment": key.partition("#")[0], **fact.fields, "answer": self.answer(key)}
            for key, fact in sorted(self.history.items())
        ]


class Pages(StagedList):
    """A list that was read, in its pages."""

    def __init__(self, memory: Memory, version: ListVersion, pages: Sequence[ListPage]) -> None:
        super().__init__(memory.pages_of("sync"), memory.entries(version))
        self._memory, self._buffer = memory, list(pages)

    def stage_for(self, intent: Intent) -> Intent:
        return self._memory.stage(self._buffer, intent)
