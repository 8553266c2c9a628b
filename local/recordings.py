"""The recorded answers of Spotify, where a machine has them: which data type each file is an answer of."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

FILES = {
    "current_users_top_tracks.json": "top_tracks",
    "current_users_top_artists.json": "top_artists",
    "player_recently_played.json": "recently_played",
    "current_users_playlists.json": "playlists",
    "playlist_tracks.json": "playlist_tracks",
    "playlist_items_episodes_and_tracks.json": "playlist_tracks",
    "get_playlist.json": "playlist_tracks",
    "current_users_tracks.json": "saved_tracks",
    "current_users_albums.json": "saved_albums",
}


def entries(folder: Path) -> Iterator[tuple[str, str, list[Any]]]:
    """File, data type and the entries in it, for every recorded file."""
    for file, data_type in FILES.items():
        body = json.loads((folder / file).read_text())
        yield file, data_type, (body if "items" in body else body["tracks"])["items"]
