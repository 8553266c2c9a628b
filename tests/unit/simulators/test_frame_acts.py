"""Five acts change the lists of one listener in place, each service's table says where; without a socket."""

from itertools import pairwise
from typing import Any

import pytest

from local.simulators.apple_music import AppleMusic
from local.simulators.apple_music import Options as AppleMusicOptions
from local.simulators.frame.library import ImpossibleChangeError
from local.simulators.frame.service import Service
from local.simulators.lastfm import Lastfm
from local.simulators.lastfm import Options as LastfmOptions
from local.simulators.spotify import Options, Spotify
from tests.unit.simulators.visitor import Clock

SMALL = Options(
    saved_tracks=30, plays=50, playlists=6, playlist_entries=60, long_playlist=20, saved_albums=9, followed_artists=8
)


@pytest.fixture
def spotify() -> Spotify:
    return Spotify(SMALL, Clock())


@pytest.fixture
def lastfm() -> Lastfm:
    return Lastfm(LastfmOptions(scrobbles=40, loved_tracks=20, top_tracks=9, top_artists=9), Clock())


def lists(service: Service, name: str = "ana") -> Any:
    return service.truth(name)["data"]


def ids(entries: list[Any], below: str = "") -> list[Any]:
    return [None if entry is None else (entry[below] if below else entry)["id"] for entry in entries]


def test_what_is_added_comes_first_with_the_present_moment(spotify: Spotify) -> None:
    before = lists(spotify)["saved_tracks"]
    added = spotify.change("ana", "add", "saved_tracks")["id"]
    after = lists(spotify)["saved_tracks"]
    assert ids(after, "track")[0] == added
    assert after[0]["added_at"] == "2026-02-02T02:40:00Z"
    assert after[1:] == before


def test_what_is_removed_closes_the_gap(spotify: Spotify) -> None:
    """By its place, or by its id."""
    before = lists(spotify)["saved_tracks"]
    assert spotify.change("ana", "remove", "saved_tracks", position=10)["id"] == before[10]["track"]["id"]
    assert lists(spotify)["saved_tracks"] == before[:10] + before[11:]
    spotify.change("ana", "remove", "saved_tracks", id=before[20]["track"]["id"])
    assert lists(spotify)["saved_tracks"] == before[:10] + before[11:20] + before[21:]


def test_a_thing_is_in_a_list_once_but_may_come_back(spotify: Spotify) -> None:
    first = spotify.change("ana", "add", "saved_tracks", item=77)
    with pytest.raises(ImpossibleChangeError, match="in the list already"):
        spotify.change("ana", "add", "saved_tracks", item=77)
    spotify.change("ana", "remove", "saved_tracks")
    assert spotify.change("ana", "add", "saved_tracks", item=77) == first
    plays = [spotify.change("ana", "add", "recently_played", item=77) for _ in range(2)]
    assert plays == [first, first]


def test_a_list_forgets_what_is_too_much(spotify: Spotify) -> None:
    before = lists(spotify)["recently_played"]
    played = [spotify.change("ana", "add", "recently_played")["id"] for _ in range(2)]
    after = lists(spotify)["recently_played"]
    assert ids(after[:2], "track") == played[::-1]
    assert after[2:] == before[:-2]
    moments = [play["played_at"] for play in after]
    assert len(set(moments[:3])) == 3
    assert moments == sorted(moments, reverse=True)


def test_what_comes_in_late_stands_between_older_entries(spotify: Spotify) -> None:
    spotify.change("ana", "add", "recently_played", ago=0)
    before = lists(spotify)["recently_played"]
    late = spotify.change("ana", "add", "recently_played", ago=86_400)["id"]
    after = lists(spotify)["recently_played"]
    place = ids(after, "track").index(late)
    assert after == [*before[:place], after[place], *before[place:-1]]
    assert place > 0
    moments = [play["played_at"] for play in after]
    assert moments == sorted(moments, reverse=True)
    with pytest.raises(ImpossibleChangeError, match="no moments"):
        spotify.change("ana", "add", "followed_artists", ago=9)


def test_a_song_played_again_may_move_to_the_front() -> None:
    """Where a service lists each song once."""
    apple = AppleMusic(AppleMusicOptions(repeats=False, plays=9), Clock())
    before = lists(apple)["recently_played"][""]
    item = apple.listeners["ana"].library.entries("recently_played")[4].number
    assert apple.change("ana", "add", "recently_played", item=item)["id"] == before[4]["id"]
    assert lists(apple)["recently_played"][""] == [before[4], *before[:4], *before[5:]]


def test_ranks_are_moved_and_replaced(spotify: Spotify) -> None:
    """Those in between close up; the lists of other names stay."""
    before = {name: ids(entries) for name, entries in lists(spotify)["top_tracks"].items()}
    old = before["short_term"]
    assert spotify.change("ana", "move", "top_tracks", "short_term", position=10, to=2)["id"] == old[10]
    moved = [*old[:2], old[10], *old[2:10], *old[11:]]
    assert ids(lists(spotify)["top_tracks"]["short_term"]) == moved
    new = spotify.change("ana", "replace", "top_tracks", "short_term", position=0)["id"]
    after = {name: ids(entries) for name, entries in lists(spotify)["top_tracks"].items()}
    assert new not in old
    assert after == {**before, "short_term": [new, *moved[1:]]}


def test_a_playlist_is_edited(spotify: Spotify) -> None:
    """New entries stand last unless a place is given, and every edit makes another snapshot of this playlist alone."""
    heads = {head["id"]: head["snapshot_id"] for head in lists(spotify)["playlists"]}
    created = spotify.change("ana", "add", "playlists", title="Mine", entries=3)["id"]
    contents, snapshots = [], []
    for act, details in (
        ("", {}),
        ("add", {"item": 4}),
        ("add", {"position": 1, "item": 5}),
        ("move", {"position": 1, "to": 4}),
        ("remove", {"position": 0}),
        ("replace", {"position": 0, "item": 6}),
    ):
        if act:
            spotify.change("ana", act, "playlist_tracks", created, **details)
        data = lists(spotify)
        contents.append(ids(data["playlist_tracks"][created], "item"))
        snapshots.append(data["playlists"][0]["snapshot_id"])
    first, second, third = contents[0]
    four, five, six = contents[1][3], contents[2][1], contents[5][0]
    assert contents[1:] == [
        [first, second, third, four],
        [first, five, second, third, four],
        [first, second, third, four, five],
        [second, third, four, five],
        [six, third, four, five],
    ]
    assert len(set(snapshots)) == 6
    spotify.change("ana", "rename", "playlists", id=created, title="Ours")
    head, *others = lists(spotify)["playlists"]
    assert (head["name"], head["items"]["total"]) == ("Ours", 4)
    assert head["snapshot_id"] not in snapshots
    assert {each["id"]: each["snapshot_id"] for each in others} == heads


def test_a_list_in_order_stays_in_order(lastfm: Lastfm) -> None:
    """Wherever something new belongs; among entries of one moment the new one comes first."""
    lastfm.change("ana", "add", "recently_played", count=3)
    lastfm.change("ana", "add", "recently_played", count=5, days=400)
    moments = [int(play["date"]["uts"]) for play in lists(lastfm)["recently_played"]]
    assert moments == sorted(moments, reverse=True)
    assert len(moments) == 48
    newest = lastfm.change("ana", "add", "recently_played", item=9)["id"]
    play, after, *_ = lists(lastfm)["recently_played"]
    assert (play["url"], play["date"]) == (newest, after["date"])


def test_a_replaced_entry_keeps_its_moment(lastfm: Lastfm) -> None:
    before = lists(lastfm)["recently_played"]
    corrected = lastfm.change("ana", "replace", "recently_played", position=20, item=99)["id"]
    after = lists(lastfm)["recently_played"]
    assert (after[20]["url"], after[20]["date"]) == (corrected, before[20]["date"])
    assert after[:20] + after[21:] == before[:20] + before[21:]


def test_changes_are_of_one_listener(spotify: Spotify) -> None:
    before = lists(spotify, "ben")
    playlist = lists(spotify)["playlists"][0]["id"]
    for act, data_type, name in (
        ("add", "saved_tracks", ""),
        ("add", "recently_played", ""),
        ("add", "playlists", ""),
        ("add", "playlist_tracks", playlist),
        ("remove", "followed_artists", ""),
    ):
        spotify.change("ana", act, data_type, name)
    assert lists(spotify, "ben") == before


@pytest.mark.parametrize(
    ("act", "data_type", "name", "details", "words"),
    [
        ("dance", "saved_tracks", "", {}, "What can happen to saved_tracks is add, remove; not 'dance'"),
        ("move", "saved_tracks", "", {"to": 1}, "add, remove; not 'move'"),
        ("add", "shoes", "", {}, "There is no list 'shoes'; there are top_tracks"),
        ("move", "top_tracks", "", {"to": 1}, "top_tracks has no list ''"),
        ("move", "top_tracks", "short_term", {}, "missing 1 required positional argument: 'to'"),
        ("move", "top_tracks", "short_term", {"to": 50}, "no place 50"),
        ("add", "saved_tracks", "", {"loudly": True}, "unexpected keyword argument 'loudly'"),
        ("add", "saved_tracks", "", {"position": 31}, "no place 31"),
        ("add", "saved_tracks", "", {"item": 10**6}, "numbers from 0 to 400008"),
        ("add", "saved_tracks", "", {"item": True}, "numbers from 0"),
        ("remove", "saved_tracks", "", {"position": 30}, "no place 30"),
        ("remove", "saved_tracks", "", {"position": -1}, "no place -1"),
        ("remove", "saved_tracks", "", {"position": True}, "no place True"),
        ("remove", "saved_tracks", "", {"id": "nothing"}, "no entry 'nothing'"),
        ("rename", "playlists", "", {}, "missing 1 required positional argument: 'title'"),
    ],
)
def test_an_impossible_change_changes_nothing(
    spotify: Spotify, act: str, data_type: str, name: str, details: dict[str, Any], words: str
) -> None:
    before = lists(spotify)
    with pytest.raises(ImpossibleChangeError, match=words):
        spotify.change("ana", act, data_type, name, **details)
    assert lists(spotify) == before


@pytest.mark.parametrize(
    ("details", "words"),
    [
        ({"count": 0}, "count is a whole number from 1 on"),
        ({"count": "3"}, "count is a whole number"),
        ({"item": -1}, "item is a whole number"),
        ({"item": 10**6}, "numbers from 0 to 99999"),
        ({"days": 10**6}, "before 1970"),
    ],
)
def test_scrobbles_are_possible(lastfm: Lastfm, details: dict[str, Any], words: str) -> None:
    with pytest.raises(ImpossibleChangeError, match=words):
        lastfm.change("ana", "add", "recently_played", **details)
    assert len(lists(lastfm)["recently_played"]) == 40


def test_scrobbles_have_room(lastfm: Lastfm) -> None:
    """Three minutes apart, but never in the future, nor before those that are there already."""
    now = int(lastfm.clock())
    lastfm.change("ana", "add", "recently_played", count=3)
    first = [int(play["date"]["uts"]) for play in lists(lastfm)["recently_played"][:3]]
    assert first == [now, now - 180, now - 360]
    lastfm.clock.now += 10  # type: ignore[attr-defined]
    lastfm.change("ana", "add", "recently_played", count=50)
    plays = lists(lastfm)["recently_played"][:50]
    assert {now <= int(play["date"]["uts"]) <= now + 10 for play in plays} == {True}
    assert len({play["url"] for play in plays}) == 50


def test_old_scrobbles_arrive_late(lastfm: Lastfm) -> None:
    """Five minutes apart until so many days ago; what was there stays as it was."""
    before = lists(lastfm)["recently_played"]
    lastfm.change("ana", "add", "recently_played", count=5, days=400)
    after = lists(lastfm)["recently_played"]
    moments = [int(play["date"]["uts"]) for play in after if play not in before]
    assert [play for play in after if play in before] == before
    assert moments[0] == int(lastfm.clock()) - 400 * 86_400
    assert {newer - older for newer, older in pairwise(moments)} == {300}
