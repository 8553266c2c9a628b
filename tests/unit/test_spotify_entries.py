"""Spotify: entries and pages that are not ordinary become records all the same."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from blendify.core.data_types import DataType
from blendify.core.errors import UnexpectedShape
from blendify.history.facts import Fact
from blendify.providers.endpoint import ListPosition, ListRef, Record, RequestContext
from blendify.providers.paging import PageRequest
from blendify.providers.spotify import records
from blendify.providers.spotify.endpoints import TIME_RANGES
from blendify.providers.spotify.pages import followed, paged
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
CONTEXT = RequestContext("ana", datetime(2026, 11, 22, tzinfo=UTC))


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
