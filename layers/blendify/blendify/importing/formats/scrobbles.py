"""Plays as services have them that are told of each play as it begins: a moment, an artist, a title."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from blendify.importing.formats import fields
from blendify.importing.formats.format import Options
from blendify.importing.formats.row_keys import RowKeys, named_id, normal
from blendify.importing.formats.rows import Play, Precision, Skipped


@dataclass(frozen=True)
class Scrobble:
    """What all of these formats have. Either time may be missing, not both."""

    service: str
    track_name: str | None
    artist_name: str | None
    started_at: datetime | None
    ended_at: datetime | None = None
    artists: tuple[str, ...] = ()
    album_name: str | None = None
    record_id: str | None = None
    mbid: str | None = None
    isrc: str | None = None
    duration_ms: int | None = None
    ms_played: int | None = None
    precision: Precision = "second"
    flags: Mapping[str, Any] = field(default_factory=dict)
    scrobble: bool = True
    answer: Mapping[str, Any] = field(default_factory=dict)


def play(said: Scrobble, keys: RowKeys, options: Options, written: str | None) -> Play | Skipped:
    """The play, known by its time as `written`, its artist and its title; or why it is none."""
    at = said.started_at or said.ended_at
    if at is None:
        return Skipped("time_unreadable" if written else "time_missing")
    if fields.unlikely(at, options.latest):
        return Skipped("time_unlikely")
    if not said.track_name:
        return Skipped("empty")
    return Play(
        key=keys.key(normal(said.artist_name), normal(said.track_name), written),
        record_id=said.record_id or named_id(said.track_name, said.artist_name),
        track_name=said.track_name,
        artist_name=said.artist_name,
        artists=said.artists,
        album_name=said.album_name,
        isrc=said.isrc,
        mbid=said.mbid,
        duration_ms=positive(said.duration_ms),
        started_at=said.started_at,
        ended_at=said.ended_at,
        precision=said.precision,
        ms_played=positive(said.ms_played),
        flags={name: value for name, value in said.flags.items() if value is not None},
        service=said.service,
        scrobble=said.scrobble,
        answer=said.answer,
    )


def positive(number: int | None) -> int | None:
    """The number, where it is one of milliseconds."""
    return number if number is not None and number > 0 else None


def times_1000(seconds: int | None) -> int | None:
    """Seconds as milliseconds."""
    return None if seconds is None else seconds * 1000
