"""What is known of Apple Music: errors of five digits, an alphabetical library, undated plays."""

from collections.abc import Callable

import pytest

from local.simulators.apple_music import AppleMusic, Options
from local.simulators.music.recordings import Recordings
from tests.unit.simulators.apple_music_visitor import (
    ADDED,
    COUNTED,
    LIBRARY,
    PLAYED,
    ROTATION,
    SONGS,
    SOURCES,
    AppleMusicAccount,
    AppleMusicVisitor,
    playlist,
    refusal,
    sizes,
)

Start = Callable[..., AppleMusicVisitor]


@pytest.fixture
def ana(apple: AppleMusicVisitor) -> AppleMusicAccount:
    return apple.log_in()


def test_a_ban_never_says_how_long_it_lasts(ana: AppleMusicAccount) -> None:
    """Also where a simulator of another service would."""
    ana.visitor.control("POST", "/rate-limit", {"calls": 1, "seconds": 4, "retry_after": "4"})
    answers = [ana.get(SONGS) for _ in range(3)]
    assert [each.status_code for each in answers] == [200, 429, 429]
    assert refusal(answers[1])[:2] == (429, "42900")
    assert not any("retry-after" in each.headers for each in answers)


def test_a_wrong_number_is_named(ana: AppleMusicAccount) -> None:
    """With its bound; behind the end of a list is an empty page."""
    for query, words in (
        ({"limit": 101}, "integer less than or equal to 100, but was: 101"),
        ({"limit": 0}, "integer greater than or equal to 1, but was: 0"),
        ({"offset": "many"}, "integer, but was: many"),
    ):
        refused = ana.get(SONGS, **query)
        assert refusal(refused) == (400, "40005", f"Value must be an {words}")
        assert refused.json()["errors"][0]["source"] == {"parameter": next(iter(query))}
    assert ana.read(SONGS, offset=10_000)["data"] == []


def test_a_link_says_no_more_than_where_to_go_on(ana: AppleMusicAccount) -> None:
    """Also one that is promised by mistake."""
    assert ana.read(SONGS, limit=100, include="catalog")["next"] == "/v1/me/library/songs?offset=100"
    assert "next" not in ana.read(SONGS, limit=100, offset=400)
    ana.visitor.fault(f"GET /v1{SONGS}", kind="edit", edit={"next": True}, times=1)
    assert ana.read(SONGS, offset=440)["next"] == "/v1/me/library/songs?offset=450"


def test_a_library_is_counted_and_alphabetical(ana: AppleMusicAccount) -> None:
    assert sizes(ana) == COUNTED
    for path in ("songs", "albums", "artists", "playlists"):
        names = [name.casefold() for name in ana.names(f"{LIBRARY}/{path}")]
        assert names == sorted(names)


def test_what_was_played_is_fifty_without_moments(ana: AppleMusicAccount) -> None:
    played, sources = ana.everything(PLAYED, limit=30), ana.everything(SOURCES, limit=10)
    assert len(played) == len(sources) == 50
    assert {each["type"] for each in played} == {"songs", "library-songs"}
    assert {each["type"] for each in sources} == {"albums", "library-playlists", "playlists", "stations"}
    assert "meta" not in ana.read(PLAYED)
    assert not any("played" in name.casefold() for each in played for name in each["attributes"])


def test_a_light_listener_has_no_rotation(start: Start) -> None:
    ana = start(AppleMusic, top_tracks=0, plays=0).log_in()
    assert ana.read(ROTATION) == ana.read(PLAYED) == {"data": []}
    with pytest.raises(ValueError, match="plays: there are only 50"):
        Options(plays=51)


def test_what_was_added_comes_newest_first(ana: AppleMusicAccount) -> None:
    rows = ana.everything(ADDED, limit=25, extend="dateAdded")
    dates = [each["attributes"]["dateAdded"] for each in rows]
    assert dates == sorted(dates, reverse=True)
    assert {each["type"] for each in rows} == {"library-songs", "library-albums", "library-playlists"}


def test_nothing_in_a_playlist_is_no_page(ana: AppleMusicAccount) -> None:
    """Past the end and in an empty one there is a 404, which is another than that of no playlist."""
    path, nothing = playlist(ana, entries=130), (404, "40403", "No related resources found for tracks")
    assert len(ana.everything(path)) == ana.read(path)["meta"]["total"] == 130
    assert refusal(ana.get(path, limit=100, offset=130)) == nothing
    assert refusal(ana.get("/me/library/playlists/p.unknown/tracks"))[:2] == (404, "40400")
    empty = playlist(ana)
    assert refusal(ana.get(empty)) == nothing
    identity = ana.change("add", "playlist_tracks", empty.split("/")[-2])
    assert ana.ids(empty) == [identity]
    contents = ana.truth()["playlist_tracks"].values()
    assert (min(map(len, contents)), max(map(len, contents))) == (0, 320)


def test_the_catalogues_object_comes_on_request(ana: AppleMusicAccount) -> None:
    """With the ISRC, for most; some are not linked though they say themselves what they are in the catalogue."""
    songs = ana.everything(SONGS, include="catalog")
    linked = [song for song in songs if song["relationships"]["catalog"]["data"]]
    loose = [song for song in songs if song not in linked]
    assert len(songs) * 0.9 < len(linked) < len(songs)
    for song in linked:
        (known,) = song["relationships"]["catalog"]["data"]
        assert (known["type"], known["id"]) == ("songs", song["attributes"]["playParams"]["catalogId"])
        assert len(known["attributes"]["isrc"]) == 12
    assert {"catalogId" in song["attributes"].get("playParams", {}) for song in loose} == {True, False}
    assert all(song["relationships"]["catalog"]["href"] == f"{song['href']}/catalog" for song in songs)
    assert "relationships" not in ana.read(SONGS)["data"][0]
    for path, kind in (("albums", "albums"), ("artists", "artists")):
        rows = ana.read(f"{LIBRARY}/{path}", include="catalog")["data"]
        assert {each["type"] for row in rows for each in row["relationships"]["catalog"]["data"]} == {kind}


def test_the_same_recording_is_the_same_elsewhere(ana: AppleMusicAccount) -> None:
    ana.change("add", "saved_tracks", item=4_711)
    track = Recordings(1).track(4_711)
    (song,) = [
        known["attributes"]
        for each in ana.everything(SONGS, include="catalog")
        for known in each["relationships"]["catalog"]["data"]
        if known["id"] == str(1_440_000_000 + 4_711)
    ]
    assert (song["isrc"], song["name"]) == (track.isrc, track.name)


def test_dates_come_on_request(ana: AppleMusicAccount) -> None:
    plain, dated = ana.read(SONGS)["data"], ana.read(SONGS, extend="dateAdded,unheardOf")["data"]
    assert all(each["attributes"].pop("dateAdded").endswith("Z") for each in dated)
    assert dated == plain


@pytest.mark.parametrize(
    ("query", "code", "parameter"),
    [({"include": "catalog,moods"}, "40005", "include"), ({"page": "2"}, "40004", "page")],
)
def test_what_is_unknown_is_refused(ana: AppleMusicAccount, query: dict[str, str], code: str, parameter: str) -> None:
    refused = ana.get(SONGS, **query)
    assert refusal(refused)[:2] == (400, code)
    assert refused.json()["errors"][0]["source"] == {"parameter": parameter}


def test_the_truth_is_what_was_served(ana: AppleMusicAccount) -> None:
    """As each list was last asked for, and plain where nobody asked for more."""
    path = playlist(ana, entries=3)
    asked: dict[str, dict[str, str]] = {
        SONGS: {"include": "catalog", "extend": "dateAdded"},
        "/me/library/albums": {"include": "catalog"},
        path: {"include": "catalog"},
        PLAYED: {"include": "catalog"},
        **{plain: {} for plain in ("/me/library/artists", "/me/library/playlists", SOURCES, ROTATION)},
    }
    served = {each: ana.everything(each, limit=10, **query) for each, query in asked.items()}
    ana.read(SONGS, limit=1)
    truth = ana.truth()
    assert truth.pop("playlist_tracks")[path.split("/")[-2]] == served[path]
    assert truth == {
        "saved_tracks": served[SONGS],
        "saved_albums": served["/me/library/albums"],
        "followed_artists": served["/me/library/artists"],
        "playlists": served["/me/library/playlists"],
        "recently_played": {"": served[PLAYED], "resources": served[SOURCES]},
        "top_tracks": {"heavy_rotation": served[ROTATION]},
    }


def test_names_and_ids_are_shaped_as_the_real_ones(ana: AppleMusicAccount) -> None:
    data = ana.truth()
    prefixes = {"saved_tracks": "i.", "saved_albums": "l.", "followed_artists": "r.", "playlists": "p."}
    for data_type, prefix in prefixes.items():
        assert all(each["id"].startswith(prefix) and each["href"].endswith(each["id"]) for each in data[data_type])
    assert all(each["attributes"].keys() == {"name"} for each in data["followed_artists"])
    artworks = [each["attributes"].get("artwork") for each in data["saved_tracks"]]
    assert all("{w}x{h}" in artwork["url"] for artwork in artworks if artwork)


def test_attributes_are_missing_here_and_there(start: Start) -> None:
    """Nothing is null: what is not known is not there. Without oddities all is known."""
    data, plain = (start(AppleMusic, oddities=odd, saved_tracks=900).log_in().truth() for odd in (True, False))
    some = {"saved_tracks": ("playParams", "artwork", "releaseDate", "albumName"), "playlists": ("lastModifiedDate",)}
    for data_type, names in some.items():
        for name in names:
            assert {name in each["attributes"] for each in data[data_type]} == {True, False}
            assert all(name in each["attributes"] for each in plain[data_type])
        assert None not in [value for each in data[data_type] for value in each["attributes"].values()]
    songs = [each["attributes"] for each in data["saved_tracks"]]
    assert {len(song["releaseDate"]) for song in songs if "releaseDate" in song} == {4, 10}
    assert "\ud83d" in "".join(song["name"] for song in songs)
    kinds = {each["type"] for entries in data["playlist_tracks"].values() for each in entries}
    assert kinds == {"library-songs", "library-music-videos"}
