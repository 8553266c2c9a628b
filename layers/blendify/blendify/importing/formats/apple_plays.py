"""
Apple's privacy export: what was played.

Activity  one row per stretch of listening: a pause or a jump ends a row. `Event Type` is PLAY_END for plays. Times are
          UTC with milliseconds, and either may be missing; durations of days and negative ones occur. Columns come and
          go: since about 2021 there is no artist, which the library and the daily tracks of the same export may know
Daily     one row per day, track and hours, with counts; its zone is not documented. The activity tells the same better
Dropped   Apple id, address, place, device, carrier, age, bucket
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any, BinaryIO

from blendify.importing.formats import csv_rows, fields
from blendify.importing.formats.apple_names import artist_of, split_description
from blendify.importing.formats.fields import text, whole
from blendify.importing.formats.format import Format, Options
from blendify.importing.formats.outline import Outline
from blendify.importing.formats.row_keys import RowKeys, named_id, normal
from blendify.importing.formats.rows import Play, Row, Skipped

SERVICE = "apple_music"
ACTIVITY_FIELDS = (
    *(
        "song name",
        "content name",
        "original title",
        "track description",
        "artist name",
        "album name",
        "container album name",
    ),
    *("container artist name", "container name", "container type", "event type", "event start timestamp"),
    *("event end timestamp", "play duration milliseconds", "media duration in milliseconds", "media type", "item type"),
    *("start position in milliseconds", "end position in milliseconds", "end reason type", "utc offset in seconds"),
    *("offline", "shuffle play", "repeat play", "genre", "source type"),
)
DAILY_FIELDS = (
    *("track description", "track identifier", "track reference", "media type", "date played", "hours"),
    *("play duration milliseconds", "end reason type", "source type", "play count", "skip count"),
)
LONGEST = timedelta(hours=24)
JOINED_WITHIN = timedelta(minutes=30)
"""A pause that is longer ends the listening to a song."""
SLACK_MS = 1_500
MOST_PARTS = 50
_FINISHED = "NATURAL_END_OF_TRACK"
_SKIPPED = "TRACK_SKIPPED_FORWARDS"


def read_activity(stream: BinaryIO, options: Options) -> Iterator[Row]:
    """The plays, each put together from the stretches that follow each other."""
    keys = RowKeys(ACTIVITY.name)
    pending: Play | None = None
    for row in csv_rows.rows(stream):
        stretch = row if isinstance(row, Skipped) else _stretch(row, options)
        if isinstance(stretch, Skipped):
            yield stretch
        elif pending and _follows(pending, stretch):
            pending = _joined(pending, stretch)
        else:
            if pending:
                yield _keyed(pending, keys)
            pending = stretch
    if pending:
        yield _keyed(pending, keys)


def read_daily(stream: BinaryIO, options: Options) -> Iterator[Row]:
    """What was played on a day, to the hour where the file has one."""
    keys = RowKeys(DAILY.name)
    for row in csv_rows.rows(stream):
        yield row if isinstance(row, Skipped) else _daily(row, keys, options)


def daily_names(stream: BinaryIO) -> Iterator[tuple[str, str]]:
    """The artists of the titles in the daily tracks."""
    for row in csv_rows.rows(stream):
        artist, title = (None, None) if isinstance(row, Skipped) else split_description(text(row, "track description"))
        if artist and title:
            yield f"apple artist\n{normal(title)}", artist


ACTIVITY = Format("apple_play_activity", "Apple Music, play activity", "", SERVICE, read_activity)
DAILY = Format(
    "apple_daily_tracks",
    "Apple Music, daily tracks",
    "",
    SERVICE,
    read_daily,
    superseded_by=frozenset({"apple_play_activity"}),
    names=daily_names,
)


def recognize(outline: Outline) -> Format | None:
    """By the columns, in any order."""
    if outline.has_columns("Event Start Timestamp", "Play Duration Milliseconds", "End Reason Type"):
        return ACTIVITY
    if outline.has_columns("Track Description", "Date Played", "Play Duration Milliseconds"):
        return DAILY
    return None


def _stretch(row: csv_rows.Table, options: Options) -> Play | Skipped:
    """One row as a play without a key."""
    if text(row, "event type") not in (None, "PLAY_END"):
        return Skipped("no_play")
    title = text(row, "song name", "content name", "original title", "track description")
    if not title:
        return Skipped("empty")
    began, ended = (fields.moment(text(row, f"event {edge} timestamp")) for edge in ("start", "end"))
    if not began and not ended:
        return Skipped("time_missing")
    if fields.unlikely(began or ended or _NEVER, options.latest):
        return Skipped("time_unlikely")
    heard = _heard(whole(row, "play duration milliseconds"), began, ended)
    estimated = not began and ended and heard is not None
    album = text(row, "album name", "container album name")
    artist = text(row, "artist name") or artist_of(options.names, title, album) or text(row, "container artist name")
    reason = text(row, "end reason type")
    flags = {
        "reason_end": reason,
        "finished": reason == _FINISHED or None,
        "skipped": reason == _SKIPPED or None,
        "offline": fields.flag(row, "offline"),
        "shuffle": fields.flag(row, "shuffle play"),
        "estimated": bool(estimated) or None,
    }
    return Play(
        key="",
        record_id=named_id(title, artist),
        track_name=title,
        artist_name=artist,
        album_name=album,
        duration_ms=_positive(whole(row, "media duration in milliseconds")),
        started_at=ended - timedelta(milliseconds=heard or 0) if estimated and ended else began,
        ended_at=ended,
        ms_played=heard,
        flags={name: value for name, value in flags.items() if value is not None},
        kind="video" if "VIDEO" in (text(row, "media type") or "").upper() else None,
        service=SERVICE,
        answer=fields.allowed(row, ACTIVITY_FIELDS),
    )


_NEVER = datetime(1970, 1, 1, tzinfo=UTC)


def _heard(milliseconds: int | None, began: datetime | None, ended: datetime | None) -> int | None:
    """How long it was heard: as the row says, or from its times where what it says cannot be."""
    if milliseconds is not None and 0 <= milliseconds <= LONGEST / timedelta(milliseconds=1):
        return milliseconds
    if began and ended and timedelta(0) <= ended - began <= LONGEST:
        return (ended - began) // timedelta(milliseconds=1)
    return None


def _follows(first: Play, second: Play) -> bool:
    """Whether the second row goes on where the first one stopped, or the first where the second did."""
    same = (first.track_name, first.album_name, first.kind) == (second.track_name, second.album_name, second.kind)
    if not same or first.flags.get("parts", 1) >= MOST_PARTS:
        return False
    return _goes_on(first, second) or _goes_on(second, first)


def _goes_on(earlier: Play, later: Play) -> bool:
    stopped = _part(earlier, -1).get("end position in milliseconds")
    resumed = _part(later, 0).get("start position in milliseconds")
    if earlier.flags.get("finished") or earlier.ended_at is None or later.started_at is None:
        return False
    gap = later.started_at - earlier.ended_at
    if not timedelta(seconds=-1) <= gap <= JOINED_WITHIN:
        return False
    at, on = whole({"at": stopped}, "at"), whole({"at": resumed}, "at")
    return at is not None and on is not None and on > 0 and abs(on - at) <= SLACK_MS


def _part(play: Play, place: int) -> Mapping[str, Any]:
    part: Mapping[str, Any] = play.answer["parts"][place] if "parts" in play.answer else play.answer
    return part


def _joined(first: Play, second: Play) -> Play:
    """The two as one play; parts in the order of time."""
    earlier, later = (first, second) if _goes_on(first, second) else (second, first)
    parts = [part for play in (earlier, later) for part in play.answer.get("parts", [play.answer])]
    flags = {name: value for name, value in later.flags.items() if name not in ("estimated", "parts")}
    estimated = {"estimated": True} if earlier.flags.get("estimated") else {}
    return replace(
        earlier,
        ended_at=later.ended_at,
        ms_played=(earlier.ms_played or 0) + (later.ms_played or 0),
        flags={**flags, **estimated, "parts": len(parts)},
        answer={"parts": parts},
    )


def _keyed(play: Play, keys: RowKeys) -> Play:
    part = _part(play, 0)
    times = part.get("event start timestamp"), part.get("event end timestamp")
    return replace(play, key=keys.key(normal(play.track_name), normal(play.album_name), *times))


def _daily(row: csv_rows.Table, keys: RowKeys, options: Options) -> Row:
    artist, title = split_description(text(row, "track description"))
    written = text(row, "date played")
    day = _day(written)
    if not title:
        return Skipped("empty")
    if day is None:
        return Skipped("time_unreadable" if written else "time_missing")
    hour = whole({"hour": (text(row, "hours") or "").partition(",")[0]}, "hour")
    known = hour is not None and 0 <= hour <= 23
    at = day + timedelta(hours=hour) if known and hour else day
    if fields.unlikely(at, options.latest):
        return Skipped("time_unlikely")
    identifier = text(row, "track identifier")
    count, skips = whole(row, "play count"), whole(row, "skip count")
    flags = {"plays": count, "reason_end": text(row, "end reason type"), "skipped": (not count and bool(skips)) or None}
    heard = _positive(whole(row, "play duration milliseconds"))
    written_again = text(row, "hours"), heard, count, skips
    return Play(
        key=keys.key(identifier or normal(f"{artist}\n{title}"), written, *written_again),
        record_id=identifier or named_id(title, artist),
        track_name=title,
        artist_name=artist,
        started_at=at,
        precision="hour" if known else "day",
        ms_played=heard,
        flags={name: value for name, value in flags.items() if value is not None},
        kind="video" if "VIDEO" in (text(row, "media type") or "").upper() else None,
        service=SERVICE,
        answer=fields.allowed(row, DAILY_FIELDS),
    )


def _day(written: str | None) -> datetime | None:
    try:
        day = date.fromisoformat(written) if written else None
    except ValueError:
        return None
    return datetime(day.year, day.month, day.day, tzinfo=UTC) if day else None


def _positive(number: int | None) -> int | None:
    return number if number is not None and number > 0 else None
