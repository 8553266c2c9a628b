"""Versions, staged pages and facts of one list in memory: every write can be where a worker dies, or another works."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from blendify.collecting.comparison import ListPage
from blendify.collecting.plan import Listed
from blendify.core.data_types import DataType
from blendify.core.errors import Superseded
from blendify.history.intents import Commit, Intent
from blendify.history.list_entries import Entry
from blendify.history.list_versions import ListVersion

PROVIDER = "provider"


@dataclass(frozen=True)
class MemoryFact:
    """A fact without packing."""

    fetched_at: str
    fields: Mapping[str, Any]
    answer: Any = None


@dataclass(frozen=True)
class Pages:
    """A list that was read, in its pages."""

    content: Sequence[ListPage]

    def listed(self) -> Iterable[Listed]:
        return [listed for page in self.content for listed in page.listed]

    def pages(self) -> Iterator[ListPage]:
        return iter(self.content)


@dataclass
class Memory:
    """What DynamoDB would hold. Immutable things are shared, writes are whole or not at all."""

    version: ListVersion = field(default_factory=lambda: ListVersion("user", PROVIDER, DataType.SAVED_TRACKS, "list"))
    held: Sequence[Entry] = ()
    history: dict[str, MemoryFact] = field(default_factory=dict)
    kept_pages: dict[str, ListPage] = field(default_factory=dict)
    writes: int = 0
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

    def staged(self, version: ListVersion) -> Pages:
        assert version.intent
        return Pages([self.kept_pages[name] for name in version.intent.staged])

    def stage(self, pages: Sequence[ListPage], intent: Intent) -> Intent:
        names = []
        for page in pages:
            name = str(hash((tuple(page.listed), tuple(sorted(page.changes)), repr(page.changes))))

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

    def fact(self, key: str, fields: Mapping[str, Any], answer: Any) -> MemoryFact:
        return MemoryFact(key, {name: value for name, value in fields.items() if value is not None}, answer)

    def event(self, key: str, fields: Mapping[str, Any]) -> MemoryFact:
        return self.fact(key, fields, None)

    def moved(self, key: str, old_key: str, position: int) -> MemoryFact:
        old = self.fact_at(old_key)
        return replace(old, fetched_at=key, fields={**old.fields, "position": position})

    def fact_at(self, key: str) -> MemoryFact:
        return self.history[key]

    def append(self, facts: Iterable[MemoryFact]) -> Mapping[str, int]:
        for fact in facts:

            def insert(fact: MemoryFact = fact) -> None:
                stored = self.history.setdefault(fact.fetched_at, fact)
                assert stored == fact, f"two facts claim {fact.fetched_at}"

            self._write(insert)
        return {}

    def records(self) -> list[dict[str, Any]]:
        """The history as `operations.history_reader` reads it, in the order of the keys."""
        return [
            {"moment": key.partition("#")[0], **fact.fields, "answer": fact.answer}
            for key, fact in sorted(self.history.items())
        ]
