"""The named fields of Spotify's JSON, for every data type and every known oddity."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blendify.core.data_types import DataType
from blendify.core.errors import UnexpectedShape
from blendify.history.facts import FIELDS, Fact
from blendify.providers import PROVIDERS
from blendify.providers.endpoint import ListPosition, ListRef, Record, RequestContext
from blendify.providers.named_fields import MOST_ARTISTS
from blendify.providers.paging import PageRequest
from blendify.providers.spotify import records
from blendify.providers.spotify.endpoints import TIME_RANGES
from blendify.providers.spotify.pages import followed, paged

Json = dict[str, Any]

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
ALBUM: Json = {
    "album_type": "album",
    "artists": [{"id": "5y2Xq6xcjJb2jVM54GHK3t", "name": "John Legend", "type": "artist"}],
    "external_ids": {"upc": "00886444160742"},
    "genres": ["neo soul"],
    "id": "4OTAx9un4e6NfoHuVRiOrC",
    "images": [{"height": 636, "url": "https://i.scdn.co/image/cover", "width": 640}],
    "name": "Love In The Future",
    "release_date": "2013-08-30",
    "release_date_precision": "day",
    "total_tracks": 20,
    "type": "album",
    "uri": "spotify:album:4OTAx9un4e6NfoHuVRiOrC",
}
TRACK: Json = {
    "album": ALBUM,
    "artists": [
        {"id": "5y2Xq6xcjJb2jVM54GHK3t", "name": "John Legend", "type": "artist"},
        {"id": "1RyvyyTE3xzB2ZywiAwp0i", "name": "Future", "type": "artist"},
    ],
    "disc_number": 1,
    "duration_ms": 269560,
    "explicit": False,
    "external_ids": {"isrc": "ussm11303954"},
    "id": "3U4isOIWM3VvDubwSI3y7a",
    "is_local": False,
    "name": "All of Me",
    "popularity": 87,
    "type": "track",
    "uri": "spotify:track:3U4isOIWM3VvDubwSI3y7a",
}
TRACK_FIELDS: Json = {
    "record_id": "3U4isOIWM3VvDubwSI3y7a",
    "track_id": "3U4isOIWM3VvDubwSI3y7a",
    "track_name": "All of Me",
    "artist_id": "5y2Xq6xcjJb2jVM54GHK3t",
    "artist_name": "John Legend, Future",
    "artists": [
        {"id": "5y2Xq6xcjJb2jVM54GHK3t", "name": "John Legend"},
        {"id": "1RyvyyTE3xzB2ZywiAwp0i", "name": "Future"},
    ],
    "album_id": "4OTAx9un4e6NfoHuVRiOrC",
    "album_name": "Love In The Future",
    "album_art_url": "https://i.scdn.co/image/cover",
    "duration_ms": 269560,
    "isrc": "USSM11303954",
    "explicit": False,
    "popularity": 87,
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
PLAYLIST: Json = {
    "collaborative": False,
    "description": "for the road",
    "id": "37i9dQZF1DX0XUsuxWHRQd",
    "images": [{"height": None, "url": "https://i.scdn.co/image/mosaic", "width": None}],
    "items": {"href": "https://api.spotify.com/v1/playlists/37i9dQZF1DX0XUsuxWHRQd/items", "total": 57},
    "name": "Road",
    "owner": {"display_name": "Ana", "id": "ana.1"},
    "public": True,
    "snapshot_id": "MTgsZWFm",
    "type": "playlist",
    "uri": "spotify:playlist:37i9dQZF1DX0XUsuxWHRQd",
}
ENTRY: Json = {
    "added_at": "2026-03-01T18:22:07Z",
    "added_by": {"id": "ana.1", "type": "user"},
    "is_local": False,
    "item": TRACK,
}
LOCAL: Json = {
    "album": {"album_type": None, "artists": [], "id": None, "images": [], "name": "Demo", "release_date": None},
    "artists": [{"id": None, "name": "Me", "type": "artist", "uri": None}],
    "duration_ms": 181000,
    "external_ids": {},
    "id": None,
    "is_local": True,
    "name": "Tape 1",
    "popularity": 0,
    "type": "track",
    "uri": "spotify:local:Me:Demo:Tape+1:181",
}
EPISODE: Json = {
    "description": "about songs",
    "duration_ms": 1_832_000,
    "explicit": False,
    "id": "512ojhOuo1ktJprKbVcKyQ",
    "images": [{"height": 640, "url": "https://i.scdn.co/image/episode", "width": 640}],
    "name": "How songs travel",
    "show": {"id": "38bS44xjbVVZ3No3ByF1dJ", "images": [{"url": "https://i.scdn.co/image/show"}], "name": "Harbours"},
    "type": "episode",
    "uri": "spotify:episode:512ojhOuo1ktJprKbVcKyQ",
}
ENDPOINTS = PROVIDERS["spotify"].endpoints
CONTEXT = RequestContext("ana", datetime(2026, 11, 22, tzinfo=UTC))
SECOND = ListPosition("37i9dQZF1DX0XUsuxWHRQd", 1)


def named_values(record: Record) -> Json:
    """The named fields that have a value."""
    return {name: value for name, value in record.fields.items() if value is not None}


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


def test_row_1_null_entry_is_stored_by_its_position() -> None:
    """Spotify's `total` counts null entries; every list in which one was observed has a record for it."""
    mappings = (records.playlist, records.saved_album, records.saved_track, records.followed_artist, records.play)
    for to_record in mappings:
        record = to_record(None, ListPosition("", 12))
        assert record.key == "null#000012"
        assert (record.fields["kind"], record.fields["position"]) == ("null", 12)
    assert records.tracks_of_playlist(None) is None


def test_row_1_null_entry_of_a_top_list_has_a_rank() -> None:
    """So the ranks of the other entries do not shift."""
    for to_record in (records.top_track, records.top_artist):
        record = to_record(None, ListPosition("short_term", 4))
        assert record.key == "short_term#0005#null"
        assert (record.fields["kind"], record.fields["rank"]) == ("null", 5)
        assert record.fields["time_range"] == "short_term"


def test_row_2_playlist_entry_without_a_track() -> None:
    """Spotify has lost the track; position and `added_at` remain."""
    record = records.playlist_track({"added_at": "2020-01-01T00:00:00Z", "added_by": None, "item": None}, SECOND)
    assert record.key == "37i9dQZF1DX0XUsuxWHRQd#000001#null"
    assert named_values(record) == {
        "kind": "null",
        "playlist_id": "37i9dQZF1DX0XUsuxWHRQd",
        "position": 1,
        "added_at": "2020-01-01T00:00:00Z",
    }


@pytest.mark.parametrize(
    "payload",
    [{"item": TRACK}, {"track": TRACK}, {"item": TRACK, "track": TRACK}, {"item": None, "track": TRACK}],
    ids=["item", "track", "both", "item null"],
)
def test_row_3_track_under_item_or_track(payload: Json) -> None:
    """New applications get `item`, old ones `track`, some both; `item` may be null beside a `track`."""
    assert records.playlist_track({"added_at": None, **payload}, SECOND).fields["track_id"] == TRACK["id"]


@pytest.mark.parametrize(
    ("lengths", "list_ref"),
    [
        ({"items": {"total": 57}}, ListRef("p", 57, readable=True)),
        ({"tracks": {"total": 57}}, ListRef("p", 57, readable=True)),
        ({"items": None, "tracks": {"total": 57}}, ListRef("p", 57, readable=True)),
        ({"items": {"total": 0}}, ListRef("p", 0, readable=True)),
        ({"items": {}}, ListRef("p", None, readable=True)),
        ({}, ListRef("p", None, readable=False)),
    ],
)
def test_row_3_length_of_a_playlist_under_items_or_tracks(lengths: Json, list_ref: ListRef) -> None:
    """`items` or `tracks` has the length; without both this application may not read the playlist."""
    assert records.tracks_of_playlist({"id": "p", **lengths}) == list_ref


def test_row_4_local_file_has_its_uri_as_record_id() -> None:
    """It has no ids; the names are those in the listener's file."""
    record = records.playlist_track({**ENTRY, "is_local": True, "item": LOCAL}, SECOND)
    assert named_values(record) == {
        "kind": "local",
        "record_id": "spotify:local:Me:Demo:Tape+1:181",
        "track_name": "Tape 1",
        "artist_name": "Me",
        "artists": [{"id": None, "name": "Me"}],
        "album_name": "Demo",
        "duration_ms": 181000,
        "popularity": 0,
        "playlist_id": "37i9dQZF1DX0XUsuxWHRQd",
        "position": 1,
        "added_at": "2026-03-01T18:22:07Z",
        "added_by": "ana.1",
    }


def test_row_5_episode() -> None:
    """It has a show in place of the album, and no artists."""
    fields = named_values(records.playlist_track({**ENTRY, "item": EPISODE}, SECOND))
    assert fields["kind"] == "episode"
    assert (fields["record_id"], fields["track_name"]) == (EPISODE["id"], "How songs travel")
    assert (fields["album_id"], fields["album_name"]) == ("38bS44xjbVVZ3No3ByF1dJ", "Harbours")
    assert fields["album_art_url"] == "https://i.scdn.co/image/show"
    assert "artist_id" not in fields


@pytest.mark.parametrize("mark", [{"available_markets": []}, {"is_playable": False}])
def test_row_6_unplayable_track_is_a_record_like_others(mark: Json) -> None:
    """The listener saved it."""
    assert named_values(records.saved_track({"added_at": None, "track": TRACK | mark}, SECOND)) == TRACK_FIELDS


def test_row_7_one_track_at_several_positions_is_several_records() -> None:
    """Added in bulk they have the same `added_at`; the position makes the keys different."""
    keys = {records.playlist_track(ENTRY, ListPosition("p", position)).key for position in (0, 1, 999_999)}
    assert len(keys) == 3
    assert sorted(keys) == [f"p#{position}#{TRACK['id']}" for position in ("000000", "000001", "999999")]


def test_another_track_at_the_same_position_has_a_key_of_its_own() -> None:
    """A key says what its fact is of."""
    other = {**ENTRY, "item": {**TRACK, "id": "0000000000000000000000"}}
    assert records.playlist_track(other, SECOND).key != records.playlist_track(ENTRY, SECOND).key


@pytest.mark.parametrize("added_by", [None, {"id": ""}, {"id": None}, {}])
@pytest.mark.parametrize("added_at", [None, "1970-01-01T00:00:00Z"])
def test_row_9_entry_without_date_and_adder(added_at: str | None, added_by: Json | None) -> None:
    """Old and algorithmic playlists have neither; the fields are null, or the date is 1970 as Spotify sends it."""
    fields = records.playlist_track({**ENTRY, "added_at": added_at, "added_by": added_by}, SECOND).fields
    assert fields["added_at"] == added_at
    assert fields["added_by"] is None


def test_row_9_two_saved_tracks_without_a_date_are_two_records() -> None:
    """Without a time the id alone makes the key."""
    first, second = (
        records.saved_track({"added_at": None, "track": TRACK | {"id": name}}, SECOND).key for name in ("a", "b")
    )
    assert first != second


@pytest.mark.parametrize(
    "blank", [{"genres": [], "images": []}, {"genres": None, "images": None}, {"images": [None]}, {"images": [{}]}]
)
def test_row_13_artist_without_genres_and_pictures(blank: Json) -> None:
    """The fields are null, not empty texts."""
    fields = named_values(records.followed_artist({"id": "a", "name": "", "genres": [], **blank}, SECOND))
    assert fields == {"record_id": "a", "artist_id": "a", "artist_name": ""}


@pytest.mark.parametrize("date", ["0000", "1998", "1998-05", "2013-08-30"])
def test_row_14_release_date_has_spotifys_precision(date: str) -> None:
    """It is never parsed, as a year or a month is not a day."""
    entry = {"added_at": None, "album": ALBUM | {"release_date": date}}
    assert records.saved_album(entry, SECOND).fields["release_date"] == date


def test_row_14_release_date_may_be_null() -> None:
    """The field is null then."""
    assert "release_date" not in named_values(records.saved_album({"album": ALBUM | {"release_date": None}}, SECOND))


@pytest.mark.parametrize("name", ["🎧 👩‍👩‍👧", "\u202eשלום", "e\u0301", "a\u0000b", "cut \ud83d"])
def test_row_15_any_name_can_be_stored(name: str) -> None:
    """Emoji, right-to-left marks, combining marks, NUL and half a surrogate pair: none is normalised."""
    record = records.top_track(TRACK | {"name": name}, ListPosition("short_term", 0))
    fact = Fact.of("ua", DataType.TOP_TRACKS, "2026", "spotify", record.key, record.fields, {"name": name})
    assert fact.answer() == {"name": name}
    assert str(fact.fields["track_name"]).encode().decode() == name.replace("\ud83d", "\\ud83d")


def test_row_20_empty_name_and_empty_id() -> None:
    """An empty name is a name; in place of an empty id the uri is the record id."""
    fields = records.followed_artist({"id": "", "uri": "spotify:artist:x", "name": ""}, SECOND).fields
    assert (fields["record_id"], fields["artist_name"]) == ("spotify:artist:x", "")


def test_row_21_two_plays_of_the_same_moment_are_two_records() -> None:
    """Times may be equal and may lack milliseconds; the track makes the keys different."""
    keys = [
        records.play({"track": TRACK | {"id": name}, "played_at": "2026-11-22T17:44:30Z"}, SECOND).key
        for name in ("a", "b")
    ]
    assert keys == ["2026-11-22T17:44:30.000Z#a", "2026-11-22T17:44:30.000Z#b"]


def test_row_22_total_tracks_counts_beyond_the_embedded_fifty() -> None:
    """An album embeds its first 50 tracks; the count is the album's, and without it the embedded list's total."""
    embedded = {"items": [{"id": str(number)} for number in range(50)], "next": "https://…", "total": 64}
    album: Json = {**ALBUM, "total_tracks": 64, "tracks": embedded}
    assert records.saved_album({"album": album}, SECOND).fields["total_tracks"] == 64
    del album["total_tracks"]
    assert records.saved_album({"album": album}, SECOND).fields["total_tracks"] == 64


@pytest.mark.parametrize(
    "to_record", [records.top_track, records.top_artist, records.playlist, records.followed_artist]
)
def test_row_23_unknown_types_and_fields_are_accepted(to_record: Callable[[Any, ListPosition], Record]) -> None:
    """`raw` has what Spotify adds in future; the named fields are still read."""
    entry = {"id": "x", "name": "new", "type": "audiobook_chapter", "vibes": [1]}
    assert to_record(entry, ListPosition("short_term", 0)).fields["record_id"] == "x"


def test_row_24_user_id_is_an_opaque_text() -> None:
    """Digits, dots and percent characters are unchanged."""
    record = records.playlist(PLAYLIST | {"owner": {"id": "0012.34%20Ä"}}, SECOND)
    assert record.fields["owner_id"] == "0012.34%20Ä"


@pytest.mark.parametrize("name", ["a/b", "../me", "a?limit=1", "a#b", "50%"])
def test_row_24_list_id_is_encoded_in_the_path(name: str) -> None:
    """A list id comes from the provider and must not change the rest of the address."""
    path, _ = ENDPOINTS[DataType.PLAYLIST_TRACKS].request(PageRequest(name, 0), CONTEXT)
    encoded = path.removeprefix("/playlists/").removesuffix("/items")
    assert not set(encoded) & set("/?#")
    assert "%" not in name or "%25" in encoded


def test_top_lists_are_read_for_all_time_ranges() -> None:
    """Four weeks, half a year, a year; their names are the values of Spotify's parameter."""
    for data_type in (DataType.TOP_TRACKS, DataType.TOP_ARTISTS):
        endpoint = ENDPOINTS[data_type]
        assert endpoint.lists == TIME_RANGES == ("short_term", "medium_term", "long_term")
        assert endpoint.request(PageRequest("long_term", 2), CONTEXT)[1]["time_range"] == "long_term"


def test_playlists_are_requested_with_episodes() -> None:
    """Without this parameter Spotify sends null in place of an episode."""
    assert (
        ENDPOINTS[DataType.PLAYLIST_TRACKS].request(PageRequest("p", 0), CONTEXT)[1]["additional_types"]
        == "track,episode"
    )


@pytest.mark.parametrize("to_page", [paged, followed])
@pytest.mark.parametrize("body", [{}, {"items": None}, {"items": {}}, {"artists": None}, {"error": {}}, [], "text", 7])
def test_body_that_is_not_a_page_is_an_unexpected_shape(to_page: Callable[[Any], Any], body: Any) -> None:
    """An empty list must not be read out of an error."""
    with pytest.raises(UnexpectedShape):
        to_page(body)
