"""What changes when a library of Apple Music is changed."""

from typing import Any

import pytest

from local.simulators.frame.library import ImpossibleChangeError
from local.simulators.music.recordings import TRACKS, album_of, tracks_of
from tests.unit.simulators.apple_music_visitor import (
    ADDED,
    LIBRARY,
    PLAYED,
    ROTATION,
    SONGS,
    SOURCES,
    AppleMusicAccount,
    AppleMusicVisitor,
    refusal,
    sizes,
)


@pytest.fixture
def ana(apple: AppleMusicVisitor) -> AppleMusicAccount:
    return apple.log_in()


def position(ana: AppleMusicAccount, data_type: str, thing: int) -> int:
    """Where something stands in the alphabet."""
    return [entry.number for entry in ana.visitor.service.listeners["ana"].library.entries(data_type)].index(thing)


def test_a_song_comes_with_its_album_and_artist_and_they_go_with_it(ana: AppleMusicAccount) -> None:
    """It takes its place in the alphabet, so that only what was added recently begins with it."""
    before, names = sizes(ana), ana.names(SONGS)
    added = ana.change("add", "saved_tracks", item=4_711)
    assert ana.read(ADDED, limit=1)["data"][0]["id"] == added
    assert sizes(ana) == {name: count + 1 for name, count in before.items()}
    with pytest.raises(ImpossibleChangeError, match="in the list already"):
        ana.change("add", "saved_tracks", item=4_711)
    place = ana.ids(SONGS).index(added)
    assert [name for at, name in enumerate(ana.names(SONGS)) if at != place] == names
    assert ana.change("remove", "saved_tracks", position=place) == added
    assert (sizes(ana), ana.names(SONGS)) == (before, names)


def test_an_album_stays_until_its_last_song_goes(ana: AppleMusicAccount) -> None:
    before = sizes(ana)
    first, second = tracks_of(album_of(400_000))[:2]
    for song in (first, second):
        ana.change("add", "saved_tracks", item=song)
    one_more = {name: count + 1 for name, count in before.items()}
    assert sizes(ana) == {**one_more, "saved_tracks": before["saved_tracks"] + 2}
    ana.change("remove", "saved_tracks", position=position(ana, "saved_tracks", first))
    assert sizes(ana) == one_more
    ana.change("remove", "saved_tracks", position=position(ana, "saved_tracks", second))
    assert sizes(ana) == before


def test_an_album_comes_and_goes_with_all_its_songs(ana: AppleMusicAccount) -> None:
    """One that came with a song is there in its own right then, and once."""
    before = sizes(ana)
    added = ana.change("add", "saved_albums")
    newest = ana.read(ADDED, limit=1)["data"][0]
    size = newest["attributes"]["trackCount"]
    assert (newest["id"], size > 7) == (added, True)
    assert sizes(ana)["saved_tracks"] == before["saved_tracks"] + size
    assert ana.change("remove", "saved_albums", id=added) == added
    assert sizes(ana) == before
    number = ana.visitor.service.listeners["ana"].library.LISTS["saved_albums"].thing(77)
    ana.change("add", "saved_tracks", item=tracks_of(number)[2])
    ana.change("add", "saved_albums", item=77)
    assert sizes(ana)["saved_albums"] == before["saved_albums"] + 1
    assert sizes(ana)["saved_tracks"] == before["saved_tracks"] + len(tracks_of(number))


def test_an_artist_is_in_the_library_for_their_songs(ana: AppleMusicAccount) -> None:
    before = sizes(ana)
    added = ana.change("add", "followed_artists")
    assert sizes(ana) == {name: count + 1 for name, count in before.items()}
    assert ana.change("remove", "followed_artists", id=added) == added
    assert sizes(ana) == before


@pytest.mark.parametrize("name", ["", "resources"])
def test_a_play_drives_the_oldest_out(ana: AppleMusicAccount, name: str) -> None:
    """It is told in both lists, whichever it was done to; in one as a play, in the other where it is now."""
    played, sources = ana.ids(PLAYED), ana.ids(SOURCES)
    song, album = str(1_440_000_000 + 4_711), str(1_600_000_000 + album_of(4_711))
    ana.change("add", "recently_played", name, item=4_711)
    assert ana.ids(PLAYED) == [song, *played[:-1]]
    assert ana.ids(SOURCES) == [album, *sources[:-1]]
    ana.change("add", "recently_played", name, item=4_711)
    assert ana.ids(PLAYED)[:3] == [song, song, played[0]]
    assert ana.ids(SOURCES) == [album, *sources[:-1]]
    own = ana.change("add", "saved_tracks", item=4_711)
    assert ana.ids(PLAYED)[:2] == [own, own]


def test_the_rotation_turns(ana: AppleMusicAccount) -> None:
    before = ana.ids(ROTATION)
    fresh = ana.change("replace", "top_tracks", "heavy_rotation", position=1)
    assert ana.ids(ROTATION) == [before[0], fresh, *before[2:]]
    ana.change("move", "top_tracks", "heavy_rotation", position=0, to=2)
    assert ana.ids(ROTATION) == [fresh, before[2], before[0], *before[3:]]


def test_every_edit_of_a_playlist_moves_its_date_and_no_other(ana: AppleMusicAccount) -> None:
    def heads() -> dict[str, Any]:
        return {each["id"]: each for each in ana.truth()["playlists"]}

    before = heads()
    long = [identity for identity, entries in ana.truth()["playlist_tracks"].items() if len(entries) > 3]
    edited = next(identity for identity in long if "lastModifiedDate" in before[identity]["attributes"])
    acts: list[tuple[str, dict[str, Any]]] = [
        ("add", {"position": 1, "item": 5}),
        ("move", {"position": 1, "to": 2}),
        ("remove", {"position": 0}),
    ]
    moments = []
    for act, details in acts:
        ana.change(act, "playlist_tracks", edited, **details)
        moments.append(heads()[edited]["attributes"]["lastModifiedDate"])
    ana.change("rename", "playlists", id=edited, title="Ours")
    after = heads()
    moments.append(after[edited]["attributes"]["lastModifiedDate"])
    assert moments == sorted(set(moments))
    assert after[edited]["attributes"]["name"] == "Ours"
    assert [identity for identity in before if before[identity] != after[identity]] == [edited]


def test_a_deleted_playlist_is_gone(ana: AppleMusicAccount) -> None:
    """Also from what was played and is played most."""
    doomed = next(each["id"] for each in ana.read(ROTATION)["data"] if each["type"] == "library-playlists")
    assert doomed in ana.ids(SOURCES)
    assert ana.change("remove", "playlists", id=doomed) == doomed
    assert not any(doomed in ana.ids(path) for path in (f"{LIBRARY}/playlists", ADDED, SOURCES, ROTATION))
    assert refusal(ana.get(f"{LIBRARY}/playlists/{doomed}/tracks"))[1] == "40400"


def test_what_cannot_be_is_refused(ana: AppleMusicAccount) -> None:
    before = ana.truth()
    impossible: tuple[tuple[str, str, str, dict[str, Any]], ...] = (
        ("add", "recently_played", "", {"item": TRACKS}),
        ("add", "recently_played", "", {"item": True}),
        ("add", "recently_played", "", {"loudly": True}),
        ("add", "followed_artists", "", {"item": -1}),
        ("remove", "recently_played", "", {}),
        ("remove", "saved_tracks", "", {"position": 450}),
        ("move", "top_tracks", "heavy_rotation", {"to": 10}),
        ("add", "playlist_tracks", "p.unknown", {}),
        ("replace", "playlist_tracks", "", {}),
    )
    for act, data_type, name, details in impossible:
        with pytest.raises(ImpossibleChangeError):
            ana.change(act, data_type, name, **details)
    assert ana.truth() == before
