"""What a listener does shows in the next answer, and nowhere else."""

from typing import Any

import pytest

from local.simulators.apple_music.music import SONGS, album_of, tracks_of
from tests.unit.simulators.apple_music_visitor import AppleListening, error_of

LIBRARY = "/me/library"
LISTS = ("songs", "albums", "artists")


def totals(ana: AppleListening) -> dict[str, int]:
    return {name: ana.read(f"{LIBRARY}/{name}", limit=1)["meta"]["total"] for name in LISTS}


def ids(ana: AppleListening, path: str, **query: object) -> list[str]:
    return [each["id"] for each in ana.everything(path, limit=10, **query)]


def head(ana: AppleListening, playlist: str) -> Any:
    return next(each for each in ana.everything(f"{LIBRARY}/playlists") if each["id"] == playlist)


def test_a_song_comes_with_its_album_and_artist_and_they_go_with_it(anas: AppleListening) -> None:
    """
    It takes its place in the alphabet, so that only the recently added ones begin with it.
    """
    before, names = totals(anas), anas.names(f"{LIBRARY}/songs")
    added = anas.change("add_song", song=4_711)["id"]
    first = anas.read(f"{LIBRARY}/recently-added", limit=1)["data"][0]
    after = anas.names(f"{LIBRARY}/songs")

    assert (first["type"], first["attributes"]["playParams"]["catalogId"]) == ("library-songs", added)
    assert totals(anas) == {name: count + 1 for name, count in before.items()}
    place = after.index(first["attributes"]["name"])
    assert after[:place] + after[place + 1 :] == names
    assert [name.casefold() for name in after] == sorted(name.casefold() for name in after)

    assert anas.change("remove_song", position=place) == {"id": added}
    assert totals(anas) == before
    assert anas.names(f"{LIBRARY}/songs") == names


def test_an_album_stays_until_its_last_song_goes(anas: AppleListening) -> None:
    album = tracks_of(album_of(400_000))
    first, second = album.start, album.start + 1
    before = totals(anas)
    anas.change("add_song", song=first)
    anas.change("add_song", song=second)
    library = anas.visitor.inside.listeners["ana"].library

    def remove(song: int) -> dict[str, int]:
        anas.change("remove_song", position=library.songs.cut(0, len(library.songs)).index(song))
        return totals(anas)

    one_more = {name: count + 1 for name, count in before.items()}
    assert totals(anas) == {**one_more, "songs": before["songs"] + 2}
    assert remove(first) == one_more
    assert remove(second) == before


def test_an_album_comes_and_goes_with_all_its_songs(anas: AppleListening) -> None:
    before = totals(anas)
    added = anas.change("add_album")["id"]
    newest = anas.read(f"{LIBRARY}/recently-added", include="tracks")["data"]
    album, songs = newest[0], newest[0]["relationships"]["tracks"]["data"]

    assert (album["type"], album["attributes"]["playParams"]["catalogId"]) == ("library-albums", added)
    assert album["attributes"]["trackCount"] == len(songs) > 7
    assert not {each["id"] for each in newest[1:]} & {each["id"] for each in songs}
    assert totals(anas)["songs"] == before["songs"] + len(songs)

    place = ids(anas, f"{LIBRARY}/albums").index(album["id"])
    assert anas.change("remove_album", position=place) == {"id": added}
    assert totals(anas) == before


def test_an_artist_is_in_the_library_for_their_songs(anas: AppleListening) -> None:
    before = anas.everything(f"{LIBRARY}/artists")
    added = anas.change("add_artist")["id"]
    after = anas.everything(f"{LIBRARY}/artists", include="catalog,albums")
    (artist,) = [each for each in after if each["id"] not in {one["id"] for one in before}]

    assert artist["relationships"]["catalog"]["data"][0]["id"] == added
    assert len(artist["relationships"]["albums"]["data"]) == 1
    assert totals(anas)["songs"] == 1_501

    assert anas.change("remove_artist", position=after.index(artist)) == {"id": added}
    assert totals(anas) == {"songs": 1_500, "albums": 300, "artists": 120}


def test_nothing_is_added_twice(anas: AppleListening) -> None:
    first = anas.change("add_song", song=77)["id"]

    with pytest.raises(AssertionError, match="in the list already"):
        anas.change("add_song", song=77)
    names = anas.everything(f"{LIBRARY}/songs", include="catalog")
    place = next(
        place
        for place, song in enumerate(names)
        if [one["id"] for one in song["relationships"]["catalog"]["data"]] == [first]
    )
    assert anas.change("remove_song", position=place) == {"id": first}
    assert anas.change("add_song", song=77)["id"] == first


def test_a_play_drives_the_oldest_out(anas: AppleListening) -> None:
    path = "/me/recent/played/tracks"
    before, sources = ids(anas, path), ids(anas, "/me/recent/played")
    played = anas.change("play", song=4_711)["id"]
    album = anas.read("/me/recent/played/tracks", limit=1, include="albums")["data"][0]["relationships"]["albums"]

    assert ids(anas, path) == [played, *before[:-1]]
    assert ids(anas, "/me/recent/played") == [album["data"][0]["id"], *sources[:-1]]
    anas.change("play", song=4_711)
    assert ids(anas, path)[:3] == [played, played, before[0]]
    assert ids(anas, "/me/recent/played")[1:] == sources[:-1]


def test_a_song_that_joins_the_library_is_told_as_its_own(anas: AppleListening) -> None:
    anas.change("play", song=4_711)
    kinds = [anas.read("/me/recent/played/tracks", limit=1)["data"][0]["type"]]
    anas.change("add_song", song=4_711)
    kinds.append(anas.read("/me/recent/played/tracks", limit=1)["data"][0]["type"])

    assert kinds == ["songs", "library-songs"]


def test_the_rotation_turns(anas: AppleListening) -> None:
    path = "/me/history/heavy-rotation"
    before = ids(anas, path)
    fresh = anas.change("rotate")["id"]
    turned = [fresh, *before[:-1]]

    assert ids(anas, path) == turned
    anas.change("rotate", position=0, to=2)
    assert ids(anas, path) == [turned[1], turned[2], fresh, *turned[3:]]


def test_every_edit_of_a_playlist_moves_its_date(anas: AppleListening) -> None:
    created = anas.change("playlist_create", name="Mine", entries=3)["id"]
    path = f"{LIBRARY}/playlists/{created}/tracks"
    dates, contents = [head(anas, created)["attributes"]["lastModifiedDate"]], [ids(anas, path)]
    for action, details in (
        ("playlist_rename", {"name": "Ours"}),
        ("playlist_add", {"position": 1, "song": 5}),
        ("playlist_reorder", {"position": 1, "to": 3}),
        ("playlist_remove", {"position": 0}),
    ):
        done = anas.change(action, playlist=created, **details)
        dates.append(head(anas, created)["attributes"]["lastModifiedDate"])
        contents.append(ids(anas, path))
        assert done == {"id": created, "modified": dates[-1]}

    first, second, third = contents[0]
    new = contents[2][1]
    assert contents[1:] == [
        [first, second, third],
        [first, new, second, third],
        [first, second, third, new],
        [second, third, new],
    ]
    assert dates == sorted(set(dates))
    assert len(dates) == 5
    assert head(anas, created)["attributes"]["name"] == "Ours"


def test_an_unedited_playlist_keeps_its_date(anas: AppleListening) -> None:
    before = {each["id"]: each for each in anas.everything(f"{LIBRARY}/playlists")}
    edited = next(each["id"] for each in before.values() if "lastModifiedDate" in each["attributes"])
    anas.visitor.clock.now += 60
    anas.change("playlist_add", playlist=edited)
    after = {each["id"]: each for each in anas.everything(f"{LIBRARY}/playlists")}

    assert [identity for identity in before if before[identity] != after[identity]] == [edited]


def test_an_empty_playlist_fills(anas: AppleListening) -> None:
    created = anas.change("playlist_create")["id"]
    path = f"{LIBRARY}/playlists/{created}/tracks"

    statuses = [anas.get(path).status_code]
    anas.change("playlist_add", playlist=created)
    statuses.append(anas.get(path).status_code)
    anas.change("playlist_remove", playlist=created)
    statuses.append(anas.get(path).status_code)

    assert statuses == [404, 200, 404]


def test_a_deleted_playlist_is_gone(anas: AppleListening) -> None:
    """
    Also from what was played and is played most.
    """
    rotation = anas.read("/me/history/heavy-rotation")["data"]
    doomed = next(each["id"] for each in rotation if each["type"] == "library-playlists")
    assert doomed in ids(anas, "/me/recent/played")

    assert anas.change("playlist_delete", playlist=doomed) == {"id": doomed}

    paths = (f"{LIBRARY}/playlists", f"{LIBRARY}/recently-added", "/me/recent/played", "/me/history/heavy-rotation")
    assert not any(doomed in ids(anas, path) for path in paths)
    assert anas.read(f"{LIBRARY}/playlists", limit=1)["meta"] == {"total": 39}
    assert error_of(anas.get(f"{LIBRARY}/playlists/{doomed}/tracks"))[1] == "40400"


def test_one_listeners_changes_are_nobody_elses(anas: AppleListening) -> None:
    ben = anas.visitor.log_in("ben")
    before = ben.truth()
    for action in ("add_song", "add_album", "add_artist", "play", "rotate", "playlist_create"):
        anas.change(action)

    assert ben.truth() == before


@pytest.mark.parametrize(
    ("action", "details"),
    [
        ("dance", {}),
        ("play", {"loudly": True}),
        ("play", {"song": SONGS}),
        ("remove_song", {"position": 1_500}),
        ("remove_album", {"position": -1}),
        ("remove_artist", {"position": 120}),
        ("rotate", {"to": 10}),
        ("rotate", {"position": 10}),
        ("playlist_add", {"playlist": "p.unknown"}),
        ("playlist_delete", {"playlist": "p.unknown"}),
    ],
)
def test_what_cannot_be_is_refused(anas: AppleListening, action: str, details: dict[str, Any]) -> None:
    before = totals(anas)
    answer = anas.visitor.session.post(
        f"{anas.visitor.base}/_simulator/listeners/ana/mutations", json={"action": action, **details}
    )

    assert (answer.status_code, list(answer.json())) == (400, ["error"])
    assert totals(anas) == before
