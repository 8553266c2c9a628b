"""The demo's second part: the simulated listener changes a few things, and a second sync appends just those."""

from collections.abc import Mapping
from typing import Any

from rich.table import Table

from local import folding
from local.stack import Stack

Changes = tuple[tuple[str, dict[str, Any]], ...]
CHANGES: Mapping[str, Changes] = {
    "spotify": (
        ("like", {}),
        ("like", {}),
        ("unlike", {"position": 7}),
        ("play", {}),
        ("play", {}),
        ("save_album", {}),
        ("follow", {}),
        ("unfollow", {"position": 3}),
    ),
    "apple_music": (
        ("add_song", {}),
        ("add_song", {}),
        ("remove_song", {"position": 7}),
        ("play", {}),
        ("play", {}),
        ("add_album", {}),
        ("remove_artist", {"position": 3}),
        ("playlist_create", {"name": "For the kitchen", "entries": 3}),
    ),
    "lastfm": (
        ("love", {}),
        ("love", {}),
        ("unlove", {"position": 7}),
        ("scrobble", {"count": 3}),
    ),
}


def change_library(stack: Stack, listener: str, truth: Mapping[str, Any]) -> int:
    """Likes, plays, follows and one edited playlist, as far as there are such things; answers how many changes."""
    wishes = [*CHANGES[stack.simulator.provider.name], *_edits(truth.get("playlist_tracks", {}))]
    for action, details in wishes:
        stack.simulator.control("POST", f"listeners/{listener}/mutations", {"action": action, **details})
    return len(wishes)


def _edits(playlists: Mapping[str, Any]) -> Changes:
    """
    What changes in one playlist of a middling size, where there are playlists: the last one, as the first may be among
    what is played most, which is not asked for twice a day.
    """
    sizes = {name: len(entries) for name, entries in playlists.items() if entries}
    playlist = next((name for name, size in reversed(sizes.items()) if 10 <= size <= 50), None)
    if playlist is None:
        return ()
    return (
        ("playlist_add", {"playlist": playlist}),
        ("playlist_remove", {"playlist": playlist, "position": 1}),
        ("playlist_reorder", {"playlist": playlist, "position": 0, "to": 2}),
    )


def appended(client: Any, table: str, user_id: str, data_types: Mapping[str, Any], moment: str) -> Table:
    """What the run that began at `moment` appended, a line a record."""
    shown = Table("data type", "", "record", title="What the second sync appended", title_justify="left")
    for data_type in data_types:
        for item in folding.items(client, table, user_id, data_type):
            if item["fetched_at"]["S"].startswith(moment) and "part" not in item:
                fields = {name: next(iter(value.values())) for name, value in item.items()}
                shown.add_row(data_type, "removed" if "removed" in fields else "appended", _words(fields))
    return shown


def _words(fields: Mapping[str, Any]) -> str:
    """A record as people name it."""
    name = next((fields[key] for key in _NAMES if key in fields), fields.get("record_id", "(no name)"))
    artist = f", {fields['artist_name']}" if "artist_name" in fields and name != fields["artist_name"] else ""
    placed = "position" in fields and "track_name" in fields
    return f"{name}{artist}" + (f", place {int(fields['position']) + 1} of its playlist" if placed else "")


_NAMES = ("track_name", "playlist_name", "album_name", "artist_name")
