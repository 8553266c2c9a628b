"""A whole listener of Apple Music: everything once, little afterwards; plays without moments; what its errors mean."""

import json
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from starlette.applications import Starlette

from blendify.access import connections, grant_expiry
from blendify.collecting.collector import collect
from blendify.collecting.job import Job
from blendify.core import aws, times
from blendify.core.data_types import DataType, Outcome
from blendify.history.stored_facts import StoredFact
from blendify.syncing.finish_sync import finish_sync
from local.history_reader import HistoryReader
from local.simulators.apple_music.library import ALBUM
from local.simulators.apple_music.resources import name_of
from local.simulators.frame.entries import Entries
from local.simulators.music.recordings import tracks_of
from tests.unit import apple_music_world
from tests.unit.apple_music_world import OFFERED, World
from tests.unit.provider_worlds import lists
from tests.unit.spotify_world import STARTED, begun, plenty, standing

pytestmark = pytest.mark.usefixtures("aws_in_memory")
PLAYS = DataType.RECENTLY_PLAYED
RESOURCE_KINDS = ("album", "playlist", "station")


@pytest.fixture(scope="module")
def behind() -> Iterator[tuple[Starlette, str]]:
    with apple_music_world.served() as app:
        yield app


@pytest.fixture
def world(behind: tuple[Starlette, str]) -> World:
    return World.begin(behind)


def run(user_id: str, *data_types: DataType, after: timedelta = timedelta(0), **more: str) -> Job:
    """A run of these data types that began so long after the first, to its end."""
    job = begun(
        user_id, *data_types, provider="apple_music", execution=f"execution-{after}", started_at=STARTED + after, **more
    )
    for data_type in data_types:
        collect(data_type, job, plenty)
    finish_sync(job, 1, [])
    return job


def stored(user_id: str, data_type: DataType) -> list[StoredFact]:
    """All facts of a data type, marks included."""
    return list(StoredFact.query(f"{user_id}#{data_type}"))


def songs(user_id: str) -> list[StoredFact]:
    """Of the plays those of songs, marks included."""
    return [fact for fact in stored(user_id, PLAYS) if fact.kind not in RESOURCE_KINDS]


def played(world: World, name: str) -> Entries:
    """One of the lists of what was played, as the simulator has it."""
    entries: Entries = world.simulator.listeners["Ana"].library.entries("recently_played", name)
    return entries


def answers(facts: list[StoredFact]) -> Counter[str]:
    return Counter(json.dumps(fact.answer(), sort_keys=True) for fact in facts)


def served(entries: list[Any]) -> Counter[str]:
    return Counter(json.dumps(entry, sort_keys=True) for entry in entries)


def assert_held(world: World, user_id: str, *data_types: DataType) -> None:
    """The history, folded, is what the listener has."""
    for data_type in data_types:
        stored = HistoryReader(aws.client("dynamodb"), "history", user_id).lists(data_type)
        assert stored.differences(lists(world, data_type, "Ana")) == []


def test_an_empty_playlist_is_a_playlist_without_tracks(world: World) -> None:
    """It is told as 404, and is no failure; what is put into it later is found."""
    identity = world.change("add", "playlists", title="Empty")["id"]
    user_id = world.connect()
    job = run(user_id, DataType.PLAYLISTS, DataType.PLAYLIST_TRACKS)
    assert standing(job, DataType.PLAYLIST_TRACKS).outcome is Outcome.COMPLETE
    assert standing(job, DataType.PLAYLIST_TRACKS).counts["unavailable"] == 0
    world.change("add", "playlist_tracks", identity)
    run(user_id, DataType.PLAYLISTS, DataType.PLAYLIST_TRACKS, after=timedelta(hours=1))
    assert_held(world, user_id, DataType.PLAYLIST_TRACKS)


def test_a_playlist_that_was_emptied_is_empty(world: World) -> None:
    """All that was in it has left."""
    identity = world.change("add", "playlists", title="Short", entries=2)["id"]
    user_id = world.connect()
    run(user_id, DataType.PLAYLISTS, DataType.PLAYLIST_TRACKS)
    for _ in range(2):
        world.change("remove", "playlist_tracks", identity)
    job = run(user_id, DataType.PLAYLISTS, DataType.PLAYLIST_TRACKS, after=timedelta(hours=1))
    if standing(job, DataType.PLAYLIST_TRACKS).outcome is Outcome.WAITING:
        # Most of it seems gone: it is looked at twice.
        collect(DataType.PLAYLIST_TRACKS, job, plenty)
    assert standing(job, DataType.PLAYLIST_TRACKS).counts["removed"] == 2
    assert_held(world, user_id, DataType.PLAYLIST_TRACKS)


def test_nothing_changed_costs_little(world: World) -> None:
    """A call for each list, two for songs played, saved songs, albums; none for dated playlists, or the rotation."""
    user_id = world.connect()
    run(user_id, *OFFERED)
    counts = {data_type: len(stored(user_id, data_type)) for data_type in OFFERED}
    before = world.calls()
    run(user_id, *OFFERED, after=timedelta(hours=1))
    assert world.calls() - before == 9
    assert {data_type: len(stored(user_id, data_type)) for data_type in OFFERED} == counts


def test_only_the_changed_playlist_is_read(world: World) -> None:
    """The others have the `lastModifiedDate` that they had."""
    identity = world.change("add", "playlists", title="Mine", entries=5)["id"]
    user_id = world.connect()
    run(user_id, DataType.PLAYLISTS, DataType.PLAYLIST_TRACKS)
    before = world.calls("/tracks")
    world.change("move", "playlist_tracks", identity, position=0, to=3)
    job = run(user_id, DataType.PLAYLISTS, DataType.PLAYLIST_TRACKS, after=timedelta(hours=1))
    assert world.calls("/tracks") - before == 1
    assert standing(job, DataType.PLAYLIST_TRACKS).counts["appended"] == 1
    assert_held(world, user_id, DataType.PLAYLIST_TRACKS)


def test_changes_of_the_library_are_found(world: World) -> None:
    """Additions and removals, which bring and take albums and artists along."""
    user_id = world.connect()
    run(user_id, *OFFERED)
    world.change("add", "saved_tracks")
    world.change("remove", "saved_tracks", position=100)
    world.change("add", "saved_albums")
    world.change("remove", "followed_artists", position=4)
    run(user_id, *OFFERED, after=timedelta(hours=1), mode="full")
    assert_held(world, user_id, DataType.SAVED_TRACKS, DataType.SAVED_ALBUMS, DataType.FOLLOWED_ARTISTS)


def test_a_song_for_a_song_is_found(world: World) -> None:
    """The length is the same, and the change may stand on any page: what was added last tells."""
    user_id = world.connect()
    run(user_id, DataType.SAVED_TRACKS)
    library = world.simulator.listeners["Ana"].library
    # Neither on the first page, which is seen anyway.
    absent = [song for song in range(2_000) if library.find("saved_tracks", song) is None]
    world.change(
        "add", "saved_tracks", item=max(absent, key=lambda song: name_of(library, "library-songs", song).casefold())
    )
    world.change("remove", "saved_tracks", position=150)
    job = run(user_id, DataType.SAVED_TRACKS, after=timedelta(hours=1))
    counts = standing(job, DataType.SAVED_TRACKS).counts
    assert (counts["appended"], counts["removed"]) == (1, 1)
    assert_held(world, user_id, DataType.SAVED_TRACKS)


def test_the_recordings_code_is_there(world: World) -> None:
    """By it a song is the same at other providers; the catalogue's answer comes with the library's."""
    user_id = world.connect()
    run(user_id, DataType.SAVED_TRACKS)
    facts = stored(user_id, DataType.SAVED_TRACKS)
    assert sum(fact.isrc is not None for fact in facts) > 0.9 * len(facts)
    assert all(fact.added_at for fact in facts)


def test_a_play_gets_the_moment_at_which_it_was_first_seen(world: World) -> None:
    """Apple tells none. The order is kept, and later runs give no play another moment."""
    user_id = world.connect()
    before = times.iso(times.now())
    run(user_id, PLAYS)
    facts = sorted(songs(user_id), key=lambda fact: str(fact.played_at), reverse=True)
    assert [fact.answer() for fact in facts] == world.truth()[PLAYS][""]
    assert len({fact.played_at for fact in facts}) == 50
    assert before <= str(facts[0].played_at) <= times.iso(times.now())
    assert {fact.played_after for fact in facts} == {None}
    count = len(facts)
    run(user_id, PLAYS, after=timedelta(seconds=30))
    assert len(songs(user_id)) == count


@pytest.mark.parametrize("plays", [1, 3, 30, 35])
def test_only_new_plays_are_appended(world: World, plays: int) -> None:
    """Also when they fill a page; each is told to have been played since the run before."""
    user_id = world.connect()
    first = run(user_id, PLAYS)
    for _ in range(plays):
        world.change("add", "recently_played")
    job = run(user_id, PLAYS, after=timedelta(seconds=30))
    assert standing(job, PLAYS).counts["plays"] == plays
    facts = sorted(songs(user_id), key=lambda fact: str(fact.played_at), reverse=True)
    assert [fact.answer() for fact in facts[:50]] == world.truth()[PLAYS][""]
    assert {fact.played_after for fact in facts[:plays]} == {first.fetched_at}
    assert [fact for fact in songs(user_id) if fact.kind == "hole"] == []


def test_a_song_played_again_is_another_play(world: World) -> None:
    """The same song twice in the list is two plays."""
    user_id = world.connect()
    run(user_id, PLAYS)
    number = played(world, "")[7].number
    world.change("add", "recently_played", item=number)
    job = run(user_id, PLAYS, after=timedelta(seconds=30))
    assert standing(job, PLAYS).counts["plays"] == 1


def test_an_old_song_behind_a_page_of_new_ones_is_another_play(world: World) -> None:
    """What lies between is no play that was left out, and not new either."""
    user_id = world.connect()
    run(user_id, PLAYS)
    number = played(world, "")[17].number
    world.change("add", "recently_played", item=number)
    for _ in range(29):
        world.change("add", "recently_played")
    job = run(user_id, PLAYS, after=timedelta(seconds=30))
    assert standing(job, PLAYS).counts["plays"] == 30
    assert len(songs(user_id)) == 80


def test_a_song_added_to_the_library_is_no_new_play(world: World) -> None:
    """It is told as the library's from then on, under another id; the catalogue's stays."""
    user_id = world.connect()
    run(user_id, PLAYS)
    library = world.simulator.listeners["Ana"].library
    number = next(each.number for each in played(world, "") if library.find("saved_tracks", each.number) is None)
    world.change("add", "saved_tracks", item=number)
    assert standing(run(user_id, PLAYS, after=timedelta(seconds=30)), PLAYS).counts["plays"] == 0


def test_what_is_played_meanwhile_is_stored_once(world: World) -> None:
    """It moves the second page by one: the play met twice is one, and the oldest is forgotten."""

    def play(_: str, number: int) -> None:
        if number == 2:
            world.change("add", "recently_played")

    world.simulator.traffic.on_call = play
    user_id = world.connect()
    run(user_id, PLAYS)
    world.simulator.traffic.on_call = None
    assert max(answers(songs(user_id)).values()) == 1
    run(user_id, PLAYS, after=timedelta(seconds=30))
    assert answers(songs(user_id)) == served(world.truth()[PLAYS][""])


@pytest.mark.parametrize(("repeats", "meanwhile"), [(30, 0), (6, 0), (6, 1)])
def test_a_song_on_repeat_is_so_many_plays(world: World, repeats: int, meanwhile: int) -> None:
    """Also where the two pages meet, and when another play comes in between them."""
    number = played(world, "")[0].number
    for _ in range(repeats - 1):
        world.change("add", "recently_played", item=number)
    for _ in range(30 - repeats // 2):
        world.change("add", "recently_played")
    before = served(world.truth()[PLAYS][""])
    assert max(before.values()) == repeats

    def play(_: str, call: int) -> None:
        if call == 2 and meanwhile:
            world.change("add", "recently_played")

    world.simulator.traffic.on_call = play
    user_id = world.connect()
    job = run(user_id, PLAYS)
    world.simulator.traffic.on_call = None
    assert max(answers(songs(user_id)).values()) == repeats
    assert standing(job, PLAYS).counts["plays"] == len(songs(user_id)) == 50 - meanwhile
    run(user_id, PLAYS, after=timedelta(seconds=30))
    assert not served(world.truth()[PLAYS][""]) - answers(songs(user_id))
    assert len(songs(user_id)) == 50


def test_more_plays_than_apple_remembers_are_a_hole(world: World) -> None:
    """From the newest that was known to the oldest that is told now."""
    user_id = world.connect()
    run(user_id, PLAYS)
    for _ in range(60):
        world.change("add", "recently_played")
    job = run(user_id, PLAYS, after=timedelta(seconds=30))
    assert standing(job, PLAYS).counts["holes"] == 1
    assert len([fact for fact in songs(user_id) if fact.kind == "hole"]) == 1
    assert standing(job, PLAYS).counts["plays"] == 50


def test_a_worker_whose_time_is_up_between_the_lists_loses_no_play(world: World) -> None:
    """The next one goes on with what songs were played from, also when something was played in between."""
    user_id = world.connect()
    job = begun(user_id, PLAYS, provider="apple_music")
    collect(PLAYS, job, lambda: 0.0)
    assert (len(songs(user_id)), len(resources(user_id))) == (50, 0)
    world.change("add", "recently_played")
    collect(PLAYS, job, plenty)
    finish_sync(job, 1, [])
    run(user_id, PLAYS, after=timedelta(seconds=30))
    assert not served(world.truth()[PLAYS][""]) - answers(songs(user_id))
    assert len(songs(user_id)) == 51


def test_the_end_of_the_grant_is_known(world: World) -> None:
    """About half a year after the consent: listeners are told in time."""
    owner = connections.connection(world.connect(), "apple_music")
    end = grant_expiry.ends_at(owner)
    assert end is not None
    assert end - times.parse(owner.authorized_at) == timedelta(days=180)


def test_a_key_that_is_not_accepted_is_the_operators(world: World) -> None:
    """401, for everybody: nobody's connection is given up."""
    user_id = world.connect()
    world.register(client_id="OTHERTEAM1.SIMKEY0001")
    job = run(user_id, PLAYS)
    assert standing(job, PLAYS).outcome is Outcome.FAILED
    assert "team id" in str(standing(job, PLAYS).why)
    assert connections.connection(user_id, "apple_music").status == connections.ACTIVE


def resources(user_id: str) -> list[StoredFact]:
    """What songs were played from, the latest first."""
    found = [fact for fact in stored(user_id, PLAYS) if fact.kind in RESOURCE_KINDS]
    return sorted(found, key=lambda fact: str(fact.played_at), reverse=True)


def test_what_songs_were_played_from_is_told_with_them(world: World) -> None:
    """Albums, playlists and stations: 50 at ten a call, in their order, as plays of another kind than songs'."""
    user_id = world.connect()
    job = run(user_id, PLAYS)
    found = resources(user_id)
    assert [fact.answer() for fact in found] == world.truth()[PLAYS]["resources"]
    assert {fact.kind for fact in found} == set(RESOURCE_KINDS)
    assert len({fact.played_at for fact in found}) == 50
    assert all(fact.record_id and fact.track_name is not None for fact in found)
    counts = standing(job, PLAYS).counts
    assert (counts["records"], counts["plays"], counts["calls"]) == (100, 50, 2 + 5)


@pytest.mark.parametrize("again", [1, 4, 12])
def test_what_is_played_from_again_is_one_record_more(world: World, again: int) -> None:
    """It moves to the front, and all else keeps its order: a poll sees it in a call, or as many more as it fills."""
    user_id = world.connect()
    first = run(user_id, PLAYS)
    old = [each.number for each in played(world, "resources") if each.kind == ALBUM][1 : 1 + again]
    for album in old:
        world.change("add", "recently_played", item=tracks_of(album)[0])
    calls = world.calls("/me/recent/played")
    job = run(user_id, PLAYS, after=timedelta(seconds=30))
    found = resources(user_id)
    assert len(found) == 50 + len(old)
    assert [fact.answer() for fact in found[: len(old)]] == world.truth()[PLAYS]["resources"][: len(old)]
    assert {fact.played_after for fact in found[: len(old)]} == {first.fetched_at}
    assert world.calls("/me/recent/played") - calls - 2 == (1 if len(old) < 10 else 2)
    assert standing(job, PLAYS).counts["plays"] == len(old)
    assert_held(world, user_id, PLAYS)
