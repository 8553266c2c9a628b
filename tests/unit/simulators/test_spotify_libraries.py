"""Libraries are as large and as strange as asked for, the same on every day, and no two listeners' alike."""

import json
from itertools import pairwise
from typing import Any

import pytest

from local.simulators.spotify import Options, Regime
from local.simulators.spotify.catalogue import Catalogue
from local.simulators.spotify.library import GeneratedLibrary
from local.simulators.spotify.options import SIZES
from local.simulators.spotify.scopes import ALL
from tests.unit.simulators.conftest import Start
from tests.unit.simulators.visitor import Listening

SMALL: dict[str, Any] = {"playlists": 12, "playlist_entries": 400, "long_playlist": 150, "saved_tracks": 80}


def entries(truth: Any) -> list[Any]:
    return [entry for contents in truth["data"]["playlist_tracks"].values() for entry in contents]


def test_one_seed_gives_the_same_listener_everywhere(start: Start) -> None:
    first, second, other = start(**SMALL), start(**SMALL), start(**SMALL, seed=2)

    truth = first.log_in().truth()

    assert second.log_in().truth() == truth
    assert other.log_in().truth()["data"] != truth["data"]
    assert first.log_in("ben").truth()["data"] != truth["data"]


@pytest.mark.parametrize("regime", list(Regime))
def test_the_truth_is_what_paging_yields(start: Start, regime: Regime) -> None:
    ana = start(**SMALL, followed_playlists=2, null_playlists=3, regime=regime).log_in()
    truth = ana.truth()
    data = truth["data"]

    assert ana.read("/me") == truth["profile"]
    for time_range, rows in data["top_tracks"].items():
        assert ana.everything("/me/top/tracks", time_range=time_range) == rows
    for time_range, rows in data["top_artists"].items():
        assert ana.everything("/me/top/artists", time_range=time_range) == rows
    assert ana.read("/me/player/recently-played", limit=50)["items"] == data["recently_played"]
    assert ana.everything("/me/playlists", limit=7) == data["playlists"]
    assert ana.everything("/me/tracks") == data["saved_tracks"]
    assert ana.everything("/me/albums") == data["saved_albums"]
    readable = {identity: rows for identity, rows in data["playlist_tracks"].items() if rows is not None}
    assert len(readable) == (12 if regime is Regime.RESTRICTED else 14)
    for identity, rows in readable.items():
        assert ana.everything(f"/playlists/{identity}/items", additional_types="track,episode") == rows


def test_the_default_library_has_the_promised_size(ana: Listening) -> None:
    data = ana.truth()["data"]

    assert [len(rows) for rows in data["top_tracks"].values()] == [50, 50, 50]
    assert [len(rows) for rows in data["top_artists"].values()] == [50, 50, 50]
    assert (len(data["recently_played"]), len(data["playlists"])) == (50, 60)
    assert max(len(rows) for rows in data["playlist_tracks"].values()) == 1_200
    assert sum(len(rows) for rows in data["playlist_tracks"].values()) == 3_000
    assert (len(data["saved_tracks"]), len(data["saved_albums"])) == (1_500, 300)
    assert len(data["followed_artists"]) == 120
    for head in data["playlists"]:
        assert head["items"]["total"] == len(data["playlist_tracks"][head["id"]])


def test_large_libraries_exist(start: Start) -> None:
    """
    The last page of every list is there, and the lists are as long as they say.
    """
    sizes = {"playlists": 2_000, "playlist_entries": 20_000, "long_playlist": 11_000, "saved_tracks": 60_000}
    ana = start(**sizes, followed_artists=5_000).log_in()
    longest = max(ana.everything("/me/playlists"), key=lambda each: each["items"]["total"])

    for path, total in {
        "/me/tracks": 60_000,
        "/me/playlists": 2_000,
        f"/playlists/{longest['id']}/items": 11_000,
    }.items():
        last = ana.read(path, limit=50, offset=total - 50)
        assert (last["total"], len(last["items"]), last["next"]) == (total, 50, None)
    assert ana.read("/me/following", type="artist")["artists"]["total"] == 5_000


def test_no_id_of_an_artist_is_worked_out_twice(start: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    """
    Each page of followed artists looks for its place among all of them.
    """
    worked_out: list[int] = []
    work_out = Catalogue.artist_id

    def noted(catalogue: Catalogue, index: int) -> str:
        worked_out.append(index)
        return work_out(catalogue, index)

    monkeypatch.setattr(Catalogue, "artist_id", noted)
    ana = start(followed_artists=600).log_in()
    for _ in range(3):
        assert ana.read("/me/following", type="artist", after="0" * 22)["artists"]["items"] == []

    assert len(worked_out) == len(set(worked_out)) == 600


@pytest.mark.parametrize("size", [0, 1, 2])
def test_small_libraries_exist(start: Start, size: int) -> None:
    ana = start(**dict.fromkeys(SIZES, size)).log_in()
    truth = ana.truth()
    data = truth["data"]

    assert len(data["saved_tracks"]) == len(data["saved_albums"]) == len(data["followed_artists"]) == size
    assert len(data["playlists"]) == 3 * size
    assert sum(head["owner"]["id"] == truth["profile"]["id"] for head in data["playlists"] if head) == size
    assert ana.read("/me/tracks")["total"] == len(ana.read("/me/tracks")["items"]) == size


def test_lists_hold_everything_once_where_they_should(ana: Listening) -> None:
    data = ana.truth()["data"]

    for rows in (*data["top_tracks"].values(), *data["top_artists"].values(), data["followed_artists"]):
        assert len({row["id"] for row in rows}) == len(rows)
    assert len({row["track"]["id"] for row in data["saved_tracks"]}) == 1_500
    assert len({row["album"]["id"] for row in data["saved_albums"] if row}) == 299
    dates = [row["added_at"] for row in data["saved_tracks"]]
    assert dates == sorted(dates, reverse=True)
    assert len(set(dates)) < len(dates)


def test_playlists_hold_the_oddities_of_real_ones(ana: Listening) -> None:
    truth = ana.truth()
    found = entries(truth)
    payloads = [entry["item"] for entry in found if entry["item"] is not None]
    local = [each for each in payloads if each.get("is_local")]

    assert len(payloads) < len(found)
    assert any(each["type"] == "episode" and "artists" not in each and each["show"] for each in payloads)
    assert all(each["id"] is None and each["album"]["release_date"] is None for each in local)
    assert all(each["uri"].startswith("spotify:local:") and each["duration_ms"] % 1000 == 0 for each in local)
    assert len(local) == sum(entry["is_local"] for entry in found) > 0
    assert any(each.get("is_playable") is False and each["id"] for each in payloads)
    assert any(entry["added_at"] is None and entry["added_by"] is None for entry in found)
    assert {entry["added_by"]["id"] for entry in found if entry["added_at"] == "1970-01-01T00:00:00Z"} == {""}
    assert any(one == other for one, other in pairwise(found))


def test_names_and_pictures_are_strange(ana: Listening) -> None:
    raw = ana.get("/me/playlists", limit=50)
    heads = raw.json()["items"]
    names = "".join(head["name"] for head in heads)

    raw.content.decode("utf-8")
    assert rb"\ud83d" in raw.content
    assert {"\ud83d", "\x00", "\u200f", "\u0301"} <= set(names)
    assert any(head["name"] == "" for head in heads)
    assert any(head["images"] is None for head in heads)
    assert any(head["images"] == [] for head in heads)
    assert max(len(head["description"] or "") for head in heads) == 5_000
    assert {head["public"] for head in heads} == {True, False, None}
    assert any(head["description"] is None for head in heads)
    assert ana.read("/me")["id"].count(".") == 2


def test_saved_albums_are_unsorted_and_hold_a_null(ana: Listening) -> None:
    rows = ana.everything("/me/albums")
    dates = [row["added_at"] for row in rows if row]
    boxes = [row["album"]["tracks"] for row in rows if row and row["album"]["tracks"]["total"] > 50]

    assert rows.count(None) == 1
    assert dates != sorted(dates, reverse=True)
    assert min(dates).startswith("1998")
    assert len(boxes) == 1
    assert len(boxes[0]["items"]) == 50
    assert boxes[0]["next"] is not None


def test_without_oddities_everything_is_ordinary(start: Start) -> None:
    ana = start(oddities=False).log_in()
    truth = ana.truth()
    data = truth["data"]
    dates = [row["added_at"] for row in data["saved_albums"]]
    tracks = [*data["saved_tracks"], *data["recently_played"]]

    assert all(entry["added_at"] and entry["item"]["type"] == "track" for entry in entries(truth))
    assert all(entry["item"]["is_playable"] and not entry["is_local"] for entry in entries(truth))
    assert dates == sorted(dates, reverse=True)
    assert all(head["images"] and head["name"] for head in data["playlists"])
    assert all(row["track"]["name"] for row in tracks)
    assert "\\ud83d" not in json.dumps(data).replace("\\ud83d\\ude", "").replace("\\ud83c\\udf", "")
    assert "." not in truth["profile"]["id"]


def test_null_playlists_count_and_replace_nothing(start: Start) -> None:
    rows = start(null_playlists=4).log_in().read("/me/playlists", limit=50)

    assert rows["total"] == 64
    assert rows["items"].count(None) == 4


def test_one_listener_may_have_another_size(ana: Listening) -> None:
    ana.arrange(sizes={"saved_tracks": 3, "playlists": 2})

    assert ana.read("/me/tracks")["total"] == 3
    assert ana.read("/me/playlists")["total"] == 2
    assert ana.visitor.log_in("ben").read("/me/tracks")["total"] == 1_500


def test_more_plays_than_exist_cannot_be_asked_for() -> None:
    with pytest.raises(ValueError, match="last 50 plays"):
        Options(plays=51)


def test_a_large_library_is_made_only_where_it_is_read() -> None:
    """
    A page near the end of 60,000 saved tracks renders 50 tracks, and one playlist fills none of the others.
    """
    rendered = CountingCatalogue(1)
    options = Options(saved_tracks=60_000, playlists=2_000, playlist_entries=60_000, long_playlist=11_000)
    library = GeneratedLibrary("ana", options, rendered)

    page = library.saved_tracks(Regime.RESTRICTED).cut(59_950, 60_000)
    head = library.playlists(Regime.RESTRICTED, ALL).cut(4, 5)[0]
    opened = library.playlist(head["id"], Regime.RESTRICTED, library.user_id)

    assert len(page) == 50
    assert rendered.count == 50
    assert opened is not None
    assert opened.contents is not None
    assert opened.contents.total == 11_000
    assert len(opened.contents.cut(10_950, 11_050)) == 50
    assert rendered.count <= 100
    assert sum(each is not None and each._entries is not None for each in library.shelf) == 1


class CountingCatalogue(Catalogue):
    """Counts the tracks it makes."""

    count = 0

    def _track(self, *which: Any) -> Any:
        self.count += 1
        return super()._track(*which)
