"""Listeners are invented reproducibly, in any size, with the oddities of real ones."""

from collections import Counter
from collections.abc import Callable

import pytest

from local.simulators.lastfm import Options
from local.simulators.lastfm.catalogue import ODD_TRACKS, STAR, TRACKS, Catalogue, Track
from local.simulators.lastfm.library import PERIODS, Library
from local.simulators.lastfm.options import MOST, SIZES
from local.simulators.music import words
from tests.unit.simulators.lastfm_visitor import Fan, LastfmVisitor
from tests.unit.simulators.visitor import Clock

Start = Callable[..., LastfmVisitor]


def library(name: str = "ana", **options: int | bool) -> Library:
    chosen = Options(**options)  # type: ignore[arg-type]
    return Library(name, chosen, Catalogue(chosen.seed), Clock())


def test_the_same_seed_gives_the_same_listener(start_lastfm: Start) -> None:
    first, again = start_lastfm().log_in().truth(), start_lastfm().log_in("ANA").truth()
    other, ben = start_lastfm(seed=2).log_in().truth(), start_lastfm().log_in("ben").truth()

    assert first == again
    for data_type in ("recently_played", "saved_tracks", "top_tracks", "top_artists"):
        assert first[data_type] not in (other[data_type], ben[data_type])


def test_the_truth_is_what_is_served(fan: Fan) -> None:
    """
    By the names of the data types; what is playing is no part of it.
    """
    fan.change("now_playing")
    truth = fan.truth()
    fan.change("now_playing", on=False)

    assert truth["recently_played"] == fan.everything("user.getRecentTracks", "track")
    assert truth["saved_tracks"] == fan.everything("user.getLovedTracks", "track")
    for data_type, method, name in (
        ("top_tracks", "user.getTopTracks", "track"),
        ("top_artists", "user.getTopArtists", "artist"),
    ):
        assert truth[data_type] == {period: fan.everything(method, name, period=period) for period in PERIODS}
    extended = fan.visitor.control("GET", "/truth/ana?extended=1")["data"]["recently_played"]
    assert extended == fan.everything("user.getRecentTracks", "track", extended=1)


def test_sizes_are_kept_to(start_lastfm: Start) -> None:
    fan = start_lastfm(scrobbles=17, loved_tracks=3, top_tracks=1, top_artists=500, lone="never").log_in()
    truth = fan.truth()

    assert (len(truth["recently_played"]), len(truth["saved_tracks"])) == (17, 3)
    assert {len(top) for top in truth["top_tracks"].values()} == {1}
    assert {len(top) for top in truth["top_artists"].values()} == {500}
    fan.arrange(sizes={"scrobbles": 4})
    assert fan.recent()["@attr"]["total"] == "4"


@pytest.mark.parametrize("name", SIZES)
def test_a_size_is_possible(name: str) -> None:
    with pytest.raises(ValueError, match=name):
        Options(**{name: -1})  # type: ignore[arg-type]
    if name in MOST:
        with pytest.raises(ValueError, match=name):
            Options(**{name: MOST[name] + 1})  # type: ignore[arg-type]


@pytest.mark.parametrize("uri", ["callback", "ftp://host/", "http://host/?query=1", "http://host/#f", "http:///path"])
def test_a_redirect_uri_is_possible(uri: str) -> None:
    with pytest.raises(ValueError, match="Redirect URI"):
        Options(redirect_uris=(uri,))


def test_only_what_is_asked_for_is_written(monkeypatch: pytest.MonkeyPatch) -> None:
    """
    A page of a diary of 200,000 costs no more than any other.
    """
    asked: list[int] = []
    track = Catalogue.track
    large = library(scrobbles=200_000, top_artists=500)

    def counted(catalogue: Catalogue, index: int) -> Track:
        asked.append(index)
        return track(catalogue, index)

    monkeypatch.setattr(Catalogue, "track", counted)
    rows = large.scrobbles()

    assert rows.total == 200_000
    assert len(rows.cut(199_900, 200_000)) == len(asked) == 100
    assert large.diary[0].when - large.diary[199_999].when > 8 * 365 * 86_400


def test_no_two_tracks_are_told_apart_by_nothing() -> None:
    """
    An artist and a name are all the identity there is.
    """
    catalogue = Catalogue(1)
    tracks = [catalogue.track(index) for index in range(0, TRACKS, 3)]

    assert len({(catalogue.artist(track.artist)["name"], track.name) for track in tracks}) == len(tracks)
    assert {catalogue.track(index).name for index in ODD_TRACKS} == set(words.ODD_NAMES)


def test_much_is_unknown_of_some_tracks(fan: Fan) -> None:
    rows = fan.everything("user.getRecentTracks", "track")
    pictures = Counter(row["image"][0]["#text"].rpartition("/")[2] for row in rows)

    assert {"", *words.ODD_NAMES[2:5]} < {row["name"] for row in rows}
    for known in (
        [row["mbid"] for row in rows],
        [row["album"]["#text"] for row in rows],
        [row["album"]["mbid"] for row in rows],
        [row["artist"]["mbid"] for row in rows],
    ):
        assert 0 < known.count("") < len(known) / 2
    assert all(row["album"]["mbid"] == "" for row in rows if not row["album"]["#text"])
    assert 0 < pictures[""] < pictures[f"{STAR}.png"] < len(rows) / 2
    assert any(not row["name"].isascii() for row in rows)


def test_plays_may_share_a_second(fan: Fan, start_lastfm: Start) -> None:
    """
    Two of one track cannot be told apart; without oddities there are no such plays.
    """
    keys = [(row["date"]["uts"], row["artist"]["#text"], row["name"]) for row in fan.truth()["recently_played"]]
    times = [uts for uts, *_ in keys]
    even = start_lastfm(oddities=False).log_in().truth()

    assert len(set(times)) < len(set(keys)) < len(keys)
    assert len({row["date"]["uts"] for row in even["recently_played"]}) == 3_000
    assert not {row["name"] for row in even["saved_tracks"]} & set(words.ODD_NAMES)


def test_tracks_are_played_more_than_once() -> None:
    tracks = list(library().diary.tracks())

    assert len(set(tracks)) < len(tracks) / 2
