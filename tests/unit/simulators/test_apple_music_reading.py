"""Lists are served as the real service serves them: limits, orders, links, relations, and what is missing."""

from typing import Any

import pytest

from local.simulators.previous.spotify.catalogue import Catalogue
from local.simulators.previous.spotify.regimes import Regime
from tests.unit.simulators.apple_music_visitor import AppleListening, error_of
from tests.unit.simulators.conftest import StartApple

SONGS = "/me/library/songs"
LISTS = [
    ("/me/recent/played", 10, 10),
    ("/me/recent/played/tracks", 10, 30),
    ("/me/recent/radio-stations", 10, 10),
    ("/me/history/heavy-rotation", 10, 10),
    ("/me/library/recently-added", 10, 25),
    ("/me/library/songs", 25, 100),
    ("/me/library/albums", 25, 100),
    ("/me/library/artists", 25, 100),
    ("/me/library/playlists", 25, 100),
]
COUNTED = {"/me/library/songs": 1_500, "/me/library/albums": 300, "/me/library/artists": 120}


def playlist_of(ana: AppleListening, size: int) -> str:
    """The id of a new playlist."""
    return str(ana.change("playlist_create", entries=size)["id"])


@pytest.mark.parametrize(("path", "default", "most"), LISTS)
def test_a_page_has_its_limits(anas: AppleListening, path: str, default: int, most: int) -> None:
    whole = anas.everything(path, limit=most)

    assert anas.read(path)["data"] == whole[:default]
    assert len(anas.read(path, limit=most)["data"]) == min(most, len(whole))
    refused = anas.get(path, limit=most + 1)
    assert error_of(refused)[1:] == (
        "40005", f"Value must be an integer less than or equal to {most}, but was: {most + 1}",
    )  # fmt: skip
    assert refused.json()["errors"][0]["source"] == {"parameter": "limit"}
    for query in ({"limit": 0}, {"limit": "many"}, {"offset": -1}):
        assert error_of(anas.get(path, **query))[:2] == (400, "40005")


@pytest.mark.parametrize(("path", "default", "most"), LISTS)
def test_the_pages_of_a_list_join(anas: AppleListening, path: str, default: int, most: int) -> None:
    whole = anas.everything(path, limit=most)

    assert anas.everything(path, limit=7) == whole
    if path != "/me/recent/played/tracks":
        assert len({each["id"] for each in whole}) == len(whole)
    past = anas.read(path, offset=len(whole))
    assert (past["data"], "next" in past) == ([], False)


def test_a_link_says_no_more_than_where_to_go_on(anas: AppleListening) -> None:
    page = anas.read(SONGS, limit=100, include="catalog")

    assert page["next"] == "/v1/me/library/songs?offset=100"
    assert "next" not in anas.read(SONGS, limit=100, offset=1_400)


@pytest.mark.parametrize("path", COUNTED)
def test_a_library_list_is_counted_and_alphabetical(anas: AppleListening, path: str) -> None:
    names = [name.casefold() for name in anas.names(path)]

    assert anas.read(path, limit=1)["meta"] == {"total": COUNTED[path]}
    assert names == sorted(names)
    assert len(names) == COUNTED[path]


def test_what_was_played_ends_after_fifty(anas: AppleListening) -> None:
    tracks = anas.everything("/me/recent/played/tracks", limit=30)

    assert len(tracks) == len(anas.everything("/me/recent/played", limit=10)) == 50
    assert {each["type"] for each in tracks} == {"songs", "library-songs"}
    assert "meta" not in anas.read("/me/recent/played/tracks")
    assert not any("played" in name.casefold() for each in tracks for name in each["attributes"])
    kinds = {each["type"] for each in anas.everything("/me/recent/played", limit=10)}
    assert kinds == {"albums", "library-playlists", "playlists", "stations"}


def test_a_light_listener_has_no_rotation(start_apple: StartApple) -> None:
    ana = start_apple(top_tracks=0, plays=0).log_in()

    assert ana.read("/me/history/heavy-rotation") == {"data": []}
    assert ana.read("/me/recent/played/tracks") == {"data": []}


def test_what_was_added_comes_newest_first(anas: AppleListening) -> None:
    rows = anas.everything("/me/library/recently-added", limit=25, extend="dateAdded")
    dates = [each["attributes"]["dateAdded"] for each in rows]

    assert dates == sorted(dates, reverse=True)
    assert {each["type"] for each in rows} == {"library-songs", "library-albums", "library-playlists"}


def test_a_playlist_is_read_to_its_end_and_no_further(anas: AppleListening) -> None:
    """
    Past the end and in an empty one there is no page, which is another refusal than that of no playlist.
    """
    path = f"/me/library/playlists/{playlist_of(anas, 130)}/tracks"

    assert len(anas.everything(path)) == 130
    assert anas.read(path)["meta"] == {"total": 130}
    nothing = (404, "40403", "No related resources found for tracks")
    assert error_of(anas.get(path, limit=100, offset=130)) == nothing
    assert error_of(anas.get(f"/me/library/playlists/{playlist_of(anas, 0)}/tracks")) == nothing
    assert error_of(anas.get("/me/library/playlists/p.unknown/tracks"))[:2] == (404, "40400")


def test_every_generated_library_has_an_empty_playlist(anas: AppleListening) -> None:
    contents = anas.truth()["data"]["playlist_tracks"]

    assert min(map(len, contents.values())) == 0
    assert (sum(map(len, contents.values())), max(map(len, contents.values()))) == (2_000, 800)


def test_catalogue_ids_and_isrcs_come_with_the_songs(anas: AppleListening) -> None:
    """
    For most; some relations are empty, also of songs that say themselves what they are in the catalogue.
    """
    songs = anas.everything(SONGS, include="catalog")
    linked = [song for song in songs if song["relationships"]["catalog"]["data"]]
    loose = [song for song in songs if song not in linked]

    assert len(songs) * 0.9 < len(linked) < len(songs)
    for song in linked:
        (found,) = song["relationships"]["catalog"]["data"]
        assert (found["type"], found["id"]) == ("songs", song["attributes"]["playParams"]["catalogId"])
        assert len(found["attributes"]["isrc"]) == 12
    assert {"catalogId" in song["attributes"].get("playParams", {}) for song in loose} == {True, False}
    assert all(song["relationships"]["catalog"]["href"] == f"{song['href']}/catalog" for song in songs)
    assert "relationships" not in anas.read(SONGS)["data"][0]


def test_the_same_recording_has_the_same_isrc_elsewhere(anas: AppleListening) -> None:
    number = int(anas.change("add_song", song=4_711)["id"]) - 1_440_000_000
    elsewhere = Catalogue(1).track(number, Regime.LEGACY)

    (song,) = [
        song["relationships"]["catalog"]["data"][0]["attributes"]
        for song in anas.everything(SONGS, include="catalog")
        if song["attributes"].get("playParams", {}).get("catalogId") == str(1_440_004_711)
    ]

    assert (song["isrc"], song["name"]) == (elsewhere["external_ids"]["isrc"], elsewhere["name"])


@pytest.mark.parametrize(
    ("path", "relation", "kind"),
    [
        (SONGS, "albums", "library-albums"),
        (SONGS, "artists", "library-artists"),
        ("/me/library/albums", "artists", "library-artists"),
        ("/me/library/albums", "catalog", "albums"),
        ("/me/library/artists", "catalog", "artists"),
        ("/me/library/artists", "albums", "library-albums"),
        ("/me/library/playlists", "catalog", "playlists"),
        ("/me/library/playlists", "tracks", "library-songs"),
        ("/me/recent/played/tracks", "artists", "artists"),
        ("/me/recent/played", "tracks", "songs"),
    ],
)
def test_related_objects_are_whole_or_named(anas: AppleListening, path: str, relation: str, kind: str) -> None:
    anas.change("add_album")

    def related(**query: str) -> list[Any]:
        rows = anas.everything(path, limit=10, **query)
        return [each for row in rows if "relationships" in row for each in row["relationships"][relation]["data"]]

    included, named = related(include=relation), related(relate=relation)
    assert kind in {each["type"] for each in included}
    assert all("attributes" in each for each in included)
    assert named == [{key: each[key] for key in ("id", "type", "href")} for each in included]


def test_dates_come_on_request_and_attributes_can_be_chosen(anas: AppleListening) -> None:
    plain, dated = anas.read(SONGS)["data"], anas.read(SONGS, extend="dateAdded,unheardOf")["data"]
    few = anas.read(SONGS, include="catalog", **{"fields[library-songs]": "name", "fields[songs]": "isrc"})["data"]

    assert all(each["attributes"].pop("dateAdded").endswith("Z") for each in dated)
    assert dated == plain
    assert all(each["attributes"].keys() == {"name"} for each in few)
    assert {tuple(one["attributes"]) for each in few for one in each["relationships"]["catalog"]["data"]} == {("isrc",)}


@pytest.mark.parametrize(
    ("query", "code", "parameter"),
    [
        ({"include": "catalog,moods"}, "40005", "include"),
        ({"relate": "moods"}, "40005", "relate"),
        ({"l": "?"}, "40005", "l"),
        ({"page": "2"}, "40004", "page"),
    ],
)
def test_an_unknown_wish_is_refused(anas: AppleListening, query: dict[str, str], code: str, parameter: str) -> None:
    refused = anas.get(SONGS, **query)

    assert error_of(refused)[:2] == (400, code)
    assert refused.json()["errors"][0]["source"] == {"parameter": parameter}


def test_too_much_at_once_takes_too_long(start_apple: StartApple) -> None:
    ana = start_apple(heavy_include=50).log_in()

    assert error_of(ana.get(SONGS, limit=51, include="catalog"))[0] == 504
    assert ana.get(SONGS, limit=50, include="catalog").status_code == 200
    assert ana.get(SONGS, limit=100).status_code == 200


def test_names_and_ids_are_shaped_as_the_real_ones(anas: AppleListening) -> None:
    data = anas.truth()["data"]
    prefixes = {"saved_tracks": "i.", "saved_albums": "l.", "followed_artists": "r.", "playlists": "p."}

    for data_type, prefix in prefixes.items():
        assert all(each["id"].startswith(prefix) and each["href"].endswith(each["id"]) for each in data[data_type])
    assert all(each["attributes"].keys() == {"name"} for each in data["followed_artists"])
    pictures = [
        each["attributes"]["artwork"]["url"] for each in data["saved_tracks"] if "artwork" in each["attributes"]
    ]
    assert all("{w}x{h}" in each for each in pictures)


def test_attributes_are_missing_here_and_there(anas: AppleListening) -> None:
    """
    Nothing is null: what is not known is not there.
    """
    data = anas.truth()["data"]
    songs = [each["attributes"] for each in data["saved_tracks"]]
    playlists = [each["attributes"] for each in data["playlists"]]

    for name in ("playParams", "artwork", "releaseDate", "albumName"):
        assert {name in song for song in songs} == {True, False}
    assert {len(song["releaseDate"]) for song in songs if "releaseDate" in song} == {4, 10}
    for name in ("artwork", "description", "lastModifiedDate"):
        assert {name in playlist for playlist in playlists} == {True, False}
    assert all(value is not None for each in songs + playlists for value in each.values())
    entries = [each["type"] for entries in data["playlist_tracks"].values() for each in entries]
    assert set(entries) == {"library-songs", "library-music-videos"}
    assert "\ud83d" in "".join(song["name"] for song in songs)


def test_without_oddities_nothing_is_missing(start_apple: StartApple) -> None:
    data = start_apple(oddities=False).log_in().truth()["data"]

    songs, playlists = data["saved_tracks"], data["playlists"]
    assert all({"playParams", "artwork", "releaseDate"} <= each["attributes"].keys() for each in songs)
    assert all("lastModifiedDate" in each["attributes"] for each in playlists)


def test_a_seed_says_all(start_apple: StartApple) -> None:
    first, second, other = (start_apple(seed=seed) for seed in (7, 7, 8))
    ana = first.log_in().truth()

    assert second.log_in().truth() == ana
    assert other.log_in().truth()["data"] != ana["data"]
    assert first.log_in("ben").truth()["data"]["saved_tracks"] != ana["data"]["saved_tracks"]


def test_sizes_are_kept(start_apple: StartApple) -> None:
    sizes = {"saved_tracks": 31, "saved_albums": 7, "followed_artists": 0, "playlists": 1, "playlist_entries": 9}
    data = start_apple(**sizes, plays=3, top_tracks=4).log_in().truth()["data"]

    assert [len(data[name]) for name in ("saved_tracks", "saved_albums", "followed_artists", "playlists")] == [
        31,
        7,
        0,
        1,
    ]
    assert [len(entries) for entries in data["playlist_tracks"].values()] == [9]
