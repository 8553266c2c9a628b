"""Syncs after the first: what is asked, what is appended, and what is never concluded from too little."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from unittest.mock import patch

import pytest

from blendify.collecting.collector import collect
from blendify.core import aws, telemetry
from blendify.core.data_types import DataType, Outcome
from blendify.jobs.job import Job
from blendify.syncing.finish_sync import finish_sync
from operations.history_reader import HistoryReader
from tests.aws import moto_partiql
from tests.unit.robustness.machine import Clock, Died, Machine, Reaper
from tests.unit.sync_steps import STARTED, begun, facts, plenty, standing, whole
from tests.unit.world import World

pytestmark = pytest.mark.usefixtures("aws_in_memory")
DAY = 24 * 3600


@pytest.fixture
def clock() -> Iterator[Clock]:
    time = Clock(STARTED)
    with time.installed():
        yield time


def synced(user_id: str, clock: Clock, *data_types: DataType, days: float = 1) -> Job:
    """A whole run, some days after the one before."""
    clock.sleep(days * DAY)
    job, status = Machine(user_id, data_types, clock, Reaper(())).run()
    assert status == "succeeded"
    return job


def test_top_lists_are_asked_once_a_day(world: World, clock: Clock) -> None:
    """A listener who asks for a sync every hour costs no call for them; the run still tells what is there."""
    user_id = world.connect()
    synced(user_id, clock, DataType.TOP_TRACKS)
    before = world.calls()
    job = synced(user_id, clock, DataType.TOP_TRACKS, days=0.5)
    assert world.calls() == before
    assert standing(job, DataType.TOP_TRACKS).counts["records"] == 15
    synced(user_id, clock, DataType.TOP_TRACKS, days=0.5)
    assert world.calls() == before + 3


def test_a_clock_that_goes_back_brings_nothing_back(world: World, clock: Clock) -> None:
    """The later sync has the later moment, so what it removed stays removed, and the moment before keeps its lists."""
    user_id = world.connect()
    first = synced(user_id, clock, DataType.SAVED_TRACKS)
    served = world.lists(DataType.SAVED_TRACKS)
    world.change("remove", "saved_tracks", position=20)
    second = synced(user_id, clock, DataType.SAVED_TRACKS, days=-1 / 24)
    assert second.fetched_at > first.fetched_at
    whole(world, second, DataType.SAVED_TRACKS)
    reader = HistoryReader(aws.client("dynamodb"), "history", user_id)
    assert reader.lists(DataType.SAVED_TRACKS, first.fetched_at).differences(served) == []


def test_a_like_that_comes_back_is_another_span(world: World, clock: Clock) -> None:
    """The old one is removed under its own moment, the new one appended."""
    user_id = world.connect()
    synced(user_id, clock, DataType.SAVED_TRACKS)
    number = world.simulator.listeners["ana"].library.entries("saved_tracks")[20].number
    world.change("remove", "saved_tracks", position=20)
    world.change("add", "saved_tracks", item=number)
    job = synced(user_id, clock, DataType.SAVED_TRACKS)
    gone, new = sorted(facts(job, DataType.SAVED_TRACKS), key=lambda fact: not fact.removed)
    assert (gone.record_id, gone.track_name) == (new.record_id, new.track_name)
    assert gone.removed
    assert not new.removed
    assert gone.added_at != new.added_at
    assert gone.raw is None
    whole(world, job, DataType.SAVED_TRACKS)


def test_a_playlist_that_moves_one_track_records_one(world: World, clock: Clock) -> None:
    """With the whole answer, at its new place; other playlists are not asked."""
    user_id = world.connect()
    both = (DataType.PLAYLISTS, DataType.PLAYLIST_TRACKS)
    synced(user_id, clock, *both)
    contents = world.truth()["playlist_tracks"]
    name = max((name for name in contents if contents[name]), key=lambda name: len(contents[name]))
    world.change("move", "playlist_tracks", name, position=40, to=3)
    before = world.calls(DataType.PLAYLIST_TRACKS)
    job = synced(user_id, clock, *both)
    (moved,) = facts(job, DataType.PLAYLIST_TRACKS)
    assert (moved.playlist_id, moved.position) == (name, 3)
    assert moved.answer() == contents[name][40]
    assert world.calls(DataType.PLAYLIST_TRACKS) - before == 2
    (head,) = facts(job, DataType.PLAYLISTS)
    assert head.playlist_id == name
    whole(world, job, DataType.PLAYLIST_TRACKS)


def test_what_signals_miss_is_found_by_the_full_sweep(world: World, clock: Clock) -> None:
    """An album out and one in, neither on the first page: seen at the latest when a week is over."""
    user_id = world.connect()
    synced(user_id, clock, DataType.SAVED_ALBUMS)
    world.change("remove", "saved_albums", position=51)
    world.change("add", "saved_albums", position=51)
    job = synced(user_id, clock, DataType.SAVED_ALBUMS)
    assert facts(job, DataType.SAVED_ALBUMS) == []
    job = synced(user_id, clock, DataType.SAVED_ALBUMS, days=6)
    assert sorted(bool(fact.removed) for fact in facts(job, DataType.SAVED_ALBUMS)) == [False, True]
    whole(world, job, DataType.SAVED_ALBUMS)


def test_more_plays_than_the_provider_remembers_leave_a_hole(world: World, clock: Clock) -> None:
    """It says from when to when; a poll in time leaves none."""
    user_id = world.connect()
    synced(user_id, clock, DataType.RECENTLY_PLAYED)
    for count, holes in ((49, 0), (50, 1), (3, 0)):
        last = world.truth()["recently_played"][0]["played_at"]
        for _ in range(count):
            world.change("add", "recently_played")
        job = synced(user_id, clock, DataType.RECENTLY_PLAYED)
        appended = facts(job, DataType.RECENTLY_PLAYED)
        assert standing(job, DataType.RECENTLY_PLAYED).counts["holes"] == holes
        assert ("Holes" in telemetry.metrics.metric_set) is bool(holes), "an operator is told"
        telemetry.metrics.clear_metrics()
        assert [fact.missing_from for fact in appended if fact.kind == "hole"] == [last] * holes
        assert sum(fact.kind != "hole" for fact in appended) == count


def test_what_a_run_recorded_that_never_ended_is_not_recorded_again(world: World, clock: Clock) -> None:
    """It fails on the second page for good; the next run appends the second page alone."""
    user_id = world.connect()
    world.fault(DataType.SAVED_TRACKS, status=500, skip=1)
    first, status = Machine(user_id, (DataType.SAVED_TRACKS,), clock, Reaper(())).run()
    assert (status, len(facts(first, DataType.SAVED_TRACKS))) == ("failed", 50)
    world.simulator.traffic.faults.clear()
    world.change("remove", "saved_tracks", position=3)
    job = synced(user_id, clock, DataType.SAVED_TRACKS)
    assert sorted(bool(fact.removed) for fact in facts(job, DataType.SAVED_TRACKS)) == [False] * 4 + [True]
    whole(world, job, DataType.SAVED_TRACKS)


def test_a_run_of_a_week_later_reads_everything_at_most_once(world: World, clock: Clock) -> None:
    """Between two full sweeps lie 5.25 to 7 days, whatever else is synced meanwhile."""
    user_id = world.connect()
    synced(user_id, clock, DataType.SAVED_TRACKS)
    calls = []
    for _ in range(14):
        before = world.calls()
        synced(user_id, clock, DataType.SAVED_TRACKS)
        calls.append(world.calls() - before)
    assert sorted(calls)[-2:] == [2, 2]
    assert sum(calls) in (14 + 2, 14 + 3)
    assert timedelta(days=min(6, calls.index(2))) <= timedelta(days=7)


@pytest.mark.parametrize("stored", [False, True], ids=["died before the fact", "died after it"])
def test_what_left_while_a_worker_was_dead_is_no_riddle(world: World, clock: Clock, stored: bool) -> None:
    """Intended by a worker that died, before its fact or after it, and unliked before the next one came: a span."""
    user_id = world.connect()
    synced(user_id, clock, DataType.SAVED_TRACKS)
    world.change("add", "saved_tracks")
    clock.sleep(DAY)
    job = begun(user_id, DataType.SAVED_TRACKS, execution="dies", started_at=clock.now())
    insert = moto_partiql.insert

    def dying(*arguments: Any) -> Any:
        if stored:
            insert(*arguments)
        raise Died

    with patch.object(moto_partiql, "insert", dying), pytest.raises(Died):
        collect(DataType.SAVED_TRACKS, job, plenty)
    world.change("remove", "saved_tracks", position=0)
    assert collect(DataType.SAVED_TRACKS, job, plenty).outcome is Outcome.COMPLETE
    assert finish_sync(job, 1, [])["status"] == "succeeded"
    later = synced(user_id, clock, DataType.SAVED_TRACKS)
    assert standing(later, DataType.SAVED_TRACKS).counts["removed"] == 1
    whole(world, later, DataType.SAVED_TRACKS)


def test_a_new_playlist_is_kept_by_runs_that_do_not_collect_playlists(world: World, clock: Clock) -> None:
    """The playlists' own list version does not know it yet; its entries are not taken for gone."""
    user_id = world.connect()
    synced(user_id, clock, DataType.PLAYLISTS, DataType.PLAYLIST_TRACKS)
    world.change("add", "playlists", entries=5)
    for appended in (5, 0):
        job = synced(user_id, clock, DataType.PLAYLIST_TRACKS)
        counts = standing(job, DataType.PLAYLIST_TRACKS).counts
        assert (counts["appended"], counts["removed"]) == (appended, 0)
        whole(world, job, DataType.PLAYLIST_TRACKS)


@pytest.mark.parametrize("with_names", [False, True])
def test_a_playlist_that_the_names_lack_is_no_deleted_one(world: World, clock: Clock, with_names: bool) -> None:
    """Nothing but a sound reading of the names tells that it is gone; then its entries leave with the next sync."""
    user_id = world.connect()
    synced(user_id, clock, DataType.PLAYLISTS, DataType.PLAYLIST_TRACKS)
    new = world.change("add", "playlists", entries=5)["id"]
    synced(user_id, clock, DataType.PLAYLIST_TRACKS)
    world.fault(DataType.PLAYLISTS, edit={"hidden": [0], "total_off": 1})
    types = (DataType.PLAYLISTS,) * with_names + (DataType.PLAYLIST_TRACKS,)
    job = synced(user_id, clock, *types)
    whole(world, job, DataType.PLAYLIST_TRACKS)
    world.simulator.traffic.faults.clear()
    world.change("remove", "playlists", id=new)
    synced(user_id, clock, DataType.PLAYLISTS)
    job = synced(user_id, clock, DataType.PLAYLIST_TRACKS)
    assert standing(job, DataType.PLAYLIST_TRACKS).counts["removed"] == 5
    whole(world, job, DataType.PLAYLIST_TRACKS)
