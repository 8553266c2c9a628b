"""
`make demo IMPORT=1`: the simulated listener brings ten years of plays, as Spotify hands them out on request.

The file is made of the listener's own songs. Its last plays are those that were polled, told by their end to the
second: so it overlaps what the sync has collected, and each of these must be one play.
"""

import io
import random
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from operations.spotify_export import ExportedPlay, write

YEARS = 10
PLAYS_A_DAY = 3
SKIPPED = 0.15
"""Of the songs that begin."""


def archive(truth: Mapping[str, Any]) -> tuple[bytes, int]:
    """The zip, and how many rows it has; `truth` is what the listener has by data type, as the provider writes it."""
    file = io.BytesIO()
    rows = write(file, plays(truth))
    return file.getvalue(), rows


def plays(truth: Mapping[str, Any]) -> Iterator[ExportedPlay]:
    """Ten years of plays in the order of time; the last are the polled ones."""
    recent = sorted(
        (entry for entry in truth["recently_played"] if _is_song(entry)), key=lambda each: each["played_at"]
    )
    songs = [entry["track"] for entry in (*truth["saved_tracks"], *recent) if _is_song(entry)]
    until = datetime.fromisoformat(recent[0]["played_at"]) if recent else datetime.now(UTC)
    yield from _past(songs, until - timedelta(hours=1))
    for entry in recent:
        ended_at = datetime.fromisoformat(entry["played_at"]).replace(microsecond=0)
        yield _play(entry["track"], ended_at, entry["track"]["duration_ms"], "trackdone")


def _past(songs: Sequence[Mapping[str, Any]], until: datetime) -> Iterator[ExportedPlay]:
    """An evening of songs on most days; tastes move on slowly through the listener's songs."""
    chance = random.Random(22)  # noqa: S311 -- a made-up listener
    days = YEARS * 365
    for day in range(days, 0, -1):
        moment = until - timedelta(days=day, hours=chance.uniform(0, 5))
        favourites = int(len(songs) * (days - day) / days * 0.8)
        for _ in range(chance.randint(0, 2 * PLAYS_A_DAY)):
            song = songs[min(len(songs) - 1, favourites + int(chance.expovariate(8) * len(songs)))]
            skipped = chance.random() < SKIPPED
            heard = chance.randint(0, 25_000) if skipped else song["duration_ms"]
            moment += timedelta(milliseconds=heard, seconds=chance.randint(0, 30))
            if moment < until - timedelta(days=day - 1):
                yield _play(song, moment.replace(microsecond=0), heard, "fwdbtn" if skipped else "trackdone")


def _play(song: Mapping[str, Any], ended_at: datetime, heard: int, reason_end: str) -> ExportedPlay:
    return ExportedPlay(
        ended_at=ended_at,
        ms_played=heard,
        track_id=song["id"],
        track_name=_text(song["name"]),
        artist_name=_text(song["artists"][0]["name"]),
        album_name=_text(song["album"]["name"]),
        reason_end=reason_end,
    )


def _text(name: str) -> str:
    """A name without unpaired surrogates, which some songs have and no file in UTF-8 can hold."""
    return name.encode(errors="replace").decode()


def _is_song(entry: Mapping[str, Any]) -> bool:
    song = entry.get("track") or {}
    return bool(song.get("id") and song.get("artists") and song.get("album") and song.get("duration_ms"))
