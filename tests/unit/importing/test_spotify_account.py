"""Spotify's account data: the library, the playlists, followed artists, and last year's plays to the minute."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from blendify.importing.formats.rows import FollowedArtist, Play, Playlist, SavedAlbum, SavedTrack, Skipped
from tests.unit.importing.uploads import imported, json_text, plays, reasons, recognized

SONG = {
    "endTime": "2026-01-09 07:45",
    "artistName": "The Invented Four",
    "trackName": "Glass Harbour",
    "msPlayed": 184000,
}
EPISODE = {"endTime": "2026-01-09 08:45", "podcastName": "Weather", "episodeName": "On Rain", "msPlayed": 0}
LIBRARY: dict[str, Any] = {
    "tracks": [{"artist": "The Four", "album": "Notes", "track": "Harbour", "uri": f"spotify:track:{22 * 'a'}"}],
    "albums": [{"artist": "The Four", "album": "Notes", "uri": f"spotify:album:{22 * 'b'}"}],
    "shows": [{"name": "Weather", "publisher": "x", "uri": "spotify:show:x"}],
    "episodes": [],
    "bannedTracks": [{"artist": "No", "album": "No", "track": "No", "uri": "spotify:track:no"}],
    "artists": [{"name": "The Four", "uri": f"spotify:artist:{22 * 'c'}"}],
    "bannedArtists": [],
    "other": ["spotify:x"],
}
TRACK = {
    "trackName": "Harbour",
    "artistName": "The Four",
    "albumName": "Notes",
    "trackUri": f"spotify:track:{22 * 'a'}",
}
NOTHING = {"episode": None, "audiobook": None, "localTrack": None}
PLAYLISTS = {
    "playlists": [
        {
            "name": "Rain",
            "lastModifiedDate": "2025-11-02",
            "collaborators": ["SECRET"],
            "items": [
                {"track": TRACK, **NOTHING, "addedDate": "2025-11-02"},
                {"track": None, **NOTHING, "localTrack": {"uri": "spotify:local:x"}, "addedDate": "2024-01-01"},
                {"track": None, **NOTHING, "addedDate": None},
            ],
            "description": "a &amp; b",
            "numberOfFollowers": 0,
        },
        {"items": [], "name": "Empty", "description": None},
    ]
}


def test_last_years_plays_are_known_to_the_minute_and_by_name() -> None:
    assert recognized(json_text([SONG])).superseded_by == {"spotify_extended"}
    song, episode = plays(json_text([SONG, EPISODE]))
    ended = datetime(2026, 1, 9, 7, 45, tzinfo=UTC)
    assert (song.ended_at, song.started_at) == (ended, ended - timedelta(milliseconds=184_000))
    assert (song.precision, song.ms_played, song.kind, song.service) == ("minute", 184_000, None, "spotify")
    assert (episode.kind, episode.track_name, episode.album_name, episode.ms_played) == (
        "episode",
        "On Rain",
        "Weather",
        0,
    )
    assert song.record_id.startswith("name:")


def test_the_library_is_saved_without_dates_and_what_has_no_place_is_counted() -> None:
    track, album, *skipped, artist, other = imported(json_text(LIBRARY))
    assert isinstance(track, SavedTrack)
    assert (track.record_id, track.track_name, track.added_at) == (22 * "a", "Harbour", None)
    assert isinstance(album, SavedAlbum)
    assert (album.record_id, album.album_name, album.artist_name) == (22 * "b", "Notes", "The Four")
    assert isinstance(artist, FollowedArtist)
    assert (artist.record_id, artist.artist_name) == (22 * "c", "The Four")
    assert [row.reason for row in (*skipped, other) if isinstance(row, Skipped)] == ["not_kept"] * 3


def test_playlists_come_with_their_entries_in_their_order() -> None:
    rain, skipped, empty = imported(json_text(PLAYLISTS))
    assert isinstance(rain, Playlist)
    assert (rain.playlist_name, rain.description, rain.precision) == ("Rain", "a & b", "day")
    assert rain.modified_at == datetime(2025, 11, 2, tzinfo=UTC)
    assert [(entry.record_id, entry.kind, entry.added_at) for entry in rain.entries] == [
        (22 * "a", None, datetime(2025, 11, 2, tzinfo=UTC)),
        ("spotify:local:x", "local", datetime(2024, 1, 1, tzinfo=UTC)),
    ]
    assert isinstance(skipped, Skipped)
    assert isinstance(empty, Playlist)
    assert (empty.playlist_name, empty.entries) == ("Empty", ())
    assert "SECRET" not in str(rain)


def test_of_those_who_are_followed_only_artists_are_read() -> None:
    follow = {"followerCount": 3, "followingUsersCount": 1, "dismissingUsersCount": 0, "followingUsers": ["SECRET"]}
    (artist,) = imported(json_text({**follow, "followingArtists": ["The Four"]}))
    assert isinstance(artist, FollowedArtist)
    assert (artist.artist_name, "SECRET" in str(artist)) == ("The Four", False)


def test_rows_that_say_nothing_are_counted() -> None:
    rows = [SONG, SONG | {"endTime": "yesterday"}, SONG | {"trackName": None}, SONG | {"endTime": None}, 5]
    assert reasons(json_text(rows)) == ["time_unreadable", "empty", "time_missing", "unreadable"]


ANY = st.none() | st.integers() | st.text(max_size=9) | st.lists(st.integers(), max_size=2) | st.just({"name": "x"})


@settings(max_examples=60, deadline=None)
@given(value=ANY, place=st.sampled_from(["tracks", "albums", "artists", "shows", "other"]), field=st.text(max_size=5))
def test_any_library_is_read(value: Any, place: str, field: str) -> None:
    imported(json.dumps(LIBRARY | {place: value}))
    imported(json.dumps(LIBRARY | {place: [value, {field: value, "uri": value, "track": value}]}))


@settings(max_examples=60, deadline=None)
@given(
    value=ANY, field=st.sampled_from(["track", "episode", "localTrack", "addedDate", "items", "name", "description"])
)
def test_any_playlist_is_read(value: Any, field: str) -> None:
    entry = {"track": TRACK, "addedDate": "2025-11-02", field: value}
    rows = imported(json.dumps({"playlists": [{"name": "a", "items": [entry], field: value}, *PLAYLISTS["playlists"]]}))
    assert [row.playlist_name for row in rows if isinstance(row, Playlist)][-2:] == ["Rain", "Empty"]
    assert not [row for row in rows if isinstance(row, Play)]
