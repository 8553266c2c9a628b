"""Apple Music from first sync to errors: records are stored once, later syncs are cheap, plays have no timestamps."""

import json
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from itertools import count
from typing import Any

import pytest

from blendify.access import connections, grant_expiry
from blendify.collecting.collector import collect
from blendify.core import aws, times
from blendify.core.data_types import DataType, Outcome
from blendify.history.stored_facts import StoredFact
from blendify.jobs.job import Job
from blendify.syncing.finish_sync import finish_sync
from local.simulators.apple_music.library import ALBUM
from local.simulators.apple_music.resources import name_of
from local.simulators.frame.entries import Entries
from local.simulators.music.recordings import tracks_of
from operations.history_reader import HistoryReader
from tests.unit.sync_steps import STARTED, begun, plenty, standing
from tests.unit.world import Socket, World, socket_of

pytestmark = pytest.mark.usefixtures("aws_in_memory")
PLAYS = DataType.RECENTLY_PLAYED
RESOURCE_KINDS = ("album", "playlist", "station")


@pytest.fixture(scope="module")
def behind() -> Iterator[Socket]:
    with socket_of("apple_music") as socket:
        yield socket


@pytest.fixture
def world(behind: Socket) -> World:
    return World.begin(behind)


def sync(user_id: str, *data_types: DataType, after: timedelta = timedelta(0), **more: str) -> Job:
    """Run a sync of these data types to its end. It begins this long after the first."""
    job = begun(
        user_id, *data_types, provider="apple_music", execution=f"execution-{after}", started_at=STARTED + after, **more
    )
    for data_type in data_types:
        collect(data_type, job, plenty)
    finish_sync(job, 1, [])
    return job


def stored(user_id: str, data_type: DataType) -> list[StoredFact]:
    """All facts of a data type, also those that are no records."""
    return list(StoredFact.query(f"{user_id}#{data_type}"))


def songs(user_id: str) -> list[StoredFact]:
    """The facts of plays of songs, also those that are no records."""
    return [fact for fact in stored(user_id, PLAYS) if fact.kind not in RESOURCE_KINDS]


def played(world: World, name: str) -> Entries:
    """A list of plays in the simulator."""
    entries: Entries = world.simulator.listeners["Ana"].library.entries("recently_played", name)
    return entries


def answers(facts: list[StoredFact]) -> Counter[str]:
    return Counter(json.dumps(fact.answer(), sort_keys=True) for fact in facts)


def served(entries: list[Any]) -> Counter[str]:
    return Counter(json.dumps(entry, sort_keys=True) for entry in entries)


def assert_held(world: World, user_id: str, *data_types: DataType) -> None:
    """Compare the folded history with the listener's lists."""
    for data_type in data_types:
        stored = HistoryReader(aws.client("dynamodb"), "history", user_id).lists(data_type)
        assert stored.differences(world.lists(data_type)) == []


def test_an_empty_playlist_is_a_playlist_without_tracks(world: World) -> None:
    """Apple responds with 404, which is no failure. Tracks added later are detected."""
    identity = world.change("add", "playlists", title="Empty")["id"]
    user_id = world.connect()
    job = sync(user_id, DataType.PLAYLISTS, DataType.PLAYLIST_TRACKS)
    assert standing(job, DataType.PLAYLIST_TRACKS).outcome is Outcome.COMPLETE
    assert standing(job, DataType.PLAYLIST_TRACKS).counts["unavailable"] == 0
    world.change("add", "playlist_tracks", identity)
    sync(user_id, DataType.PLAYLISTS, DataType.PLAYLIST_TRACKS, after=timedelta(hours=1))
    assert_held(world, user_id, DataType.PLAYLIST_TRACKS)


def test_a_playlist_that_was_emptied_is_empty(world: World) -> None:
    """All of its tracks are recorded as removed."""
    identity = world.change("add", "playlists", title="Short", entries=2)["id"]
    user_id = world.connect()
    sync(user_id, DataType.PLAYLISTS, DataType.PLAYLIST_TRACKS)
    for _ in range(2):
        world.change("remove", "playlist_tracks", identity)
    job = sync(user_id, DataType.PLAYLISTS, DataType.PLAYLIST_TRACKS, after=timedelta(hours=1))
    if standing(job, DataType.PLAYLIST_TRACKS).outcome is Outcome.WAITING:
        # Most of it seems removed, so it is read twice.
        collect(DataType.PLAYLIST_TRACKS, job, plenty)
    assert standing(job, DataType.PLAYLIST_TRACKS).counts["removed"] == 2
    assert_held(world, user_id, DataType.PLAYLIST_TRACKS)


def test_a_sync_without_changes_takes_few_calls(world: World) -> None:
    """A call for each list, two for songs played, saved songs and albums; none for dated playlists, or the rotation."""
    user_id = world.connect()
    sync(user_id, *world.provider.offered)
    counts = {data_type: len(stored(user_id, data_type)) for data_type in world.provider.offered}
    before = world.calls()
    sync(user_id, *world.provider.offered, after=timedelta(hours=1))
    assert world.calls() - before == 9
    assert {data_type: len(stored(user_id, data_type)) for data_type in world.provider.offered} == counts


def test_only_the_changed_playlist_is_read(world: World) -> None:
    """The others have an unchanged `lastModifiedDate`."""
    identity = world.change("add", "playlists", title="Mine", entries=5)["id"]
    user_id = world.connect()
    sync(user_id, DataType.PLAYLISTS, DataType.PLAYLIST_TRACKS)
    before = world.calls("/tracks")
    world.change("move", "playlist_tracks", identity, position=0, to=3)
    job = sync(user_id, DataType.PLAYLISTS, DataType.PLAYLIST_TRACKS, after=timedelta(hours=1))
    assert world.calls("/tracks") - before == 1
    assert standing(job, DataType.PLAYLIST_TRACKS).counts["appended"] == 1
    assert_held(world, user_id, DataType.PLAYLIST_TRACKS)


def test_changes_of_the_library_are_detected(world: World) -> None:
    """This holds for additions and removals, which also add and remove albums and artists."""
    user_id = world.connect()
    sync(user_id, *world.provider.offered)
    world.change("add", "saved_tracks")
    world.change("remove", "saved_tracks", position=100)
    world.change("add", "saved_albums")
    world.change("remove", "followed_artists", position=4)
    sync(user_id, *world.provider.offered, after=timedelta(hours=1), mode="full")
    assert_held(world, user_id, DataType.SAVED_TRACKS, DataType.SAVED_ALBUMS, DataType.FOLLOWED_ARTISTS)


def test_a_song_that_replaces_another_is_detected(world: World) -> None:
    """The length is the same, and the change may be on any page: the song added last shows it."""
    user_id = world.connect()
    sync(user_id, DataType.SAVED_TRACKS)
    library = world.simulator.listeners["Ana"].library
    # Neither is on the first page, which is read in any case.
    absent = [song for song in range(2_000) if library.find("saved_tracks", song) is None]
    world.change(
        "add", "saved_tracks", item=max(absent, key=lambda song: name_of(library, "library-songs", song).casefold())
    )
    world.change("remove", "saved_tracks", position=150)
    job = sync(user_id, DataType.SAVED_TRACKS, after=timedelta(hours=1))
    counts = standing(job, DataType.SAVED_TRACKS).counts
    assert (counts["appended"], counts["removed"]) == (1, 1)
    assert_held(world, user_id, DataType.SAVED_TRACKS)


@pytest.mark.parametrize("data_type", [DataType.SAVED_TRACKS, DataType.SAVED_ALBUMS])
def test_what_left_the_library_and_came_back_is_another_record(behind: Socket, data_type: DataType) -> None:
    """Length and ids are the same: the moment in the list of what was added last shows it."""
    world = World.begin(behind, saved_albums=190)
    user_id = world.connect()
    sync(user_id, data_type)
    library = world.simulator.listeners["Ana"].library
    number = library.entries(data_type)[150].number
    world.change("remove", data_type, position=150)
    thing = library.LISTS[data_type].thing
    world.change("add", data_type, item=next(choice for choice in count() if thing(choice) == number))
    counts = standing(sync(user_id, data_type, after=timedelta(hours=1)), data_type).counts
    assert (counts["appended"], counts["removed"]) == (1, 1)
    assert_held(world, user_id, data_type)


def test_saved_tracks_have_the_recordings_code(world: World) -> None:
    """The ISRC identifies a song across providers. It comes from the catalogue's data in the library's response."""
    user_id = world.connect()
    sync(user_id, DataType.SAVED_TRACKS)
    facts = stored(user_id, DataType.SAVED_TRACKS)
    assert sum(fact.isrc is not None for fact in facts) > 0.9 * len(facts)
    assert all(fact.added_at for fact in facts)


def test_a_play_gets_the_time_of_the_sync_that_first_read_it(world: World) -> None:
    """Apple gives no timestamp. The order is kept, and later syncs do not change a play's timestamp."""
    user_id = world.connect()
    before = times.iso(times.now())
    sync(user_id, PLAYS)
    facts = sorted(songs(user_id), key=lambda fact: str(fact.played_at), reverse=True)
    assert [fact.answer() for fact in facts] == world.truth()[PLAYS][""]
    assert len({fact.played_at for fact in facts}) == 50
    assert before <= str(facts[0].played_at) <= times.iso(times.now())
    assert {fact.played_after for fact in facts} == {None}
    count = len(facts)
    sync(user_id, PLAYS, after=timedelta(seconds=30))
    assert len(songs(user_id)) == count


@pytest.mark.parametrize("plays", [1, 3, 30, 35])
def test_only_new_plays_are_appended(world: World, plays: int) -> None:
    """This holds also when they fill a page. Each play is dated after the previous sync."""
    user_id = world.connect()
    first = sync(user_id, PLAYS)
    for _ in range(plays):
        world.change("add", "recently_played")
    job = sync(user_id, PLAYS, after=timedelta(seconds=30))
    assert standing(job, PLAYS).counts["plays"] == plays
    facts = sorted(songs(user_id), key=lambda fact: str(fact.played_at), reverse=True)
    assert [fact.answer() for fact in facts[:50]] == world.truth()[PLAYS][""]
    assert {fact.played_after for fact in facts[:plays]} == {first.fetched_at}
    assert [fact for fact in songs(user_id) if fact.kind == "hole"] == []


def test_a_song_played_again_is_another_play(world: World) -> None:
    """The same song twice in the list is two plays."""
    user_id = world.connect()
    sync(user_id, PLAYS)
    number = played(world, "")[7].number
    world.change("add", "recently_played", item=number)
    job = sync(user_id, PLAYS, after=timedelta(seconds=30))
    assert standing(job, PLAYS).counts["plays"] == 1


def test_an_old_song_behind_a_page_of_new_ones_is_another_play(world: World) -> None:
    """The plays between are neither missing nor new."""
    user_id = world.connect()
    sync(user_id, PLAYS)
    number = played(world, "")[17].number
    world.change("add", "recently_played", item=number)
    for _ in range(29):
        world.change("add", "recently_played")
    job = sync(user_id, PLAYS, after=timedelta(seconds=30))
    assert standing(job, PLAYS).counts["plays"] == 30
    assert len(songs(user_id)) == 80


def test_a_song_added_to_the_library_is_no_new_play(world: World) -> None:
    """From then on Apple gives it the library's id. The catalogue's id stays the same."""
    user_id = world.connect()
    sync(user_id, PLAYS)
    library = world.simulator.listeners["Ana"].library
    number = next(each.number for each in played(world, "") if library.find("saved_tracks", each.number) is None)
    world.change("add", "saved_tracks", item=number)
    assert standing(sync(user_id, PLAYS, after=timedelta(seconds=30)), PLAYS).counts["plays"] == 0


def test_a_play_during_the_read_is_stored_once(world: World) -> None:
    """It shifts the second page by one: the play on both pages counts once, and Apple drops the oldest."""

    def play(_: str, number: int) -> None:
        if number == 2:
            world.change("add", "recently_played")

    world.simulator.traffic.on_call = play
    user_id = world.connect()
    sync(user_id, PLAYS)
    world.simulator.traffic.on_call = None
    assert max(answers(songs(user_id)).values()) == 1
    sync(user_id, PLAYS, after=timedelta(seconds=30))
    assert answers(songs(user_id)) == served(world.truth()[PLAYS][""])


@pytest.mark.parametrize(("repeats", "meanwhile"), [(30, 0), (6, 0), (6, 1)])
def test_each_repeat_of_a_song_is_a_play(world: World, repeats: int, meanwhile: int) -> None:
    """This holds also across the two pages, and with a play between their calls."""
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
    job = sync(user_id, PLAYS)
    world.simulator.traffic.on_call = None
    assert max(answers(songs(user_id)).values()) == repeats
    assert standing(job, PLAYS).counts["plays"] == len(songs(user_id)) == 50 - meanwhile
    sync(user_id, PLAYS, after=timedelta(seconds=30))
    assert not served(world.truth()[PLAYS][""]) - answers(songs(user_id))
    assert len(songs(user_id)) == 50


def test_more_plays_than_apple_remembers_are_a_gap(world: World) -> None:
    """The gap lies between the newest known play and the oldest in the response."""
    user_id = world.connect()
    sync(user_id, PLAYS)
    for _ in range(60):
        world.change("add", "recently_played")
    job = sync(user_id, PLAYS, after=timedelta(seconds=30))
    assert standing(job, PLAYS).counts["holes"] == 1
    assert len([fact for fact in songs(user_id) if fact.kind == "hole"]) == 1
    assert standing(job, PLAYS).counts["plays"] == 50


def test_a_worker_whose_time_is_up_between_the_lists_loses_no_play(world: World) -> None:
    """The next worker continues with the resources that songs were played from, even after a play in between."""
    user_id = world.connect()
    job = begun(user_id, PLAYS, provider="apple_music")
    collect(PLAYS, job, lambda: 0.0)
    assert (len(songs(user_id)), len(resources(user_id))) == (50, 0)
    world.change("add", "recently_played")
    collect(PLAYS, job, plenty)
    finish_sync(job, 1, [])
    sync(user_id, PLAYS, after=timedelta(seconds=30))
    assert not served(world.truth()[PLAYS][""]) - answers(songs(user_id))
    assert len(songs(user_id)) == 51


def test_the_end_of_the_grant_is_known(world: World) -> None:
    """It ends about half a year after the consent, so that listeners can be warned in time."""
    owner = connections.connection(world.connect(), "apple_music")
    end = grant_expiry.ends_at(owner)
    assert end is not None
    assert end - times.parse(owner.authorized_at) == timedelta(days=180)


def resources(user_id: str) -> list[StoredFact]:
    """The resources that songs were played from, the latest first."""
    facts = [fact for fact in stored(user_id, PLAYS) if fact.kind in RESOURCE_KINDS]
    return sorted(facts, key=lambda fact: str(fact.played_at), reverse=True)


def test_resources_that_songs_were_played_from_are_collected_with_plays(world: World) -> None:
    """50 albums, playlists and stations come at ten a call, and are stored in order as plays of their own kind."""
    user_id = world.connect()
    job = sync(user_id, PLAYS)
    facts = resources(user_id)
    assert [fact.answer() for fact in facts] == world.truth()[PLAYS]["resources"]
    assert {fact.kind for fact in facts} == set(RESOURCE_KINDS)
    assert len({fact.played_at for fact in facts}) == 50
    assert all(fact.record_id and fact.track_name is not None for fact in facts)
    counts = standing(job, PLAYS).counts
    assert (counts["records"], counts["plays"], counts["calls"]) == (100, 50, 2 + 5)


@pytest.mark.parametrize("again", [1, 4, 12])
def test_a_resource_that_is_played_again_is_another_record(world: World, again: int) -> None:
    """It moves to the front, and the others keep their order: a poll takes a call, and one more for each full page."""
    user_id = world.connect()
    first = sync(user_id, PLAYS)
    old = [each.number for each in played(world, "resources") if each.kind == ALBUM][1 : 1 + again]
    for album in old:
        world.change("add", "recently_played", item=tracks_of(album)[0])
    calls = world.calls("/me/recent/played")
    job = sync(user_id, PLAYS, after=timedelta(seconds=30))
    facts = resources(user_id)
    assert len(facts) == 50 + len(old)
    assert [fact.answer() for fact in facts[: len(old)]] == world.truth()[PLAYS]["resources"][: len(old)]
    assert {fact.played_after for fact in facts[: len(old)]} == {first.fetched_at}
    assert world.calls("/me/recent/played") - calls - 2 == (1 if len(old) < 10 else 2)
    assert standing(job, PLAYS).counts["plays"] == len(old)
    assert_held(world, user_id, PLAYS)
