"""Spotify: the named fields of ordinary entries, and what of them is compared."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blendify.core.data_types import DataType
from blendify.history.facts import FIELDS, Fact
from blendify.providers.endpoint import ListPosition
from blendify.providers.named_fields import MOST_ARTISTS
from blendify.providers.spotify import records
from tests.unit.spotify_entries import (
    ALBUM,
    ENDPOINTS,
    ENTRY,
    PLAYLIST,
    SECOND,
    TRACK,
    TRACK_FIELDS,
    Json,
    named_values,
)

ARTIST: Json = {
    "external_urls": {"spotify": "https://open.spotify.com/artist/5y2Xq6xcjJb2jVM54GHK3t"},
    "followers": {"href": None, "total": 8_213_441},
    "genres": ["neo soul", "r&b"],
    "href": "https://api.spotify.com/v1/artists/5y2Xq6xcjJb2jVM54GHK3t",
    "id": "5y2Xq6xcjJb2jVM54GHK3t",
    "images": [
        {"height": 640, "url": "https://i.scdn.co/image/large", "width": 640},
        {"height": 64, "url": "https://i.scdn.co/image/small", "width": 64},
    ],
    "name": "John Legend",
    "popularity": 81,
    "type": "artist",
    "uri": "spotify:artist:5y2Xq6xcjJb2jVM54GHK3t",
}
ARTIST_FIELDS: Json = {
    "record_id": "5y2Xq6xcjJb2jVM54GHK3t",
    "artist_id": "5y2Xq6xcjJb2jVM54GHK3t",
    "artist_name": "John Legend",
    "artist_image_url": "https://i.scdn.co/image/large",
    "genres": "neo soul, r&b",
    "popularity": 81,
    "follower_count": 8_213_441,
}
EXPECTED: dict[DataType, tuple[Json, ListPosition, str, Json]] = {
    DataType.TOP_TRACKS: (
        TRACK,
        ListPosition("short_term", 0),
        f"short_term#0001#{TRACK['id']}",
        TRACK_FIELDS | {"time_range": "short_term", "rank": 1},
    ),
    DataType.TOP_ARTISTS: (
        ARTIST,
        ListPosition("long_term", 49),
        f"long_term#0050#{ARTIST['id']}",
        ARTIST_FIELDS | {"time_range": "long_term", "rank": 50},
    ),
    DataType.RECENTLY_PLAYED: (
        {"track": TRACK, "played_at": "2026-11-22T17:44:30.123Z", "context": {"type": "album", "uri": ALBUM["uri"]}},
        ListPosition("", 3),
        "2026-11-22T17:44:30.123Z#3U4isOIWM3VvDubwSI3y7a",
        TRACK_FIELDS | {"played_at": "2026-11-22T17:44:30.123Z", "context_uri": ALBUM["uri"]},
    ),
    DataType.PLAYLISTS: (
        PLAYLIST,
        ListPosition("", 4),
        "37i9dQZF1DX0XUsuxWHRQd",
        {
            "record_id": "37i9dQZF1DX0XUsuxWHRQd",
            "playlist_id": "37i9dQZF1DX0XUsuxWHRQd",
            "playlist_name": "Road",
            "description": "for the road",
            "playlist_image_url": "https://i.scdn.co/image/mosaic",
            "owner_id": "ana.1",
            "owner_name": "Ana",
            "snapshot_id": "MTgsZWFm",
            "collaborative": False,
            "public": True,
            "total_tracks": 57,
            "position": 4,
        },
    ),
    DataType.PLAYLIST_TRACKS: (
        ENTRY,
        SECOND,
        f"37i9dQZF1DX0XUsuxWHRQd#000001#{TRACK['id']}",
        TRACK_FIELDS
        | {
            "playlist_id": "37i9dQZF1DX0XUsuxWHRQd",
            "position": 1,
            "added_at": "2026-03-01T18:22:07Z",
            "added_by": "ana.1",
        },
    ),
    DataType.SAVED_TRACKS: (
        {"added_at": "2026-03-01T18:22:07Z", "track": TRACK},
        ListPosition("", 7),
        "2026-03-01T18:22:07.000Z#3U4isOIWM3VvDubwSI3y7a",
        TRACK_FIELDS | {"added_at": "2026-03-01T18:22:07Z"},
    ),
    DataType.SAVED_ALBUMS: (
        {"added_at": "2026-03-01T18:22:07Z", "album": ALBUM},
        ListPosition("", 7),
        "2026-03-01T18:22:07.000Z#4OTAx9un4e6NfoHuVRiOrC",
        {
            "record_id": "4OTAx9un4e6NfoHuVRiOrC",
            "artist_id": "5y2Xq6xcjJb2jVM54GHK3t",
            "artist_name": "John Legend",
            "artists": [{"id": "5y2Xq6xcjJb2jVM54GHK3t", "name": "John Legend"}],
            "album_id": "4OTAx9un4e6NfoHuVRiOrC",
            "album_name": "Love In The Future",
            "album_art_url": "https://i.scdn.co/image/cover",
            "album_type": "album",
            "release_date": "2013-08-30",
            "total_tracks": 20,
            "genres": "neo soul",
            "upc": "886444160742",
            "added_at": "2026-03-01T18:22:07Z",
        },
    ),
    DataType.FOLLOWED_ARTISTS: (ARTIST, ListPosition("", 7), "5y2Xq6xcjJb2jVM54GHK3t", ARTIST_FIELDS),
}


@pytest.mark.parametrize("data_type", DataType)
def test_named_fields_of_an_ordinary_entry(data_type: DataType) -> None:
    """Every named field has its value from the entry, and the key makes the record unique within the sync."""
    entry, position, key, fields = EXPECTED[data_type]
    record = ENDPOINTS[data_type].to_record(entry, position)
    assert record.key == key
    assert named_values(record) == fields


@pytest.mark.parametrize(
    ("data_type", "change"),
    [
        (DataType.TOP_TRACKS, {"popularity": 3, "album": ALBUM | {"images": [{"url": "https://i.scdn.co/image/new"}]}}),
        (
            DataType.FOLLOWED_ARTISTS,
            {"popularity": 3, "followers": {"total": 9}, "genres": ["r&b"], "images": [{"url": "https://i/new"}]},
        ),
        (DataType.TOP_ARTISTS, {"followers": {"total": 9}, "genres": []}),
        (DataType.PLAYLISTS, {"images": [{"url": "https://mosaic.scdn.co/300/new"}], "followers": {"total": 9}}),
        (DataType.SAVED_ALBUMS, {"album": ALBUM | {"images": [], "genres": ["r&b"]}}),
        (DataType.SAVED_TRACKS, {"track": TRACK | {"external_ids": {"isrc": "US-SM1-13-03954"}, "popularity": 0}}),
        (DataType.PLAYLIST_TRACKS, {"item": TRACK | {"album": ALBUM | {"images": None}}}),
    ],
)
def test_changes_by_spotify_make_no_new_record(data_type: DataType, change: Json) -> None:
    """Popularity, followers, genres, names and addresses of pictures drift: they are stored and not compared."""
    entry, position, _, _ = EXPECTED[data_type]
    before, after = (ENDPOINTS[data_type].to_record(item, position) for item in (entry, entry | change))
    assert before.fields != after.fields
    assert before.compared == after.compared


@pytest.mark.parametrize("owner", ["spotify", "ana.1"])
@pytest.mark.parametrize("change", [{"description": "With Ana, Ben and more"}, {"snapshot_id": "other"}], ids=str)
def test_description_and_version_count_unless_spotify_owns_the_playlist(owner: str, change: Json) -> None:
    """Spotify writes both anew daily for its own playlists; in all others they are somebody's change."""
    entry = PLAYLIST | {"owner": {"id": owner}}
    before, after = (records.playlist(item, SECOND) for item in (entry, entry | change))
    assert (before.compared == after.compared) == (owner == "spotify")


def test_a_name_is_compared_where_a_listener_gave_it() -> None:
    """A playlist has its name from its owner, a track has it from Spotify, which corrects it."""
    before, after = (records.playlist(PLAYLIST | {"name": name}, SECOND) for name in ("Sunday", "Monday"))
    assert before.compared != after.compared
    before, after = (records.saved_track({"track": TRACK | {"name": name}}, SECOND) for name in ("All of Me", "Other"))
    assert before.compared == after.compared


@pytest.mark.parametrize(
    ("followers", "count"),
    [
        ({"total": 0}, 0),
        ({"total": None}, None),
        ({}, None),
        (None, None),
        ({"total": "9"}, 9),
        ({"total": 9.0}, 9),
        ({"total": -1}, None),
    ],
)
def test_followers_of_artists_and_playlists(followers: Json | None, count: int | None) -> None:
    """New applications get no followers, and neither do lists of playlists; 0 is a count."""
    for to_record in (records.followed_artist, records.playlist):
        assert to_record({"id": "a", "followers": followers}, SECOND).fields["follower_count"] == count


def test_playlist_without_a_description() -> None:
    """Spotify sends an empty text for it."""
    for description in (None, ""):
        assert records.playlist(PLAYLIST | {"description": description}, SECOND).fields["description"] is None


def test_artists_that_are_no_objects_are_left_out() -> None:
    """Null entries have neither id nor name; at most fifty artists are named."""
    listed = [None, "text", {"id": True, "name": None}, *TRACK["artists"]]
    fields = records.top_track(TRACK | {"artists": listed}, SECOND).fields
    assert fields["artists"] == [{"id": None, "name": None}, *TRACK_FIELDS["artists"]]
    assert len(records.top_track(TRACK | {"artists": TRACK["artists"] * 99}, SECOND).fields["artists"]) == MOST_ARTISTS


@pytest.mark.parametrize("data_type", DataType)
def test_named_fields_are_fields_of_the_history(data_type: DataType) -> None:
    """Of an ordinary entry and of a null one."""
    for entry in (EXPECTED[data_type][0], None):
        fields = ENDPOINTS[data_type].to_record(entry, SECOND).fields
        assert set(fields) <= set(FIELDS)


_KEYS = [
    *("id", "uri", "name", "track", "item", "album", "artists", "images"),
    *("url", "owner", "type", "is_local", "added_at", "added_by", "genres", "external_ids"),
    *("isrc", "items", "tracks", "total", "context", "show"),
]
_ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(_KEYS),
            inner,
            max_size=5,
        )
    ),
    max_leaves=12,
)


@given(entry=_ANY_JSON, data_type=st.sampled_from(DataType))
def test_any_json_becomes_a_record(entry: Any, data_type: DataType) -> None:
    """The record can be stored, and its answer is the whole entry."""
    record = ENDPOINTS[data_type].to_record(entry, SECOND)
    fact = Fact.of("ua", data_type, "2026-11-22T17:44:30.123Z", "spotify", record.key, record.fields, entry)
    assert fact.answer() == entry
    assert list(fact.items())
