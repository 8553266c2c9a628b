"""
At every write of a sync that appends, removes and moves: its worker dies, or another one does all its work.

A data type of each list kind of each provider. The tables are put back to where they were for each request; the oracle
is the simulator's own list, against a fold that shares no code with the product.
"""

import copy
import os
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any
from unittest.mock import patch

import pytest
from botocore.client import BaseClient

from blendify.collecting.collector import collect
from blendify.core import aws, times
from blendify.core.data_types import DataType, Outcome
from blendify.core.errors import Superseded
from blendify.history import list_versions, lookup
from blendify.jobs.job import Job
from blendify.jobs.progress import create
from blendify.providers import PROVIDERS
from blendify.providers.endpoint import ListKind
from operations.folded_lists import RESOURCES, canonical
from operations.history_reader import HistoryReader
from tests.aws.aws_in_memory import create_tables
from tests.unit.erasures import Tables
from tests.unit.robustness.machine import WRITES, Clock, Machine, Reaper
from tests.unit.robustness.providers import TRAITS
from tests.unit.robustness.worlds import Stage, small_pages
from tests.unit.sync_steps import plenty, standing
from tests.unit.world import Socket

pytestmark = pytest.mark.usefixtures("aws_in_memory")

LISTS = [
    ("spotify", DataType.SAVED_TRACKS),
    ("spotify", DataType.FOLLOWED_ARTISTS),
    ("spotify", DataType.TOP_TRACKS),
    ("spotify", DataType.PLAYLIST_TRACKS),
    ("spotify", DataType.RECENTLY_PLAYED),
    ("apple_music", DataType.SAVED_ALBUMS),
    ("apple_music", DataType.TOP_TRACKS),
    ("apple_music", DataType.PLAYLIST_TRACKS),
    ("apple_music", DataType.RECENTLY_PLAYED),
    ("lastfm", DataType.SAVED_TRACKS),
    ("lastfm", DataType.TOP_ARTISTS),
    ("lastfm", DataType.RECENTLY_PLAYED),
    ("soundcloud", DataType.SAVED_TRACKS),
    ("soundcloud", DataType.PLAYLIST_TRACKS),
    ("soundcloud", DataType.RECENTLY_PLAYED),
    ("youtube_music", DataType.SAVED_TRACKS),
    ("youtube_music", DataType.PLAYLIST_TRACKS),
]
HOUR = 3_600
EVERY = 1 if int(os.environ.get("SCHEDULES", "0")) >= 10_000 else 6
"""`make soak` takes every write, `make test` every sixth. `committing` takes each write in memory."""


@dataclass
class Scene:
    """A listener whose library has changed since the last sync. It can be restored as often as needed."""

    stage: Stage
    user_id: str
    tables: Tables
    library: dict[str, Any]
    moment: Any

    @classmethod
    def begin(cls, sockets: Mapping[str, Socket], provider: str, data_type: DataType, clock: Clock) -> "Scene":
        create_tables()
        stage = Stage.set_up(sockets, provider, data_type, clock)
        user_id = stage.world.connect(stage.listener)
        job, status = Machine(user_id, stage.wanted, clock, Reaper(()), provider=provider).run()
        assert (status, standing(job, data_type).outcome) == ("succeeded", Outcome.COMPLETE)
        clock.sleep(HOUR / 2)
        scene = cls(stage, user_id, Tables(b""), {}, clock.moment)
        for number, action in enumerate([*TRAITS[provider].changes[data_type]] * 2):
            clock.sleep(2)
            scene.do(action, number)
        clock.sleep(2)
        scene.moment = clock.moment
        scene.tables, scene.library = Tables.snapshot(), copy.deepcopy(vars(scene._library), scene._shared())
        return scene

    @property
    def _library(self) -> Any:
        return self.stage.world.simulator.listeners[self.stage.listener].library

    def _shared(self) -> dict[int, Any]:
        return {id(shared): shared for shared in (self._library, self.stage.clock)}

    def restore(self) -> None:
        """Restore everything to the state before the sync."""
        self.tables.restore()
        vars(self._library).clear()
        vars(self._library).update(copy.deepcopy(self.library, self._shared()))
        self.stage.clock.moment = self.moment

    def do(self, action: str, number: int = 0) -> None:
        """An act of the listener on the longest list."""
        lists = self.stage.lists()
        name = max(lists, key=lambda list_id: len(lists[list_id]))
        TRAITS[self.stage.provider].changes[self.stage.data_type][action](
            self.stage.world, self.stage.listener, name, max(0, len(lists[name]) - 2 - number), 0
        )

    @property
    def mode(self) -> str:
        """A full sync, except where an incremental check can be enough."""
        endpoint = PROVIDERS[self.stage.provider].endpoints[self.stage.data_type]
        return "changes" if endpoint.change_check else "full"

    def sync(self, reaper: Reaper, mode: str | None = None) -> Job:
        """A whole sync with all its waits."""
        stage = self.stage
        machine = Machine(self.user_id, stage.wanted, stage.clock, reaper, provider=stage.provider)
        machine.mode = mode or self.mode
        with reaper.installed():
            job, status = machine.run()
        assert (status, standing(job, stage.data_type).outcome) == ("succeeded", Outcome.COMPLETE)
        return job

    def job(self, number: int) -> Job:
        """A sync of the data type that begins now, beside any other."""
        moment = times.iso(self.stage.clock.now())
        job = Job(self.user_id, self.stage.provider, f"sync-{number}", moment, self.mode)
        for data_type in self.stage.wanted:
            create(self.user_id, job.sync_id, data_type, Outcome.PENDING)
        for parent in self.stage.wanted[:-1]:
            collected(parent, job)
        return job

    @property
    def reader(self) -> HistoryReader:
        return HistoryReader(aws.client("dynamodb"), "history", self.user_id)

    def history(self) -> list[dict[str, Any]]:
        """All facts."""
        return self.reader.items(self.stage.data_type)

    def check(self) -> None:
        """History and list versions equal the listener's lists."""
        stage, data_type = self.stage, self.stage.data_type
        lists = stage.lists()
        assert self.reader.lists(data_type).differences(lists) == []
        kind = PROVIDERS[stage.provider].endpoints[data_type].list_kind
        for list_id, version in list_versions.versions(self.user_id, stage.provider, data_type).items():
            assert version.intent is None
            if kind is ListKind.LOG:
                continue
            held = [lookup.fact_at(self.user_id, data_type, entry.key).answer() for entry in version.entries()]
            stored, wanted = list(map(canonical, held)), list(map(canonical, lists.get(list_id, [])))
            ordered = kind in (ListKind.RANKED, ListKind.ARRANGED)
            assert stored == wanted if ordered else sorted(stored) == sorted(wanted)
        if kind is ListKind.LOG:
            plays = [(fact.get("played_at"), fact.get("record_id")) for fact in self.history() if "raw" in fact]
            assert len(plays) == len({str(play) for play in plays}), "a play is recorded twice"
            answers = self.reader.lists(data_type).answers()
            assert all(len(answers[name]) >= len(entries) for name, entries in lists.items() if name != RESOURCES)


@contextmanager
def before_write(number: int, do: Callable[[], object]) -> Iterator[list[int]]:
    """Do something else before the n-th write. Yields the count of all other writes, in a list of one."""
    real = BaseClient._make_api_call  # type: ignore[attr-defined]
    count, lock, doing = [0], threading.RLock(), threading.local()

    def request(client: object, operation: str, parameters: object) -> Any:
        if operation in WRITES and not getattr(doing, "it", False):
            with lock:
                count[0] += 1
                now = count[0] == number
            if now:
                doing.it = True
                with patch.object(BaseClient, "_make_api_call", real):
                    do()
                doing.it = False
        return real(client, operation, parameters)

    with patch.object(BaseClient, "_make_api_call", request):
        yield count


@pytest.mark.parametrize(("provider", "data_type"), LISTS)
def test_a_death_after_any_write_changes_nothing(
    sockets: Mapping[str, Socket], provider: str, data_type: DataType
) -> None:
    """A worker dies right after a write. The sync then ends with the same records as without a death."""
    clock = Clock()
    with clock.installed(), small_pages():
        scene = Scene.begin(sockets, provider, data_type, clock)
        calm = Reaper(())
        before = len(scene.history())
        scene.sync(calm)
        expected = scene.history()
        assert len(expected) > before
        scene.check()
        for number in calm.writes[::EVERY]:
            scene.restore()
            reaper = Reaper(((number, True),))
            scene.sync(reaper)
            assert reaper.deaths == 1
            scene.check()
            if data_type is not DataType.RECENTLY_PLAYED or provider == "spotify":
                assert scene.history() == expected, f"a death after request {number}"


@pytest.mark.parametrize("same", [True, False], ids=["of one sync", "of two syncs"])
@pytest.mark.parametrize(("provider", "data_type"), LISTS)
def test_another_worker_before_any_write_loses_nothing_and_doubles_nothing(
    sockets: Mapping[str, Socket], provider: str, data_type: DataType, same: bool
) -> None:
    """
    The listener changes something and another worker collects all of it; then the first one, a zombie by now, goes on.

    A poll beside a sync is the same with plays.
    """
    clock = Clock()
    with clock.installed(), small_pages():
        scene = Scene.begin(sockets, provider, data_type, clock)
        action = next(iter(TRAITS[provider].changes[data_type]))
        number = writes = 1
        while number <= writes:
            scene.restore()
            first = scene.job(1)
            clock.sleep(1)
            second = first if same else scene.job(2)
            clock.sleep(1)

            def other(second: Job = second) -> None:
                scene.do(action)
                collected(data_type, second)

            with before_write(number, other) as count:
                collected(data_type, first)
            writes = count[0]
            for job in {first.sync_id: first, second.sync_id: second}.values():
                collected(data_type, job)
            clock.sleep(1)
            collected(data_type, replace(scene.job(3), mode="full"))
            scene.check()
            number += EVERY


def collected(data_type: DataType, job: Job) -> None:
    """A few rounds of a collector. One that another worker superseded ends."""
    for _ in range(6):
        try:
            summary = collect(data_type, job, plenty)
        except Superseded:
            return
        if summary.outcome.final:
            assert summary.outcome is Outcome.COMPLETE, standing(job, data_type).why
            return
