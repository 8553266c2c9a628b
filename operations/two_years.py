"""
Two years of a simulated listener of Spotify, for the demo: what the product would have stored, had it run all the time.

Day by day the product's own code plans and commits what the simulated library holds, in memory. Then the records and
the versions of all lists are stored in the stack on this machine, and the listener can connect like any other.

    python -m operations.two_years            on the stack that runs
    python -m operations.two_years early      lives the years at once, and waits for a line before it stores them: a
                                              demo has a processor to spare while its stack is deployed
"""

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from typing import Any

from blendify.access import users
from blendify.collecting.evidence import ListEnd
from blendify.collecting.lists import Lists
from blendify.collecting.position import Position
from blendify.core import times
from blendify.core.data_types import DataType
from blendify.core.settings import settings
from blendify.db.state_table import state_table
from blendify.fetching.page_consistency import Observed
from blendify.history import list_versions
from blendify.jobs.job import Job
from blendify.providers import PROVIDERS
from blendify.providers.endpoint import Endpoint, ListKind, ListRef
from blendify.providers.paging import Page, PageRequest
from local.deployment import step
from local.errors import Misconfigured, status_of
from local.simulators.frame import entries as simulated
from local.simulators.frame.pictures import at_home
from local.simulators.music.years.shelf import Life
from local.simulators.spotify import Options, Spotify
from local.simulators.spotify.catalogue import Catalogue
from local.simulators.spotify.library import View
from local.simulators.spotify.long_standing import NAME, LongStanding, life
from local.stack import Stack
from operations.memory_store import MemoryStore

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
NOBODY = "nobody"
"""Whose the past is before its listener is known."""
EARLY = "early"
TABLES = {"HISTORY_TABLE": "none", "ACCOUNTS_TABLE": "none"}
"""Names that nothing has: the product's settings want some."""
REST = {"TOKENS_KEY": "none", "APPLICATIONS": "none", "TOP_LIST_DEPTH": "50", "FULL_SWEEP_DAYS": "7"}


class PicturesHere(Catalogue):
    """The catalogue with pictures that the simulator on this machine draws, as it serves them itself."""

    def __init__(self, seed: int, address: str) -> None:
        self._address = address
        super().__init__(seed)

    def _here(self, body: Any) -> Any:
        return json.loads(at_home(json.dumps(body).encode(), Spotify.picture_hosts, self._address))

    def pictures(self, raw: bytes) -> Any:
        """Of a playlist."""
        return self._here(super().pictures(raw))

    def _artist(self, *given: Any) -> Any:
        return self._here(super()._artist(*given))

    def _album(self, *given: Any) -> Any:
        return self._here(super()._album(*given))

    def _make_short_album(self, *given: Any) -> Any:
        return self._here(super()._make_short_album(*given))


@dataclass
class Past:
    """A listener's records until yesterday."""

    user_id: str
    library: LongStanding
    stores: dict[DataType, MemoryStore] = field(init=False)
    _last: dict[tuple[DataType, str], Sequence[simulated.Entry]] = field(default_factory=dict)
    """What each list held when it was last committed: a list that has not changed is not read."""

    def __post_init__(self) -> None:
        self.stores = {data_type: MemoryStore(self.user_id, PROVIDER, data_type) for data_type in DataType}

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
            store.note_snapshot(job.fetched_at, len(store.facts) - before)

    def _commit(self, lists: Lists, endpoint: Endpoint, name: str, entries: list[Any], then: Position) -> None:
        reader, total, listed = lists.reader(name), len(entries), None
        reader.add_page(PageRequest(name, 0), Page(entries, total, more=False))
        if endpoint.parent is not None:
            listed = ListRef(name, total, version=self.library.playlists_by_id[name].snapshot, readable=True)
        observed = Observed(full=True) if endpoint.list_kind is ListKind.LOG else Observed(total=total)
        lists.commit(reader, ListEnd(observed, listed), then, {})

    def belong_to(self, user_id: str) -> None:
        """From now on it is the past of this user."""
        self.user_id = user_id
        for store in self.stores.values():
            store.belong_to(user_id)

    def save(self) -> int:
        """Store it all; answers the number of records."""
        return sum(store.save() for store in self.stores.values())


class Filling:
    """
    Give the listener their past, unless they have one.

    address     of the simulator, which draws the pictures
    """

    def __init__(self, today: date, address: str) -> None:
        self._today, self._simulator = today, Spotify(Options())
        self._simulator.catalogue = PicturesHere(self._simulator.options.seed, address)
        self._listener = self._simulator.listeners[NAME]
        self._past: Past | None = None

    def live(self) -> Past:
        """The two years, which are lived once; whose they are is not known yet."""
        if self._past is None:
            self._past = Past(NOBODY, self._listener.library)
            self._past.live(life(self._simulator.options.seed, self._today))
        return self._past

    def save(self) -> int:
        """Store them; answers the number of records, 0 when the listener has a past already."""
        user_id = users.find_or_create_user(PROVIDER, self._simulator.profile(self._listener)["id"])
        if list_versions.any_read(user_id, PROVIDER, DataType.SAVED_TRACKS):
            return 0
        past = self.live()
        past.belong_to(user_id)
        return past.save()


@contextmanager
def begun() -> Iterator["subprocess.Popen[str]"]:
    """
    A process that lives the years at once, and stores them when `stored` says so. At the end of the block it is gone.

    It is another process as the product's code takes its settings from the environment once.
    """
    command = [sys.executable, "-m", "operations.two_years", EARLY]
    with subprocess.Popen(command, stdin=subprocess.PIPE, text=True) as process:
        try:
            yield process
        finally:
            if process.poll() is None:
                process.kill()


def stored(process: "subprocess.Popen[str]") -> bool:
    """Have the years stored in a stack that runs by now; returns whether they were."""
    process.communicate("store\n")
    return process.returncode == 0


def _fill(*, early: bool) -> int:
    stack = Stack.of(os.environ)
    os.environ.update(TABLES | REST)
    filling = Filling(times.now().date(), stack.simulator.address)
    if early:
        # A listener of a stack that was there before has their past.
        if not stack.outputs_file.exists():
            filling.live()
        if not sys.stdin.readline():
            return 1
    if not stack.emulator.program.running:
        raise Misconfigured("No stack runs on this machine: start it with `make up`.")
    outputs = stack.deployment.outputs()
    os.environ.update(stack.emulator.client_environment())
    os.environ.update(HISTORY_TABLE=outputs["history_table"], ACCOUNTS_TABLE=outputs["accounts_table"])
    settings.cache_clear()
    state_table.cache_clear()
    step(f"Stored {filling.save():,} records of two years of {NAME}")
    return 0


if __name__ == "__main__":
    sys.exit(status_of(partial(_fill, early=sys.argv[1:] == [EARLY]), print))
