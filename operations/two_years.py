"""
Two years of a simulated listener of Spotify, for the demo: what the product would have stored, had it run all the time.

Day by day the product's own code plans and commits what the simulated library holds, in memory. Then the records and
the versions of all lists are stored in the stack on this machine, and the listener can connect like any other.

    python -m operations.two_years
"""

import os
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from blendify.access import users
from blendify.collecting.evidence import ListEnd
from blendify.collecting.list_store import ListStore
from blendify.collecting.lists import Lists
from blendify.collecting.position import Position
from blendify.core import times
from blendify.core.data_types import DataType
from blendify.fetching.page_consistency import Observed
from blendify.history import list_versions, snapshots
from blendify.history.append import append
from blendify.history.facts import Fact
from blendify.history.intents import Commit, Intent
from blendify.history.list_entries import Entry
from blendify.history.list_versions import ListVersion
from blendify.jobs.job import Job
from blendify.providers import PROVIDERS
from blendify.providers.endpoint import Endpoint, ListKind, ListRef
from blendify.providers.paging import Page, PageRequest
from local.deployment import step
from local.errors import Misconfigured, status_of
from local.simulators.frame import entries as simulated
from local.simulators.music.years.shelf import Life
from local.simulators.spotify import Options, Spotify
from local.simulators.spotify.library import View
from local.simulators.spotify.long_standing import NAME, LongStanding, life
from local.stack import Stack

PROVIDER = "spotify"
SHELVES: Mapping[str, Sequence[DataType]] = {
    "plays": [DataType.RECENTLY_PLAYED],
    "likes": [DataType.SAVED_TRACKS],
    "albums": [DataType.SAVED_ALBUMS],
    "follows": [DataType.FOLLOWED_ARTISTS],
    "playlists": [DataType.PLAYLISTS, DataType.PLAYLIST_TRACKS],
    "top_tracks": [DataType.TOP_TRACKS],
    "top_artists": [DataType.TOP_ARTISTS],
}
"""What changes when a part of the shelf does."""
SYNCED_AT = time(22, 50, tzinfo=UTC)


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

    def __init__(self, user_id: str, data_type: DataType) -> None:
        super().__init__(user_id, PROVIDER, data_type)
        self.facts: list[Fact] = []
        self.lists: dict[str, ListVersion] = {}
        self.held: dict[str, Sequence[Entry]] = {}
        self._by_key: dict[str, Fact] = {}

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


@dataclass
class Past:
    """A listener's records until yesterday."""

    user_id: str
    library: LongStanding
    stores: dict[DataType, MemoryStore] = field(init=False)
    _since_snapshot: dict[DataType, int] = field(default_factory=dict)
    _last: dict[tuple[DataType, str], Sequence[simulated.Entry]] = field(default_factory=dict)
    """What each list held when it was last committed: a list that has not changed is not read."""

    def __post_init__(self) -> None:
        self.stores = {data_type: MemoryStore(self.user_id, data_type) for data_type in DataType}

    def live(self, life: Life) -> None:
        """Commit the changes of each day of a life."""
        for shelf in life.days():
            self.library.take(shelf)
            job = self._job(shelf.day)
            for part, data_types in SHELVES.items():
                if part in shelf.changed:
                    for data_type in data_types:
                        self._sync(data_type, job)

    def _job(self, day: date) -> Job:
        moment = min(datetime.combine(day, SYNCED_AT), times.now() - timedelta(minutes=1))
        return Job(self.user_id, PROVIDER, f"past-{day}", times.iso(moment))

    def _sync(self, data_type: DataType, job: Job) -> None:
        store, endpoint = self.stores[data_type], PROVIDERS[PROVIDER].endpoints[data_type]
        before = len(store.facts)
        lists = Lists(job, endpoint, store, lambda: 900.0)
        for number, name in enumerate(self.library.names(data_type.value)):
            held = tuple(self.library.entries(data_type.value, name))
            known = self._last.get((data_type, name), ())
            if held == known and data_type is not DataType.PLAYLISTS:
                continue
            rows = self.library.rows(data_type.value, name, View(self.library.options.regime))
            # Of plays the new ones, and one that is known: so nothing can have been missed between two syncs.
            count = held.index(known[0]) + 1 if data_type is DataType.RECENTLY_PLAYED and known else len(held)
            self._commit(lists, endpoint, name, rows.cut(0, count), Position(number + 1))
            self._last[data_type, name] = held
        if endpoint.list_kind is not ListKind.LOG:
            self._note(data_type, job, len(store.facts) - before)

    def _commit(self, lists: Lists, endpoint: Endpoint, name: str, entries: list[Any], then: Position) -> None:
        reader, total, listed = lists.reader(name), len(entries), None
        reader.add_page(PageRequest(name, 0), Page(entries, total, more=False), endpoint.for_list(name))
        if endpoint.parent is not None:
            listed = ListRef(name, total, version=self.library.playlists_by_id[name].snapshot, readable=True)
        observed = Observed(full=True) if endpoint.list_kind is ListKind.LOG else Observed(total=total)
        lists.commit(reader, ListEnd(observed, listed), then, {})

    def _note(self, data_type: DataType, job: Job, changes: int) -> None:
        """A snapshot when one is due, as after a sync."""
        store = self.stores[data_type]
        since = self._since_snapshot.get(data_type, 0) + changes
        if changes and snapshots.is_due(since, sum(map(len, store.held.values()))):
            held = {name: [(entry.identity, entry.key) for entry in store.held[name]] for name in sorted(store.held)}
            store.facts.append(snapshots.snapshot(self.user_id, PROVIDER, data_type, job.fetched_at, held))
            since = 0
        self._since_snapshot[data_type] = since

    def facts(self) -> Iterator[Fact]:
        """Everything that was appended."""
        for store in self.stores.values():
            yield from store.facts

    def save(self) -> int:
        """Store it all; answers the number of records."""
        written = append(self.facts())
        for store in self.stores.values():
            for version in store.lists.values():
                empty = ListVersion(self.user_id, PROVIDER, version.data_type, version.list_id)
                assert version.commit is not None  # noqa: S101 -- for the type checker
                list_versions.flip(empty, store.held[version.list_id], version.commit)
        return written.records


def fill(today: date) -> int:
    """Give the listener their past, unless they have one; answers the number of records."""
    simulator = Spotify(Options())
    listener = simulator.listeners[NAME]
    user_id = users.find_or_create_user(PROVIDER, simulator.profile(listener)["id"])
    if list_versions.any_read(user_id, PROVIDER, DataType.SAVED_TRACKS):
        return 0
    past = Past(user_id, listener.library)
    past.live(life(simulator.options.seed, today))
    return past.save()


def _fill() -> int:
    stack = Stack.of(os.environ)
    if not stack.emulator.program.running:
        raise Misconfigured("No stack runs on this machine: start it with `make up`.")
    outputs = stack.deployment.outputs()
    os.environ.update(stack.emulator.client_environment())
    os.environ.update(
        HISTORY_TABLE=outputs["history_table"],
        ACCOUNTS_TABLE=outputs["accounts_table"],
        TOKENS_KEY="none",
        APPLICATIONS="none",
        TOP_LIST_DEPTH="50",
        FULL_SWEEP_DAYS="7",
    )
    step(f"Stored {fill(times.now().date()):,} records of two years of {NAME}")
    return 0


if __name__ == "__main__":
    sys.exit(status_of(_fill, print))
