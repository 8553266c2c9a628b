"""A provider that fails costs as little as possible: a page, a list, a data type; and what is missing says why."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from blendify.collecting.collector import collect
from blendify.core import times
from blendify.core.data_types import DataType, Outcome
from blendify.jobs.job import Job
from blendify.jobs.progress import PATIENCE_SECONDS
from blendify.syncing.finish_sync import finish_sync
from local.simulators.frame.faults import FaultKind
from tests.aws import moto_partiql
from tests.unit.robustness.machine import Clock, Machine, Reaper
from tests.unit.robustness.providers import TRAITS
from tests.unit.robustness.worlds import PAGE, small_pages
from tests.unit.sync_steps import begun, facts, plenty, ready, same, standing, whole
from tests.unit.world import Socket, World

pytestmark = pytest.mark.usefixtures("aws_in_memory")

ROUNDS = 1 + len(PATIENCE_SECONDS)
PLAYLISTS, PLAYLIST_TRACKS, SAVED_TRACKS = DataType.PLAYLISTS, DataType.PLAYLIST_TRACKS, DataType.SAVED_TRACKS


@pytest.fixture
def no_sleep(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("time.sleep", lambda _: None)


@pytest.fixture
def clock() -> Iterator[Clock]:
    """Time that passes when somebody sleeps, and pages of four entries."""
    clock = Clock()
    with clock.installed(), small_pages():
        yield clock


@pytest.fixture
def small(behind: Socket, clock: Clock) -> World:
    """A listener whose lists are many small pages."""
    return World.begin(behind, clock=clock.seconds, **TRAITS["spotify"].sizes)


def breaks(world: World, data_type: DataType, offset: int, playlist: str = "", **details: Any) -> None:
    """A page that the simulator refuses, each time it is asked for it: with 502, unless `details` say more."""
    only = {"id": playlist} if playlist else {}
    world.fault(data_type, only=only, offsets=(offset, offset + PAGE - 1), **{"status": 502, **details})


def refusal(status: int, message: str) -> dict[str, Any]:
    """As Spotify refuses."""
    return {"status": status, "body": {"error": {"status": status, "message": message}}}


class CrashError(Exception):
    """A defect, or too little memory."""


def crashing(monkeypatch: pytest.MonkeyPatch, data_type: DataType) -> None:
    """Every collector of this data type crashes as it stores its first record."""
    real = moto_partiql.insert

    def insert(handler: Any, table_name: str, item: Any) -> Any:
        if item["user#type"]["S"].endswith(f"#{data_type}"):
            raise CrashError
        return real(handler, table_name, item)

    monkeypatch.setattr(moto_partiql, "insert", insert)


def a_round(job: Job, number: int, *data_types: DataType) -> dict[str, Any]:
    """What the state machine does: each collector once, then the step that ends a round."""
    results = []
    for data_type in data_types:
        try:
            results.append(collect(data_type, job, plenty).event())
        except CrashError:
            results.append({"data_type": data_type, "error": "Runtime.ExitError"})
    return finish_sync(job, number, results)


def synced(world: World, clock: Clock, *data_types: DataType) -> tuple[Machine, Job, str]:
    """A whole run of these data types, its waits included."""
    machine = Machine(world.connect(), data_types, clock, Reaper(()))
    return machine, *machine.run()


def test_a_page_that_never_comes_costs_only_itself(small: World, clock: Clock) -> None:
    """After two short waits everything but that page is stored; the data type has failed, and says with what."""
    breaks(small, SAVED_TRACKS, PAGE)
    begun_at = clock.now()
    machine, job, status = synced(small, clock, SAVED_TRACKS)
    assert (status, machine.rounds) == ("failed", ROUNDS)
    tracks = small.truth()["saved_tracks"]
    same(job, SAVED_TRACKS, tracks[:PAGE] + tracks[2 * PAGE :])
    done = standing(job, SAVED_TRACKS)
    assert (done.outcome, done.counts["lost"], done.counts["records"]) == (Outcome.FAILED, 1, len(tracks) - PAGE)
    assert str(done.why).startswith("1 page could not be read, all others are stored")
    assert "502" in str(done.why)
    assert sum(PATIENCE_SECONDS) <= (clock.now() - begun_at).total_seconds() < 60


def test_a_page_of_one_playlist_costs_no_other_playlist(small: World, clock: Clock) -> None:
    """The other playlists are whole, and so is the rest of the one with the page that never comes."""
    contents = small.lists(PLAYLIST_TRACKS)
    longest = max(contents, key=lambda name: len(contents[name]))
    breaks(small, PLAYLIST_TRACKS, PAGE, longest)
    machine, job, status = synced(small, clock, PLAYLISTS, PLAYLIST_TRACKS)
    assert (status, machine.rounds) == ("partial", ROUNDS)
    readable = {name: entries for name, entries in contents.items() if name != longest}
    readable[longest] = contents[longest][:PAGE] + contents[longest][2 * PAGE :]
    same(job, PLAYLIST_TRACKS, [entry for entries in readable.values() for entry in entries])
    places = sorted(int(fact.position) for fact in facts(job, PLAYLIST_TRACKS) if fact.playlist_id == longest)
    assert places == [place for place in range(len(contents[longest])) if not PAGE <= place < 2 * PAGE]
    assert "502" in str(standing(job, PLAYLIST_TRACKS).why)


def test_a_page_of_the_list_of_playlists_costs_no_other_playlists_tracks(behind: Socket, clock: Clock) -> None:
    """The list of playlists has failed; what is in those that it named is read all the same."""
    small = World.begin(
        behind, clock=clock.seconds, **{**TRAITS["spotify"].sizes, "playlists": 10, "playlist_entries": 20}
    )
    named = [playlist["id"] for playlist in small.truth()["playlists"]]
    breaks(small, PLAYLISTS, PAGE)
    _, job, status = synced(small, clock, PLAYLISTS, PLAYLIST_TRACKS)
    assert status == "partial"
    assert standing(job, PLAYLISTS).outcome is Outcome.FAILED
    assert standing(job, PLAYLIST_TRACKS).outcome is Outcome.COMPLETE
    contents = small.lists(PLAYLIST_TRACKS)
    known = named[:PAGE] + named[2 * PAGE :]
    same(job, PLAYLIST_TRACKS, [entry for name in known for entry in contents[name]])


def test_a_first_page_that_never_comes_is_a_failure_of_the_data_type(small: World, clock: Clock) -> None:
    """Nothing is known of the list, so nothing is passed over: the provider's own failure is the reason."""
    breaks(small, SAVED_TRACKS, 0)
    machine, job, status = synced(small, clock, SAVED_TRACKS)
    assert (status, machine.rounds) == ("failed", ROUNDS)
    done = standing(job, SAVED_TRACKS)
    assert (done.outcome, done.counts["lost"]) == (Outcome.FAILED, 0)
    assert done.why == "Spotify had an internal error (502)"
    assert facts(job, SAVED_TRACKS) == []


def test_who_gets_on_has_all_patience_again(small: World, clock: Clock) -> None:
    """Setbacks count in a row alone: a page that was stored between two of them begins a new row."""
    job = begun(small.connect(), SAVED_TRACKS)
    for place in (0, 2 * PAGE):
        small.simulator.traffic.faults.clear()
        breaks(small, SAVED_TRACKS, place)
        summary = collect(SAVED_TRACKS, job, plenty)
        assert summary.outcome is Outcome.WAITING
        assert summary.until == clock.now() + timedelta(seconds=PATIENCE_SECONDS[0])
        assert standing(job, SAVED_TRACKS).setbacks == 1
    small.simulator.traffic.faults.clear()
    assert collect(SAVED_TRACKS, job, plenty).outcome is Outcome.COMPLETE
    whole(small, job, SAVED_TRACKS)


def test_a_collector_that_crashes_in_every_round_has_failed_in_the_end(
    small: World, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two short waits, then its data type has failed and names the crash; the other one is whole."""
    job = begun(small.connect(), SAVED_TRACKS, DataType.SAVED_ALBUMS)
    crashing(monkeypatch, SAVED_TRACKS)
    for number, seconds in enumerate(PATIENCE_SECONDS, start=1):
        answer = a_round(job, number, SAVED_TRACKS, DataType.SAVED_ALBUMS)
        assert (answer["status"], answer["until"]) == ("waiting", times.iso(clock.now() + timedelta(seconds=seconds)))
    assert a_round(job, ROUNDS, SAVED_TRACKS, DataType.SAVED_ALBUMS)["status"] == "partial"
    assert standing(job, SAVED_TRACKS).outcome is Outcome.FAILED
    assert "Runtime.ExitError" in str(standing(job, SAVED_TRACKS).why)
    whole(small, job, DataType.SAVED_ALBUMS)


def test_playlist_tracks_wait_for_playlists_that_crashed(small: World, clock: Clock) -> None:
    """A crash is not the end of the list: its contents wait with it, and in the next round both are whole."""
    job = begun(small.connect(), PLAYLISTS, PLAYLIST_TRACKS)
    with pytest.MonkeyPatch.context() as patch:
        crashing(patch, PLAYLISTS)
        assert a_round(job, 1, PLAYLISTS, PLAYLIST_TRACKS)["status"] == "waiting"
    assert standing(job, PLAYLIST_TRACKS).outcome is Outcome.WAITING
    assert small.calls(PLAYLIST_TRACKS) == 0
    assert a_round(job, 2, PLAYLISTS, PLAYLIST_TRACKS)["status"] == "succeeded"
    whole(small, job, PLAYLISTS)
    whole(small, job, PLAYLIST_TRACKS)


def test_playlist_tracks_fail_with_playlists_that_never_came(small: World, clock: Clock) -> None:
    """Without any list there is nothing to read: both have failed, and nothing is called for the contents."""
    small.fault(PLAYLISTS, status=500)
    _, job, status = synced(small, clock, PLAYLISTS, PLAYLIST_TRACKS)
    assert status == "failed"
    assert "could not be read" in str(standing(job, PLAYLIST_TRACKS).why)
    assert small.calls(PLAYLIST_TRACKS) == 0


@pytest.mark.parametrize("times_served", [1, None])
def test_no_content_is_no_empty_list_where_lists_have_a_length(
    small: World, clock: Clock, times_served: int | None
) -> None:
    """204 to saved tracks is asked again, and when it stays a failure: never zero tracks."""
    small.fault(SAVED_TRACKS, kind=FaultKind.EMPTY, status=204, times=times_served)
    _, job, status = synced(small, clock, SAVED_TRACKS)
    assert status == ("succeeded" if times_served else "failed")
    same(job, SAVED_TRACKS, small.truth()["saved_tracks"] if times_served else [])
    assert times_served or "empty response" in str(standing(job, SAVED_TRACKS).why)


@pytest.mark.usefixtures("no_sleep")
def test_no_content_is_an_empty_list(world: World) -> None:
    """Spotify's player answers 204 when there is nothing: that is no failure."""
    world.fault(DataType.RECENTLY_PLAYED, kind=FaultKind.EMPTY, status=204)
    job = ready(DataType.RECENTLY_PLAYED, world)
    assert collect(DataType.RECENTLY_PLAYED, job, plenty).outcome is Outcome.COMPLETE
    assert standing(job, DataType.RECENTLY_PLAYED).counts["records"] == 0


@pytest.mark.parametrize(
    ("status", "message"), [(403, "Forbidden"), (404, "Resource not found"), (400, "Invalid base62 id")]
)
def test_a_playlist_that_is_gone_costs_only_itself(small: World, clock: Clock, status: int, message: str) -> None:
    """One that is closed, gone, or whose id is no longer known is passed over; the others are whole."""
    contents = small.lists(PLAYLIST_TRACKS)
    gone = max(contents, key=lambda name: len(contents[name]))
    for place in range(0, len(contents.pop(gone)), PAGE):
        breaks(small, PLAYLIST_TRACKS, place, gone, **refusal(status, message))
    _, job, ended = synced(small, clock, PLAYLISTS, PLAYLIST_TRACKS)
    assert (ended, standing(job, PLAYLIST_TRACKS).counts["unavailable"]) == ("succeeded", 1)
    same(job, PLAYLIST_TRACKS, [entry for entries in contents.values() for entry in entries])


def test_a_playlist_that_goes_while_it_is_read_leaves_nothing_behind(small: World, clock: Clock) -> None:
    """Its first page is in the history; the next run finds the playlist gone, and records that of each entry."""
    contents = small.lists(PLAYLIST_TRACKS)
    gone = max(contents, key=lambda name: len(contents[name]))
    for place in range(PAGE, len(contents[gone]), PAGE):
        breaks(small, PLAYLIST_TRACKS, place, gone, **refusal(404, "Resource not found"))
    _, job, status = synced(small, clock, PLAYLISTS, PLAYLIST_TRACKS)
    counts = standing(job, PLAYLIST_TRACKS).counts
    assert (status, counts["unavailable"], counts["doubtful"]) == ("succeeded", 1, 1)
    assert sum(fact.playlist_id == gone for fact in facts(job, PLAYLIST_TRACKS)) == PAGE
    small.simulator.traffic.faults.clear()
    small.change("remove", "playlists", id=gone)
    clock.sleep(3600)
    _, later, _ = synced(small, clock, PLAYLISTS, PLAYLIST_TRACKS)
    assert [fact.playlist_id for fact in facts(later, PLAYLIST_TRACKS) if fact.removed] == [gone] * PAGE
    whole(small, later, PLAYLIST_TRACKS)
