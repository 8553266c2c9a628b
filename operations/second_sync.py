"""The demo's second part: the simulated listener changes a few things, and a second sync appends only these."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from rich.table import Table

from local.stack import Stack
from operations.history_reader import HistoryReader

Change = tuple[str, str, dict[str, Any]]
CHANGES: Sequence[Change] = (
    ("add", "saved_tracks", {}),
    ("add", "saved_tracks", {}),
    ("remove", "saved_tracks", {"position": 7}),
    ("add", "recently_played", {}),
    ("add", "recently_played", {}),
    ("add", "saved_albums", {}),
    ("add", "followed_artists", {}),
    ("remove", "followed_artists", {"position": 3}),
)
"""Act, data type and the act's details."""
SWEPT = {"apple_music": [("remove", "followed_artists")]}
"""
Changes that only a full sync detects: in an alphabetical list one artist leaves and another comes, so its length stays.
"""


def change_library(stack: Stack, listener: str, truth: Mapping[str, Any]) -> int:
    """Make likes, plays, follows and edits of a playlist, as far as the provider has them. Returns their number."""
    swept = SWEPT.get(stack.simulator.provider.name, [])
    changes = [change for change in CHANGES if change[1] in truth and change[:2] not in swept]
    changes += _edits(truth.get("playlist_tracks", {}))
    body = [{"act": act, "list": data_type, **details} for act, data_type, details in changes]
    stack.simulator.control("POST", f"listeners/{listener}/mutations", body)
    return len(changes)


def _edits(playlists: Mapping[str, Any]) -> list[Change]:
    """
    What changes in one playlist of a middling size, where there are playlists: the last one, as the first may be among
    what is played most, which is not asked for twice a day.
    """
    sizes = {name: len(entries) for name, entries in playlists.items() if entries}
    playlist = next((name for name, size in reversed(sizes.items()) if 10 <= size <= 50), None)
    if playlist is None:
        return []
    return [
        ("add", "playlist_tracks", {"name": playlist}),
        ("remove", "playlist_tracks", {"name": playlist, "position": 1}),
        ("move", "playlist_tracks", {"name": playlist, "position": 0, "to": 2}),
    ]


def appended(history: HistoryReader, data_types: Iterable[str]) -> Table:
    """A table of what the latest sync appended, one line a record."""
    items = {data_type: history.items(data_type) for data_type in data_types}
    latest = max(item["fetched_at"]["S"].partition("#")[0] for listed in items.values() for item in listed)
    shown = Table("data type", "", "record", title="What the second sync appended", title_justify="left")
    for data_type, listed in items.items():
        for item in listed:
            if item["fetched_at"]["S"].startswith(latest) and "part" not in item:
                fields = {name: next(iter(value.values())) for name, value in item.items()}
                shown.add_row(data_type, "removed" if "removed" in fields else "appended", _words(fields))
    return shown


def _words(fields: Mapping[str, Any]) -> str:
    """A record as text: its name, its artist, and its place in a playlist."""
    name = next((fields[key] for key in _NAMES if key in fields), fields.get("record_id", "(no name)"))
    artist = f", {fields['artist_name']}" if "artist_name" in fields and name != fields["artist_name"] else ""
    placed = "position" in fields and "track_name" in fields
    return f"{name}{artist}" + (f", place {int(fields['position']) + 1} of its playlist" if placed else "")


_NAMES = ("track_name", "playlist_name", "album_name", "artist_name")
