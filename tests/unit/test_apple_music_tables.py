"""Apple Music: the named fields of its JSON, its pages, and how they are asked for."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blendify.core.data_types import DataType
from blendify.core.errors import UnexpectedShape
from blendify.providers import PROVIDERS
from blendify.providers.apple_music import pages, records
from blendify.providers.apple_music.endpoints import HEAVY_ROTATION
from blendify.providers.apple_music.errors import classify_error
from blendify.providers.apple_music.profile import profile
from blendify.providers.endpoint import ListPosition, ListRef, RequestContext
from blendify.providers.paging import Page, PageRequest
from tests.unit.sync_steps import STARTED

ENDPOINTS = PROVIDERS["apple_music"].endpoints
FIRST = ListPosition("", 0)
ARTWORK = {"url": "https://pictures.example/a/{w}x{h}bb.jpg", "width": 3000, "height": 3000}
CATALOGUE_SONG = {
    "id": "1440857781",
    "type": "songs",
    "attributes": {"name": "Blau", "artistName": "Zoë & die Übrigen", "isrc": "de-a62-19-00001", "artwork": ARTWORK},
}
SONG: dict[str, Any] = {
    "id": "i.7vLdXq8TJ2mzqk",
    "type": "library-songs",
    "href": "/v1/me/library/songs/i.7vLdXq8TJ2mzqk",
    "attributes": {
        "albumName": "Nachts",
        "artistName": "Zoë & die Übrigen",
        "artwork": {"url": "https://pictures.example/b/{w}x{h}bb.jpg", "width": 600, "height": 600},
        "contentRating": "explicit",
        "dateAdded": "2026-03-01T18:22:07Z",
        "durationInMillis": 214_000,
        "genreNames": ["Pop"],
        "name": "Blau",
        "playParams": {"catalogId": "1440857781", "id": "i.7vLdXq8TJ2mzqk", "isLibrary": True, "kind": "song"},
    },
    "relationships": {"catalog": {"href": "/v1/me/library/songs/i.7vLdXq8TJ2mzqk/catalog", "data": [CATALOGUE_SONG]}},
}
UPLOAD = {
    **SONG,
    "attributes": {"name": "Demo", "playParams": {"id": SONG["id"]}},
    "relationships": {"catalog": {"data": []}},
}


def test_song_of_the_library() -> None:
    """It has its own id, the catalogue's id and ISRC, and a picture of an existing size."""
    assert records.saved_track(SONG, FIRST).fields == {
        "record_id": "i.7vLdXq8TJ2mzqk",
        "track_id": "1440857781",
        "track_name": "Blau",
        "artist_name": "Zoë & die Übrigen",
        "artists": [{"id": None, "name": "Zoë & die Übrigen"}],
        "album_name": "Nachts",
        "album_art_url": "https://pictures.example/b/600x600bb.jpg",
        "duration_ms": 214_000,
        "isrc": "DEA621900001",
        "explicit": True,
        "added_at": "2026-03-01T18:22:07Z",
    }


def test_upload_has_no_catalogue_entry() -> None:
    """The fields that only the catalogue has are null."""
    fields = records.saved_track(UPLOAD, FIRST).fields
    assert fields["record_id"] == "i.7vLdXq8TJ2mzqk"
    assert {name for name, value in fields.items() if value is None} >= {"track_id", "isrc", "added_at", "explicit"}
    assert fields.get("artists") is None


def test_matching_with_the_catalogue_makes_no_new_record() -> None:
    """Ids, codes and pictures that Apple adds are no part of the digest."""
    before, after = records.saved_track({**SONG, "relationships": {}}, FIRST), records.saved_track(SONG, FIRST)
    assert before.fields != after.fields
    assert before.compared == after.compared


def test_play_has_the_catalogues_id() -> None:
    """It is the same before and after the song is added to the library; an upload has only its own id."""
    assert records.play(SONG, FIRST).key == records.play(CATALOGUE_SONG, FIRST).key == "1440857781"
    assert (
        records.play(SONG, FIRST).fields["isrc"] == records.play(CATALOGUE_SONG, FIRST).fields["isrc"] == "DEA621900001"
    )
    assert records.play(UPLOAD, FIRST).key == "i.7vLdXq8TJ2mzqk"


@pytest.mark.parametrize(
    ("entry", "kind", "record_id", "artist"),
    [
        ({"id": "1600", "type": "albums", "attributes": {"name": "N", "artistName": "Z"}}, "album", "1600", "Z"),
        (
            {
                "id": "l.abc",
                "type": "library-albums",
                "attributes": {"name": "N", "artistName": "Z", "playParams": {"catalogId": "1600"}},
            },
            "album",
            "1600",
            "Z",
        ),
        ({"id": "p.abc", "type": "library-playlists", "attributes": {"name": "N"}}, "playlist", "p.abc", None),
        (
            {"id": "pl.abc", "type": "playlists", "attributes": {"name": "N", "curatorName": "Apple"}},
            "playlist",
            "pl.abc",
            "Apple",
        ),
        ({"id": "ra.1", "type": "stations", "attributes": {"name": "N"}}, "station", "ra.1", None),
    ],
    ids=["album", "own album", "own playlist", "playlist", "station"],
)
def test_heavy_rotation_has_albums_playlists_and_stations(
    entry: dict[str, Any], kind: str, record_id: str, artist: str | None
) -> None:
    """Each has its kind, name and rank; a curator is an artist name, and none of the artists."""
    fields = records.rotation(entry, ListPosition(HEAVY_ROTATION, 3)).fields
    names = ("kind", "record_id", "track_name", "artist_name", "rank", "time_range")
    assert tuple(fields[name] for name in names) == (kind, record_id, "N", artist, 4, "heavy_rotation")
    assert fields["album_name"] == ("N" if kind == "album" else None)
    assert fields.get("artists") == ([{"id": None, "name": "Z"}] if kind == "album" else None)


def test_artist_of_the_library() -> None:
    """The library has only the name; id, picture and genres are the catalogue's. Apple counts no followers."""
    artist = {"attributes": {"genreNames": ["Pop", "Rock"], "artwork": ARTWORK}, "id": "300", "type": "artists"}
    entry = {"id": "r.a", "type": "library-artists", "attributes": {"name": "Zoë"}}
    related = {"relationships": {"catalog": {"data": [artist]}}}
    assert records.followed_artist(entry | related, FIRST).fields == {
        "record_id": "r.a",
        "artist_id": "300",
        "artist_name": "Zoë",
        "artist_image_url": "https://pictures.example/a/640x640bb.jpg",
        "genres": "Pop, Rock",
    }


def test_album_of_the_library() -> None:
    """The UPC is the catalogue's, without leading zeros; the genres are the library's, else the catalogue's."""
    catalogue = {"attributes": {"upc": "00602478149894", "genreNames": ["Pop"]}, "id": "1600", "type": "albums"}
    attributes = {"name": "Nachts", "artistName": "Zoë", "trackCount": 12, "releaseDate": "2019", "artwork": ARTWORK}
    entry = {"id": "l.a", "type": "library-albums", "attributes": {**attributes, "dateAdded": "2026-03-01T18:22:07Z"}}
    related = {"relationships": {"catalog": {"data": [catalogue]}}}
    assert records.saved_album(entry | related, FIRST).fields == {
        "record_id": "l.a",
        "album_id": "1600",
        "album_name": "Nachts",
        "album_art_url": "https://pictures.example/a/640x640bb.jpg",
        "artist_name": "Zoë",
        "artists": [{"id": None, "name": "Zoë"}],
        "release_date": "2019",
        "total_tracks": 12,
        "genres": "Pop",
        "upc": "602478149894",
        "added_at": "2026-03-01T18:22:07Z",
    }
    genres = {"attributes": {**attributes, "genreNames": ["Jazz", "Soul"]}}
    assert records.saved_album(entry | genres, FIRST).fields["genres"] == "Jazz, Soul"


def test_playlist_of_the_library() -> None:
    """Its version is the time of its last change. Its position in the alphabet is not recorded."""
    attributes = {"name": "Küche", "isPublic": False, "lastModifiedDate": "2026-03-01", "artwork": ARTWORK}
    entry = {"id": "p.a", "attributes": attributes | {"description": {"standard": "For <b>cooking</b>"}}}
    assert records.playlist(entry, ListPosition("", 7)).fields == {
        "record_id": "p.a",
        "playlist_id": "p.a",
        "playlist_name": "Küche",
        "description": "For <b>cooking</b>",
        "playlist_image_url": "https://pictures.example/a/640x640bb.jpg",
        "snapshot_id": "2026-03-01",
        "public": False,
    }


@pytest.mark.parametrize(
    ("description", "text"),
    [({"short": "S"}, "S"), ({"standard": "", "short": ""}, None), (None, None), ("text", None)],
)
def test_description_of_a_playlist(description: Any, text: str | None) -> None:
    """Apple has a standard and a short one; both may be missing."""
    entry = {"id": "p.a", "attributes": {"name": "Küche", "description": description}}
    assert records.playlist(entry, FIRST).fields["description"] == text


def test_music_video_in_a_playlist() -> None:
    """Its `kind` says so."""
    video = {**SONG, "type": "library-music-videos"}
    fields = records.playlist_track(video, ListPosition("p.a", 4)).fields
    assert (fields["kind"], fields["position"], fields["playlist_id"]) == ("video", 4, "p.a")


@pytest.mark.parametrize("modified", ["2026-03-01T18:22:07Z", None])
def test_time_of_the_last_change_is_a_playlists_version(modified: str | None) -> None:
    """Apple does not give its length. Without a version its tracks are read once a day."""
    list_ref = records.tracks_of_playlist({"id": "p.a", "attributes": {"lastModifiedDate": modified}})
    assert list_ref == ListRef("p.a", None, readable=True, version=modified)
    assert records.tracks_of_playlist(None) is None


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda children: (
        st.lists(children, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["id", "type", "attributes", "relationships", "catalog", "data", "playParams", "artwork", "url"]
            ),
            children,
            max_size=5,
        )
    ),
    max_leaves=20,
)


@pytest.mark.parametrize("data_type", ENDPOINTS)
@given(entry=JSON)
def test_any_json_becomes_a_record_with_a_key(data_type: DataType, entry: Any) -> None:
    assert ENDPOINTS[data_type].to_record(entry, ListPosition("list", 3)).key


def test_pages() -> None:
    """The presence of `next` says that there is more; the history's lists have no total."""
    body = {"data": [SONG, None], "next": "/v1/me/library/songs?offset=2", "meta": {"total": 812}}
    assert pages.page(body) == Page([SONG, None], 812, more=True)
    assert pages.page({"data": []}) == Page([], None, more=False)


def test_recently_added_of_one_type() -> None:
    """The list is mixed; a body that is not a page raises. An empty or a cut list tells nothing."""
    song = {"id": "i.a", "type": "library-songs"}
    body = {"data": [song, None, {"id": "l.a", "type": "library-albums"}]}
    assert pages.latest("library-songs", 25)(body) == [song]
    assert pages.latest("library-songs", 25)({"data": []}) is None
    assert pages.latest("library-songs", 25)({**body, "next": "/v1/me/library/recently-added?offset=3"}) is None
    with pytest.raises(UnexpectedShape):
        pages.latest("library-songs", 25)({})


def test_empty_playlist_is_a_404() -> None:
    """404 with code 40403 is data: an empty page."""
    body = {"errors": [{"status": "404", "code": "40403", "title": "No related resources"}]}
    assert classify_error(404, {}, json.dumps(body)) is None
    assert pages.page(body) == Page([], 0, more=False)


@pytest.mark.parametrize("body", [None, [], {}, {"data": {}}, {"data": None}, {"errors": []}, {"errors": [{}]}, "x"])
def test_body_that_is_not_a_page_is_an_unexpected_shape(body: Any) -> None:
    """A missing list must not be taken for an empty one."""
    with pytest.raises(UnexpectedShape):
        pages.page(body)


def test_requests_of_first_pages() -> None:
    """They have the largest limit that each list allows, and include the catalogue's entries."""
    context = RequestContext("", STARTED)
    requests = {
        data_type: endpoint.request(PageRequest(endpoint.lists[0] or "p.a/b", 0), context)
        for data_type, endpoint in ENDPOINTS.items()
    }
    first = {"offset": "0"}
    assert requests[DataType.SAVED_TRACKS] == (
        "/v1/me/library/songs",
        {"include": "catalog", "extend": "dateAdded", "limit": "100", **first},
    )
    assert requests[DataType.PLAYLIST_TRACKS] == (
        "/v1/me/library/playlists/p.a%2Fb/tracks",
        {"include": "catalog", "limit": "100", **first},
    )
    assert requests[DataType.RECENTLY_PLAYED][1] == {"include": "catalog", "limit": "30", **first}
    assert requests[DataType.TOP_TRACKS] == ("/v1/me/history/heavy-rotation", {"limit": "10", **first})


def test_plays_are_read_to_the_fiftieth() -> None:
    """Apple keeps 50. The second page repeats the last ten of the first and ends with the fiftieth."""
    paging = ENDPOINTS[DataType.RECENTLY_PLAYED].paging
    (second,) = paging.next_requests(PageRequest("", 0), Page([SONG] * 30, None, more=True))
    assert paging.params(second) == {"limit": "30", "offset": "20"}
    assert paging.next_requests(second, Page([SONG] * 30, None, more=True)) == []


def test_top_artists_are_not_offered() -> None:
    """Every other data type has an endpoint. Apple Music has no scopes."""
    assert set(DataType) - set(ENDPOINTS) == {DataType.TOP_ARTISTS}
    assert PROVIDERS["apple_music"].scopes == []


def test_profile_is_the_storefront() -> None:
    """Many listeners share it: it is a display name, and no account id."""
    storefront = profile({"data": [{"id": "se", "type": "storefronts", "attributes": {"name": "Sweden"}}]})
    assert (storefront.account_id, storefront.display_name) == ("", "Apple Music, Sweden")
    assert profile({"data": [{"id": "se"}]}).display_name == "Apple Music, SE"
    bodies: list[Any] = [None, {}, {"data": []}, {"data": [{}]}]
    for body in bodies:
        with pytest.raises(UnexpectedShape):
            profile(body)
