"""Entries of Spotify and their records."""

from typing import Any

from blendify.providers import PROVIDERS
from blendify.providers.endpoint import ListPosition, Record

Json = dict[str, Any]
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
ENDPOINTS = PROVIDERS["spotify"].endpoints
SECOND = ListPosition("37i9dQZF1DX0XUsuxWHRQd", 1)


def named_values(record: Record) -> Json:
    """The named fields that have a value."""
    return {name: value for name, value in record.fields.items() if value is not None}
