"""A small file of each format, written from what is known of its fields."""

from collections.abc import Mapping

from tests.unit.importing import test_apple as apple
from tests.unit.importing import test_scrobbles as scrobbles
from tests.unit.importing import test_spotify_account as spotify
from tests.unit.importing import test_tables as tables
from tests.unit.importing import test_takeout as takeout
from tests.unit.importing.test_spotify_extended import ROW
from tests.unit.importing.uploads import json_text

_SNIPPET = {"snippet": {"publishedAt": "2015-01-02T03:04:05Z", "title": "x", "resourceId": {"videoId": "abcdefghijk"}}}
_PLAYLIST = {
    "name": "Rain",
    "items": [{"track": spotify.TRACK, "addedDate": "2025-11-02"}],
    "collaborators": ["SECRET"],
}
_FEEDBACK = {"recording_msid": "a", "recording_mbid": "b", "score": 1, "created": scrobbles.SECONDS}
_TABLES: Mapping[str, str] = {
    "lastfm_csv": scrobbles.UPLOADS["table"][0],
    "lastfm_to_csv": "The Four,Notes,Harbour,14 Nov 2023 22:13\n",
    "apple_play_activity": apple.table(apple.STRETCH),
    "apple_daily_tracks": apple.table(apple.DAILY),
    "apple_favorites": "Item Description,Preference,Created\nThe Four - Harbour,LOVE,2018-01-01T00:00:00Z\n",
    "takeout_playlist": "Video ID,Playlist Video Creation Timestamp\n-bCdEfGhIj0,2024-05-01T12:00:00+00:00\n",
    "takeout_songs": "Video ID,Song Title,Album Title,Artist Name 1\n-bCdEfGhIj0,Harbour,Notes,The Four\n",
    "takeout_subscriptions": f"Channel Id,Channel Url,Channel Title\nUC{22 * 'a'},x,The Four - Topic\n",
    "tidal_history": tables.TIDAL + "The Four,Harbour,2024-05-06 07:08:09,201543,,,,,\n",
    "tidal_favorites": "artist_name,track_title,album_title,date_added\nThe Four,Harbour,Notes,2024-05-06\n",
    "soundcloud_history": "play_time,track_title,track_url\n2024-05-06 07:08:09,The Four - Harbour,https://x.org/y\n",
    "librefm": f"time,artist,track,album\n{scrobbles.SECONDS},The Four,Harbour,Notes\n",
    "csv": "date,title\n2024-05-06T07:08:09Z,Harbour\n",
}
_JSON: Mapping[str, str] = {
    "spotify_extended": json_text([ROW]),
    "spotify_account_history": json_text([spotify.SONG]),
    "spotify_account_library": json_text(spotify.LIBRARY),
    "spotify_account_playlists": json_text({"playlists": [_PLAYLIST]}),
    "spotify_account_follow": json_text({"followerCount": 1, "followingArtists": ["The Four"]}),
    "spotify_account": json_text({"username": "nora", "email": "SECRET", "birthdate": "SECRET"}),
    "lastfm_pages": json_text([{"track": [scrobbles.API], "@attr": {"user": "nora"}}]),
    "lastfm_loved": json_text({"lovedtracks": {"track": [scrobbles.API], "@attr": {"user": "nora"}}}),
    "listenbrainz": scrobbles.in_lines(scrobbles.LISTEN),
    "listenbrainz_feedback": scrobbles.in_lines(_FEEDBACK),
    "maloja": json_text({"scrobbles": [scrobbles.MALOJA]}),
    "koito": json_text({"version": "1", "user": "SECRET", "listens": [scrobbles.KOITO]}),
    "pano_scrobbler": scrobbles.in_lines(scrobbles.PANO),
    "apple_library_tracks": json_text([apple.TRACK]),
    "apple_library_playlists": json_text([apple.PLAYLIST]),
    "apple_library_albums": json_text([{"Album ID": "l.abc", "Title": "Notes"}]),
    "apple_library_artists": json_text([{"Artist Identifier": "r.abc", "Name": "The Four"}]),
    "takeout_history": json_text([takeout.SONG]),
    "takeout_likes": json_text([_SNIPPET]),
}
SAMPLES: Mapping[str, bytes] = {
    **{name: text.encode() for name, text in {**_JSON, **_TABLES}.items()},
    "scrobbler_log": scrobbles.UPLOADS["log"][0].encode(),
    "deezer": tables.workbook(tables.HEAD, tables.ROW),
}
