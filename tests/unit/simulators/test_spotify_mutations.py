"""What a listener does shows in the next answer, and nowhere else."""

import pytest

from local.simulators.spotify.mutations import ImpossibleChangeError, mutate
from tests.unit.simulators.visitor import Listening


def test_a_like_comes_first(ana: Listening) -> None:
    before = ana.read("/me/tracks", limit=50)
    liked = ana.change("like")["id"]
    after = ana.read("/me/tracks", limit=50)

    assert after["items"][0]["track"]["id"] == liked
    assert after["items"][1:] == before["items"][:-1]
    assert after["items"][0]["added_at"] >= after["items"][1]["added_at"]
    assert after["total"] == before["total"] + 1


def test_an_unlike_closes_the_gap(ana: Listening) -> None:
    before = ana.read("/me/tracks", limit=50)["items"]
    unliked = ana.change("unlike", position=10)["id"]
    after = ana.read("/me/tracks", limit=49)

    assert unliked == before[10]["track"]["id"]
    assert after["items"] == before[:10] + before[11:]
    assert after["total"] == 1_499


def test_a_track_is_liked_once_but_may_come_back(ana: Listening) -> None:
    first = ana.change("like", track=77)["id"]

    with pytest.raises(AssertionError, match="in the list already"):
        ana.change("like", track=77)
    ana.change("unlike")
    assert ana.change("like", track=77)["id"] == first


def test_a_play_drives_the_oldest_out(ana: Listening) -> None:
    before = ana.read("/me/player/recently-played", limit=50)
    played = ana.change("play")["id"]
    after = ana.read("/me/player/recently-played", limit=50)
    newer = ana.read("/me/player/recently-played", after=before["cursors"]["after"])

    assert after["items"][0]["track"]["id"] == played
    assert after["items"][1:] == before["items"][:-1]
    assert newer["items"] == after["items"][:1]


def test_artists_and_albums_come_and_go(ana: Listening) -> None:
    artist, album = ana.change("follow")["id"], ana.change("save_album")["id"]

    assert ana.read("/me/following", type="artist")["artists"]["items"][0]["id"] == artist
    assert ana.read("/me/albums")["items"][0]["album"]["id"] == album
    assert ana.change("unfollow") == {"id": artist}
    assert ana.change("remove_album") == {"id": album}
    assert ana.read("/me/following", type="artist")["artists"]["total"] == 120
    assert ana.read("/me/albums")["total"] == 300


def test_every_edit_of_a_playlist_changes_its_snapshot(ana: Listening) -> None:
    created = ana.change("playlist_create", name="Mine", entries=3)["id"]
    path = f"/playlists/{created}"
    snapshots = [ana.read(path)["snapshot_id"]]
    contents = [[entry["item"]["id"] for entry in ana.read(f"{path}/items")["items"]]]
    for action, details in (
        ("playlist_rename", {"name": "Ours"}),
        ("playlist_add", {"position": 1, "track": 5}),
        ("playlist_reorder", {"position": 1, "to": 3}),
        ("playlist_remove", {"position": 0}),
    ):
        done = ana.change(action, playlist=created, **details)
        snapshots.append(ana.read(path)["snapshot_id"])
        contents.append([entry["item"]["id"] for entry in ana.read(f"{path}/items")["items"]])
        assert done == {"id": created, "snapshot_id": snapshots[-1]}

    first, second, third = contents[0]
    new = contents[2][1]
    assert contents[1:] == [
        [first, second, third],
        [first, new, second, third],
        [first, second, third, new],
        [second, third, new],
    ]
    assert len(set(snapshots)) == 5
    assert ana.read("/me/playlists")["items"][0]["name"] == "Ours"
    assert ana.read(path, fields="items(total)") == {"items": {"total": 3}}


def test_an_unedited_playlist_keeps_its_snapshot(ana: Listening) -> None:
    before = {each["id"]: each["snapshot_id"] for each in ana.everything("/me/playlists")}
    edited = next(iter(before))
    ana.change("playlist_add", playlist=edited)
    after = {each["id"]: each["snapshot_id"] for each in ana.everything("/me/playlists")}

    assert [identity for identity in before if before[identity] != after[identity]] == [edited]


def test_a_deleted_playlist_stays_for_whoever_knows_it(ana: Listening) -> None:
    head = ana.read("/me/playlists")["items"][3]
    ana.change("playlist_unfollow", playlist=head["id"])

    assert head["id"] not in {each["id"] for each in ana.everything("/me/playlists")}
    assert ana.read("/me/playlists")["total"] == 59
    assert ana.read(f"/playlists/{head['id']}/items")["total"] == head["items"]["total"]


def test_one_listeners_changes_are_nobody_elses(ana: Listening) -> None:
    ben = ana.visitor.log_in("ben")
    paths = ("/me/tracks", "/me/player/recently-played", "/me/playlists")
    before = [ben.read(path) for path in paths]
    ana.change("like")
    ana.change("play")
    ana.change("playlist_create")

    assert [ben.read(path) for path in paths] == before


def test_changes_are_at_hand_in_process(ana: Listening) -> None:
    library = ana.visitor.inside.listeners["ana"].library

    liked = mutate(library, "like")

    assert ana.read("/me/tracks")["items"][0]["track"]["id"] == liked["id"]
    with pytest.raises(ImpossibleChangeError, match="no place"):
        mutate(library, "playlist_remove", playlist=library.shelf[0].id, position=10**6)
