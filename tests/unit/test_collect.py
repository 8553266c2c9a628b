"""Collecting appends every record once, with the fewest calls, and goes on where it was stopped."""

import threading
import time
from collections import Counter
from typing import Any

import pytest

from blendify.collecting.checkpoints import MoveOn
from blendify.collecting.collector import RESERVE_SECONDS, collect
from blendify.collecting.position import Position
from blendify.core import times
from blendify.core.data_types import DataType, Outcome
from blendify.jobs.progress import Checkpoint, Progress, move_on
from blendify.providers import PROVIDERS
from local.simulators.spotify.service import SCOPES
from tests.unit.sync_steps import begun, facts, plenty, ready, standing, whole
from tests.unit.world import Socket, World

pytestmark = pytest.mark.usefixtures("aws_in_memory")


@pytest.mark.parametrize("data_type", DataType)
def test_everything_is_appended_once_with_the_fewest_calls(world: World, data_type: DataType) -> None:
    """Each record as the provider has it, counted right, and not one call more than the pages it takes."""
    job = ready(data_type, world)
    summary = collect(data_type, job, plenty)
    assert summary.outcome is Outcome.COMPLETE
    whole(world, job, data_type)
    assert world.calls(data_type) == world.fewest(data_type)
    counts = standing(job, data_type).counts
    records = sum(map(len, world.lists(data_type).values()))
    assert (counts["records"], counts["appended"], counts["expected"]) == (records, records, records)
    assert counts["calls"] == world.fewest(data_type)
    assert counts["stored_bytes"] > 0
    assert counts["write_units"] >= records


@pytest.mark.parametrize("regime", ["legacy", "transitional"])
def test_old_applications_collect_playlists_as_well(behind: Socket, regime: str) -> None:
    """Where a playlist's contents have their old name, or both, nothing is lost."""
    world = World.begin(behind, regime=regime)
    job = ready(DataType.PLAYLIST_TRACKS, world)
    assert collect(DataType.PLAYLIST_TRACKS, job, plenty).outcome is Outcome.COMPLETE
    whole(world, job, DataType.PLAYLIST_TRACKS)
    assert standing(job, DataType.PLAYLIST_TRACKS).counts["unavailable"] == 0


@pytest.mark.parametrize("data_type", [DataType.TOP_TRACKS, DataType.TOP_ARTISTS])
def test_ranks_are_those_of_the_list(world: World, data_type: DataType) -> None:
    """Rank 1 is the first of its time range."""
    job = ready(data_type, world)
    collect(data_type, job, plenty)
    stored = {(fact.time_range, int(fact.rank)): fact.answer() for fact in facts(job, data_type)}
    assert stored == {
        (name, rank): entry
        for name, entries in world.lists(data_type).items()
        for rank, entry in enumerate(entries, start=1)
    }


def test_positions_are_those_of_the_playlist(world: World) -> None:
    """A playlist can be put together again in its order."""
    job = ready(DataType.PLAYLIST_TRACKS, world)
    collect(DataType.PLAYLIST_TRACKS, job, plenty)
    stored: dict[str, list[Any]] = {}
    for fact in facts(job, DataType.PLAYLIST_TRACKS):
        assert int(fact.position) == len(stored.setdefault(str(fact.playlist_id), []))
        stored[str(fact.playlist_id)].append(fact.answer())
    assert stored == {name: entries for name, entries in world.lists(DataType.PLAYLIST_TRACKS).items() if entries}


def test_a_top_list_is_read_as_deep_as_configured(behind: Socket, monkeypatch: pytest.MonkeyPatch) -> None:
    """Entries beyond the depth are neither asked for nor expected."""
    world = World.begin(behind, top_tracks=51)
    job = ready(DataType.TOP_TRACKS, world)
    collect(DataType.TOP_TRACKS, job, plenty)
    counts = standing(job, DataType.TOP_TRACKS).counts
    assert (counts["records"], counts["expected"], counts["calls"]) == (150, 150, 3)


def test_a_missing_scope_is_no_call(world: World) -> None:
    """What the listener did not grant is not asked for, and named."""
    user_id = world.connect(scopes=tuple(SCOPES.keys() - {"user-library-read"}))
    job = begun(user_id, DataType.SAVED_TRACKS)
    assert collect(DataType.SAVED_TRACKS, job, plenty).outcome is Outcome.NOT_PERMITTED
    assert "user-library-read" in str(standing(job, DataType.SAVED_TRACKS).why)
    assert world.calls() == 0


def test_playlists_that_cannot_be_read_are_counted(behind: Socket) -> None:
    """Others' playlists are closed to new applications: told as unavailable, not asked for, and no failure."""
    world = World.begin(behind, followed_playlists=3)
    job = ready(DataType.PLAYLIST_TRACKS, world)
    assert collect(DataType.PLAYLIST_TRACKS, job, plenty).outcome is Outcome.COMPLETE
    whole(world, job, DataType.PLAYLIST_TRACKS)
    done = standing(job, DataType.PLAYLIST_TRACKS)
    assert done.counts["unavailable"] == 3
    assert "3" in str(done.why)
    assert world.calls(DataType.PLAYLIST_TRACKS) == world.fewest(DataType.PLAYLIST_TRACKS)


def test_lists_are_counted_also_after_waiting_for_their_names(behind: Socket) -> None:
    """The playlists had to wait, so their tracks did too: what cannot be read is told all the same."""
    world = World.begin(behind, followed_playlists=3)
    job = begun(world.connect(), DataType.PLAYLISTS, DataType.PLAYLIST_TRACKS)
    naming = standing(job, DataType.PLAYLISTS)
    move_on(naming, Checkpoint(Outcome.WAITING, until=times.now()))
    assert collect(DataType.PLAYLIST_TRACKS, job, plenty).outcome is Outcome.WAITING

    for data_type in (DataType.PLAYLISTS, DataType.PLAYLIST_TRACKS):
        assert collect(data_type, job, plenty).outcome is Outcome.COMPLETE
    done = standing(job, DataType.PLAYLIST_TRACKS)
    assert done.counts["unavailable"] == 3
    assert done.counts["expected"] == done.counts["records"] > 0


def test_playlist_tracks_wait_for_playlists(world: World) -> None:
    """While the list of playlists waits, its contents wait as well, until the same moment, without a call."""
    world.limit(0, "3600")
    job = begun(world.connect(), DataType.PLAYLISTS, DataType.PLAYLIST_TRACKS)
    first = collect(DataType.PLAYLISTS, job, plenty)
    calls = world.calls()
    second = collect(DataType.PLAYLIST_TRACKS, job, plenty)
    assert (first.outcome, second.outcome) == (Outcome.WAITING, Outcome.WAITING)
    assert second.until == first.until
    assert world.calls() == calls


def test_playlist_tracks_alone_find_their_playlists(world: World) -> None:
    """A run that asks for them only reads the list itself, and appends no playlists."""
    job = begun(world.connect(), DataType.PLAYLIST_TRACKS)
    assert collect(DataType.PLAYLIST_TRACKS, job, plenty).outcome is Outcome.COMPLETE
    whole(world, job, DataType.PLAYLIST_TRACKS)
    assert facts(job, DataType.PLAYLISTS) == []


class KilledError(Exception):
    """As when Lambda ends a function."""


def dies_at(checkpoint: int, attempt: int | None = None) -> MoveOn:
    """Checkpoints of which the n-th is never written, counted among those of one attempt at a list, if given."""
    count = iter(range(1, 100_000))

    def deadly(before: Progress, at: Checkpoint) -> Progress:
        if attempt in (None, Position.of(at.position or "").observed.attempt) and next(count) == checkpoint:
            raise KilledError
        return move_on(before, at)

    return deadly


@pytest.mark.parametrize(("again", "checkpoint"), [(False, 1), (False, 2), (True, 2)])
def test_a_reading_that_was_begun_is_gone_on_with(
    behind: Socket, monkeypatch: pytest.MonkeyPatch, again: bool, checkpoint: int
) -> None:
    """A playlist changes between its pages; who dies over the first page of the new reading leaves it to the next."""
    world = World.begin(behind, playlists=1)
    job = ready(DataType.PLAYLIST_TRACKS, world)
    (name,) = world.lists(DataType.PLAYLIST_TRACKS)
    pages: list[str] = []

    def between_pages(endpoint: str, _: int) -> None:
        pages.append(endpoint)
        if len(pages) == 2:
            world.change("remove", "playlist_tracks", name, position=3)

    world.simulator.traffic.on_call = between_pages
    monkeypatch.setattr("blendify.collecting.collection.PAGES", 1)
    with pytest.raises(KilledError):
        collect(DataType.PLAYLIST_TRACKS, job, plenty, dies_at(checkpoint, attempt=2))
    if again:
        world.change("add", "playlist_tracks", name, position=0)
    assert collect(DataType.PLAYLIST_TRACKS, job, plenty).outcome is Outcome.COMPLETE
    whole(world, job, DataType.PLAYLIST_TRACKS)
    assert standing(job, DataType.PLAYLIST_TRACKS).counts["records"] == len(world.lists(DataType.PLAYLIST_TRACKS)[name])


def test_a_resumed_run_keeps_its_list_of_playlists(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """
    A playlist that is unfollowed while a run of playlist tracks is interrupted does not shift the others: what the
    run set out to read is read.
    """
    job = begun(world.connect(), DataType.PLAYLIST_TRACKS)
    expected = world.lists(DataType.PLAYLIST_TRACKS)
    names = list(expected)
    monkeypatch.setattr("blendify.collecting.collection.PAGES", 1)
    with pytest.raises(KilledError):
        collect(DataType.PLAYLIST_TRACKS, job, plenty, dies_at(4))
    assert Position.of(standing(job, DataType.PLAYLIST_TRACKS).position).number >= 1
    world.change("remove", "playlists", id=names[0])
    assert collect(DataType.PLAYLIST_TRACKS, job, plenty).outcome is Outcome.COMPLETE
    stored = Counter(str(fact.playlist_id) for fact in facts(job, DataType.PLAYLIST_TRACKS))
    assert {name: stored[name] for name in names[1:]} == {name: len(expected[name]) for name in names[1:]}


def test_nothing_goes_on_in_a_lambda_that_has_answered(world: World, caplog: pytest.LogCaptureFixture) -> None:
    """Whoever keeps the error, as log records do: no thread is left, and no page is fetched any more."""
    caplog.set_level("INFO")
    job = ready(DataType.PLAYLIST_TRACKS, world)
    assert collect(DataType.PLAYLIST_TRACKS, job, lambda: RESERVE_SECONDS - 1).outcome is Outcome.WAITING
    assert any("time was up" in record.getMessage() for record in caplog.records)
    assert [thread.name for thread in threading.enumerate() if thread.name.startswith(("page", "write"))] == []
    calls = world.calls()
    time.sleep(0.1)
    assert world.calls() == calls


def test_every_call_is_counted_although_time_ran_out(world: World) -> None:
    """The figures of a run are the provider's: calls that were under way when a collector stopped count too."""
    job = ready(DataType.PLAYLIST_TRACKS, world)
    world.simulator.traffic.latency_ms = 5
    before = world.calls()
    while not collect(DataType.PLAYLIST_TRACKS, job, lambda: RESERVE_SECONDS - 1).outcome.final:
        pass
    assert standing(job, DataType.PLAYLIST_TRACKS).counts["calls"] == world.calls() - before


def test_pages_in_circles_end_the_list_and_keep_what_came(world: World) -> None:
    """A cursor that repeats ends the list. Nobody knows whether it was its end, so a note says so."""
    for artist, cursor in zip(world.truth()["followed_artists"], ("a", "b", "a"), strict=False):
        body = {"artists": {"items": [artist], "cursors": {"after": cursor * 22}, "next": "there", "total": 9}}
        world.fault(DataType.FOLLOWED_ARTISTS, status=200, body=body, times=1)
    job = ready(DataType.FOLLOWED_ARTISTS, world)
    assert collect(DataType.FOLLOWED_ARTISTS, job, plenty).outcome is Outcome.COMPLETE
    assert str(standing(job, DataType.FOLLOWED_ARTISTS).why).startswith("1 list changed while it was read")
    assert world.calls() == 3
    stored = facts(job, DataType.FOLLOWED_ARTISTS)
    assert len(stored) == 3
    assert standing(job, DataType.FOLLOWED_ARTISTS).counts["appended"] == len(stored)


def test_every_endpoint_is_below_the_configured_address(behind: Socket) -> None:
    """`next` addresses name the real host: none is followed, every page comes from where the operator said."""
    world = World.begin(behind, saved_tracks=51, saved_albums=1, followed_artists=1, top_artists=1, top_tracks=1)
    for data_type in PROVIDERS["spotify"].endpoints:
        if data_type is not DataType.PLAYLIST_TRACKS:
            job = begun(world.connect(data_type), data_type)
            assert collect(data_type, job, plenty).outcome is Outcome.COMPLETE
    assert world.calls("GET /v1/unknown") == 0
