"""What is taken out of Spotify's JSON by name, for every data type and every oddity that has been seen."""

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
from blendify.providers.paging import PageRequest
from blendify.providers.spotify import records
from blendify.providers.spotify.endpoints import TIME_RANGES
from blendify.providers.spotify.pages import followed, paged

Json = dict[str, Any]

ARTIST: Json = {
    "external_urls": {"spotify": "https://open.spotify.com/artist/5y2Xq6xcjJb2jVM54GHK3t"},
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
    "external_ids": {"upc": "886444160742"},
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
    "external_ids": {"isrc": "USSM11303954"},
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
INQUIRY = RequestContext("ana", datetime(2026, 11, 22, tzinfo=UTC))
SECOND = ListPosition("37i9dQZF1DX0XUsuxWHRQd", 1)


def told(row: Record) -> Json:
    """The named fields that are really there."""
    return {name: value for name, value in row.fields.items() if value is not None}


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
        "2026-03-01T18:22:07Z#3U4isOIWM3VvDubwSI3y7a",
        TRACK_FIELDS | {"added_at": "2026-03-01T18:22:07Z"},
    ),
    DataType.SAVED_ALBUMS: (
        {"added_at": "2026-03-01T18:22:07Z", "album": ALBUM},
        ListPosition("", 7),
        "2026-03-01T18:22:07Z#4OTAx9un4e6NfoHuVRiOrC",
        {
            "record_id": "4OTAx9un4e6NfoHuVRiOrC",
            "artist_id": "5y2Xq6xcjJb2jVM54GHK3t",
            "artist_name": "John Legend",
            "album_id": "4OTAx9un4e6NfoHuVRiOrC",
            "album_name": "Love In The Future",
            "album_art_url": "https://i.scdn.co/image/cover",
            "album_type": "album",
            "release_date": "2013-08-30",
            "total_tracks": 20,
            "upc": "886444160742",
            "added_at": "2026-03-01T18:22:07Z",
        },
    ),
    DataType.FOLLOWED_ARTISTS: (ARTIST, ListPosition("", 7), "5y2Xq6xcjJb2jVM54GHK3t", ARTIST_FIELDS),
}


@pytest.mark.parametrize("data_type", DataType)
def test_the_named_fields_of_an_ordinary_entry(data_type: DataType) -> None:
    """Every field that has a name is taken from its place, and the key says what makes the record unique."""
    entry, place, key, fields = EXPECTED[data_type]
    row = ENDPOINTS[data_type].to_record(entry, place)
    assert row.key == key
    assert told(row) == fields


@pytest.mark.parametrize("data_type", DataType)
def test_every_named_field_can_be_stored(data_type: DataType) -> None:
    """What a row names, the history table has a column for, an ordinary entry and a null one alike."""
    for entry in (EXPECTED[data_type][0], None):
        fields = ENDPOINTS[data_type].to_record(entry, SECOND).fields
        assert set(fields) <= set(FIELDS)


_KEYS = [
    *("id", "uri", "name", "track", "item", "album", "artists", "images"),
    *("url", "owner", "type", "is_local", "added_at", "added_by", "genres", "external_ids"),
    *("isrc", "items", "tracks", "total", "context", "show"),
]

_FOREIGN = st.recursive(
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


@given(entry=_FOREIGN, data_type=st.sampled_from(DataType))
def test_no_entry_ends_a_collector(entry: Any, data_type: DataType) -> None:
    """Whatever JSON stands in a list, it becomes a fact whose answer is whole."""
    row = ENDPOINTS[data_type].to_record(entry, SECOND)
    fact = Fact.of("ua", data_type, "2026-11-22T17:44:30.123Z", "spotify", row.key, row.fields, entry)
    assert fact.answer() == entry
    assert list(fact.items())


def test_row_1_a_null_entry_is_kept_by_its_position() -> None:
    """Null counts in `total`: it is a record with its place, in every list that was seen to hold one."""
    for make in (records.playlist, records.saved_album, records.saved_track, records.followed_artist, records.play):
        row = make(None, ListPosition("", 12))
        assert row.key == "null#000012"
        assert (row.fields["kind"], row.fields["position"]) == ("null", 12)
    assert records.tracks_of_playlist(None) is None


def test_row_1_a_null_in_a_ranked_list_keeps_its_rank() -> None:
    """The ranks of the others do not shift."""
    for make in (records.top_track, records.top_artist):
        row = make(None, ListPosition("short_term", 4))
        assert row.key == "short_term#0005#null"
        assert (row.fields["kind"], row.fields["rank"], row.fields["time_range"]) == ("null", 5, "short_term")


def test_row_2_an_entry_without_its_track_keeps_place_and_moment() -> None:
    """A track that Spotify has lost leaves when and where it stood."""
    row = records.playlist_track({"added_at": "2020-01-01T00:00:00Z", "added_by": None, "item": None}, SECOND)
    assert row.key == "37i9dQZF1DX0XUsuxWHRQd#000001#null"
    assert told(row) == {
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
def test_row_3_the_track_is_found_under_either_name(payload: Json) -> None:
    """New applications read `item`, old ones `track`, some both; a null `item` beside a `track` is no loss."""
    assert records.playlist_track({"added_at": None, **payload}, SECOND).fields["track_id"] == TRACK["id"]


@pytest.mark.parametrize(
    ("lengths", "found"),
    [
        ({"items": {"total": 57}}, ListRef("p", 57, readable=True)),
        ({"tracks": {"total": 57}}, ListRef("p", 57, readable=True)),
        ({"items": None, "tracks": {"total": 57}}, ListRef("p", 57, readable=True)),
        ({"items": {"total": 0}}, ListRef("p", 0, readable=True)),
        ({"items": {}}, ListRef("p", None, readable=True)),
        ({}, ListRef("p", None, readable=False)),
    ],
)
def test_row_3_a_playlists_length_is_found_under_either_name(lengths: Json, found: ListRef) -> None:
    """`items` or `tracks` tells the length; neither means that this application may not read it."""
    assert records.tracks_of_playlist({"id": "p", **lengths}) == found


def test_row_4_a_local_file_is_known_by_its_uri() -> None:
    """It has no id anywhere; what the listener's tags say is kept."""
    row = records.playlist_track({**ENTRY, "is_local": True, "item": LOCAL}, SECOND)
    assert told(row) == {
        "kind": "local",
        "record_id": "spotify:local:Me:Demo:Tape+1:181",
        "track_name": "Tape 1",
        "artist_name": "Me",
        "album_name": "Demo",
        "duration_ms": 181000,
        "popularity": 0,
        "playlist_id": "37i9dQZF1DX0XUsuxWHRQd",
        "position": 1,
        "added_at": "2026-03-01T18:22:07Z",
        "added_by": "ana.1",
    }


def test_row_5_an_episode_is_told_apart() -> None:
    """It has a show where a track has its album, and no artist."""
    fields = told(records.playlist_track({**ENTRY, "item": EPISODE}, SECOND))
    assert fields["kind"] == "episode"
    assert (fields["record_id"], fields["track_name"]) == (EPISODE["id"], "How songs travel")
    assert (fields["album_id"], fields["album_name"]) == ("38bS44xjbVVZ3No3ByF1dJ", "Harbours")
    assert fields["album_art_url"] == "https://i.scdn.co/image/show"
    assert "artist_id" not in fields


@pytest.mark.parametrize("mark", [{"available_markets": []}, {"is_playable": False}])
def test_row_6_a_track_that_cannot_be_played_is_kept(mark: Json) -> None:
    """It is still what the listener saved."""
    assert told(records.saved_track({"added_at": None, "track": TRACK | mark}, SECOND)) == TRACK_FIELDS


def test_row_7_one_track_at_many_places_is_many_records() -> None:
    """Added in bulk, with the same moment: the position tells them apart."""
    keys = {records.playlist_track(ENTRY, ListPosition("p", position)).key for position in (0, 1, 999_999)}
    assert len(keys) == 3
    assert sorted(keys) == [f"p#{position}#{TRACK['id']}" for position in ("000000", "000001", "999999")]


def test_a_list_that_was_read_anew_does_not_meet_its_own_keys() -> None:
    """The second reading of a playlist stands beside the first, and says that it is the one that counts."""
    first, second = (records.playlist_track(ENTRY, ListPosition("p", 7, reading)) for reading in (1, 2))
    assert (first.key, second.key) == (f"p#000007#{TRACK['id']}", f"p#reading2#000007#{TRACK['id']}")
    assert ("reading" in first.fields, second.fields["reading"]) == (False, 2)


def test_another_track_at_the_same_place_has_a_key_of_its_own() -> None:
    """A page that was stored in part, and looks different when it is read again, loses nothing."""
    other = {**ENTRY, "item": {**TRACK, "id": "0000000000000000000000"}}
    assert records.playlist_track(other, SECOND).key != records.playlist_track(ENTRY, SECOND).key


@pytest.mark.parametrize("added_by", [None, {"id": ""}, {"id": None}, {}])
@pytest.mark.parametrize("added_at", [None, "1970-01-01T00:00:00Z"])
def test_row_9_an_entry_without_date_or_adder(added_at: str | None, added_by: Json | None) -> None:
    """Old and algorithmic playlists say neither when nor who: nothing is invented."""
    fields = records.playlist_track({**ENTRY, "added_at": added_at, "added_by": added_by}, SECOND).fields
    assert fields["added_at"] == added_at
    assert fields["added_by"] is None


def test_row_9_two_saved_tracks_without_a_date_stay_two() -> None:
    """Without a moment the id alone is the key."""
    first, second = (
        records.saved_track({"added_at": None, "track": TRACK | {"id": name}}, SECOND).key for name in ("a", "b")
    )
    assert first != second


@pytest.mark.parametrize(
    "blank", [{"genres": [], "images": []}, {"genres": None, "images": None}, {"images": [None]}, {"images": [{}]}]
)
def test_row_13_an_artist_without_genres_or_pictures(blank: Json) -> None:
    """Nothing there is no field, not an empty one."""
    fields = told(records.followed_artist({"id": "a", "name": "", "genres": [], **blank}, SECOND))
    assert fields == {"record_id": "a", "artist_id": "a", "artist_name": ""}


@pytest.mark.parametrize("date", ["0000", "1998", "1998-05", "2013-08-30"])
def test_row_14_a_release_date_stays_as_it_was_written(date: str) -> None:
    """A year is no day: it is never parsed."""
    entry = {"added_at": None, "album": ALBUM | {"release_date": date}}
    assert records.saved_album(entry, SECOND).fields["release_date"] == date


def test_row_14_a_release_date_may_be_null() -> None:
    """It is no field then."""
    assert "release_date" not in told(records.saved_album({"album": ALBUM | {"release_date": None}}, SECOND))


@pytest.mark.parametrize("name", ["🎧 👩‍👩‍👧", "\u202eשלום", "e\u0301", "a\u0000b", "cut \ud83d"])
def test_row_15_any_name_can_be_stored(name: str) -> None:
    """Emoji, right-to-left marks, combining marks, NUL and half a surrogate pair; none is normalised."""
    row = records.top_track(TRACK | {"name": name}, ListPosition("short_term", 0))
    fact = Fact.of("ua", DataType.TOP_TRACKS, "2026", "spotify", row.key, row.fields, {"name": name})
    assert fact.answer() == {"name": name}
    assert str(fact.fields["track_name"]).encode().decode() == name.replace("\ud83d", "\\ud83d")


def test_row_20_empty_texts_are_values() -> None:
    """An empty name is a name; an empty id is none, and falls back to the uri."""
    fields = records.followed_artist({"id": "", "uri": "spotify:artist:x", "name": ""}, SECOND).fields
    assert (fields["record_id"], fields["artist_name"]) == ("spotify:artist:x", "")


def test_row_21_two_plays_of_one_moment_stay_two() -> None:
    """Moments may be equal, and may lack milliseconds: the track tells the plays apart."""
    keys = [
        records.play({"track": TRACK | {"id": name}, "played_at": "2026-11-22T17:44:30Z"}, SECOND).key
        for name in ("a", "b")
    ]
    assert keys == ["2026-11-22T17:44:30Z#a", "2026-11-22T17:44:30Z#b"]


def test_row_22_an_album_counts_its_tracks_beyond_the_embedded_fifty() -> None:
    """`total_tracks` is the album's, not that of the page that comes along; `raw` shows that the page is not all."""
    inside = {"items": [{"id": str(number)} for number in range(50)], "next": "https://…", "total": 64}
    album: Json = {**ALBUM, "total_tracks": 64, "tracks": inside}
    assert records.saved_album({"album": album}, SECOND).fields["total_tracks"] == 64
    del album["total_tracks"]
    assert records.saved_album({"album": album}, SECOND).fields["total_tracks"] == 64


@pytest.mark.parametrize("make", [records.top_track, records.top_artist, records.playlist, records.followed_artist])
def test_row_23_an_unknown_type_and_new_fields_are_no_failure(make: Callable[[Any, ListPosition], Record]) -> None:
    """What Spotify adds tomorrow is in `raw`; what has a name is still read."""
    row = make({"id": "x", "name": "new", "type": "audiobook_chapter", "vibes": [1]}, ListPosition("short_term", 0))
    assert row.fields["record_id"] == "x"


def test_row_24_a_user_id_is_an_opaque_text() -> None:
    """Digits, dots and percent characters stay as they are."""
    row = records.playlist(PLAYLIST | {"owner": {"id": "0012.34%20Ä"}}, SECOND)
    assert row.fields["owner_id"] == "0012.34%20Ä"


@pytest.mark.parametrize("name", ["a/b", "../me", "a?limit=1", "a#b", "50%"])
def test_row_24_an_id_in_a_path_cannot_leave_its_place(name: str) -> None:
    """An id comes from the provider: in an address it is encoded, so that it names a list and nothing else."""
    path, _ = ENDPOINTS[DataType.PLAYLIST_TRACKS].request(PageRequest(name, 0), INQUIRY)
    inside = path.removeprefix("/playlists/").removesuffix("/items")
    assert not set(inside) & set("/?#")
    assert "%" not in name or "%25" in inside


def test_every_time_range_of_the_top_lists_is_read() -> None:
    """Four weeks, half a year, a year; named as Spotify's parameter wants them."""
    for data_type in (DataType.TOP_TRACKS, DataType.TOP_ARTISTS):
        endpoint = ENDPOINTS[data_type]
        assert endpoint.lists == TIME_RANGES == ("short_term", "medium_term", "long_term")
        assert endpoint.request(PageRequest("long_term", 2), INQUIRY)[1]["time_range"] == "long_term"


def test_episodes_are_asked_for() -> None:
    """Without this parameter Spotify answers null where an episode stands."""
    assert (
        ENDPOINTS[DataType.PLAYLIST_TRACKS].request(PageRequest("p", 0), INQUIRY)[1]["additional_types"]
        == "track,episode"
    )


@pytest.mark.parametrize("take", [paged, followed])
@pytest.mark.parametrize("body", [{}, {"items": None}, {"items": {}}, {"artists": None}, {"error": {}}, [], "text", 7])
def test_an_answer_that_is_no_page_is_named_so(take: Callable[[Any], Any], body: Any) -> None:
    """Any other JSON than a page is an unexpected shape, and no crash."""
    with pytest.raises(UnexpectedShape):
        take(body)
