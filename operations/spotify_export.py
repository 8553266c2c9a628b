"""
A listener's extended streaming history as Spotify hands it out, made from plays: for the demo and for tests.

Shape   a zip with a folder of JSON arrays of at most about 12.8 MB, named by years and counted; a read-me beside them
"""

import json
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, BinaryIO

FOLDER = "Spotify Extended Streaming History"
LARGEST_FILE = 12_800_000
"""Bytes of one file."""


@dataclass(frozen=True)
class ExportedPlay:
    """A play as the export tells it: by its end."""

    ended_at: datetime
    ms_played: int
    track_id: str
    """22 letters and digits."""
    track_name: str
    artist_name: str
    album_name: str
    reason_start: str = "trackdone"
    reason_end: str = "trackdone"
    incognito: bool = False
    offline: bool = False
    paused: timedelta = timedelta(0)
    """How much longer the record was open than music was heard."""


def write(file: BinaryIO, plays: Iterable[ExportedPlay], *, largest: int = LARGEST_FILE) -> int:
    """Write the archive, one row after the other; how many there are. Plays come in the order of time."""
    rows = 0
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(f"{FOLDER}/ReadMeFirst_ExtendedStreamingHistory.pdf", b"%PDF-1.4\n")
        rest = iter(plays)
        play, number = next(rest, None), 0
        while play:
            # The name has the years, and is written before the rows are known.
            with archive.open(f"{FOLDER}/Streaming_History_Audio_{play.ended_at:%Y}_{number}.json", "w") as part:
                part.write(b"[\n")
                size = 0
                while play and size < largest:
                    text = json.dumps(row(play), indent=2, ensure_ascii=False).encode()
                    part.write((b",\n" if size else b"") + text)
                    size += len(text)
                    rows += 1
                    play = next(rest, None)
                part.write(b"\n]\n")
            number += 1
    return rows


def row(play: ExportedPlay) -> dict[str, Any]:
    """One row, with all 23 fields in their order. The address is one of those that documentation may use."""
    began = play.ended_at - timedelta(milliseconds=play.ms_played) - play.paused
    return {
        "ts": f"{play.ended_at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}",
        "platform": "android",
        "ms_played": play.ms_played,
        "conn_country": "AT",
        "ip_addr": "203.0.113.9",
        "master_metadata_track_name": play.track_name,
        "master_metadata_album_artist_name": play.artist_name,
        "master_metadata_album_album_name": play.album_name,
        "spotify_track_uri": f"spotify:track:{play.track_id}",
        **dict.fromkeys(("episode_name", "episode_show_name", "spotify_episode_uri")),
        **dict.fromkeys(("audiobook_title", "audiobook_uri", "audiobook_chapter_uri", "audiobook_chapter_title")),
        "reason_start": play.reason_start,
        "reason_end": play.reason_end,
        "shuffle": False,
        "skipped": play.reason_end == "fwdbtn",
        "offline": play.offline,
        "offline_timestamp": int(began.timestamp()),
        "incognito_mode": play.incognito,
    }
