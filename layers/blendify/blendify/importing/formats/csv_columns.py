"""
Any table of plays or of favourites: the listener says which column is which, or a preset knows.

Presets  Tidal's history and favourites, SoundCloud's history, Libre.fm. Their columns are known from programs that read
         them, not from the services' own words
Times    ISO 8601, seconds or milliseconds since 1970, and `DD Mon YYYY, HH:MM`. A date that a spreadsheet has rewritten
         is not guessed at: `03/04/2024` is two days. Only Tidal's history is known to write days first: `09/03/2022
         3:07`, in the zone of the row's `time_zone`, which is `null` in rows of phones
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache, partial
from typing import BinaryIO
from zoneinfo import available_timezones

from blendify.importing.formats import csv_rows, fields
from blendify.importing.formats.csv_rows import column_name
from blendify.importing.formats.fields import text, whole
from blendify.importing.formats.format import NEEDED_COLUMNS, Entry, Format, Options
from blendify.importing.formats.lastfm import of_minutes
from blendify.importing.formats.outline import Outline, outline
from blendify.importing.formats.row_keys import RowKeys, named_id, normal
from blendify.importing.formats.rows import Play, Precision, Row, SavedTrack, Skipped
from blendify.providers.named_fields import isrc

FIELDS = ("time", "title", "artist", "album", "ms_played", "seconds_played", "duration_ms", "isrc", "id")
"""What a column can be."""
_GUESSES: Mapping[str, Sequence[str]] = {
    "time": (
        *("time", "timestamp", "date", "played at", "playedat", "listened at", "entry date", "play time", "ts", "uts"),
        *("datetime", "date played", "utc time", "listen date", "added at", "date added"),
    ),
    "title": ("track", "title", "track name", "track title", "song", "song title", "song name", "name"),
    "artist": ("artist", "artist name", "artists", "artist names", "track artist", "performer"),
    "album": ("album", "album title", "album name", "release", "release name"),
    "ms_played": ("ms played", "msplayed", "stream duration ms", "played ms", "play duration milliseconds"),
    "seconds_played": ("seconds played", "listening time", "listened seconds"),
    "duration_ms": ("duration ms", "length ms"),
    "isrc": ("isrc",),
    "id": ("uri", "url", "track id", "track url", "track uri", "spotify track uri"),
}
TRACK = "TRACK"
PRODUCTS: Mapping[str, str | None] = {TRACK: None, "VIDEO": "video"}
"""What Tidal says was played, by the kind that it is here; an album has rows of its songs besides."""
_MINUTES = len("2026-01-09 07:45")
_DAY = len("2026-01-09")


@dataclass(frozen=True)
class _Preset:
    """A table whose columns are known."""

    name: str
    title: str
    service: str
    columns: Mapping[str, str]
    """As `Options.columns`; the columns named are those that the table must have."""
    saved: bool = False
    scrobble: bool = False
    title_has_artist: bool = False
    days_first: bool = False
    optional: Mapping[str, str] = field(default_factory=dict)
    """Columns that a table may have, too: `zone`, an IANA name; `product`, what was played."""


_PRESETS = (
    _Preset(
        "tidal_history",
        "Tidal, history",
        "tidal",
        {"time": "entry_date", "title": "track_title", "artist": "artist_name", "ms_played": "stream_duration_ms"},
        days_first=True,
        optional={"zone": "time_zone", "product": "product_type"},
    ),
    _Preset(
        "tidal_favorites",
        "Tidal, favourites",
        "tidal",
        {"time": "date_added", "title": "track_title", "artist": "artist_name", "album": "album_title"},
        saved=True,
    ),
    _Preset(
        "soundcloud_history",
        "SoundCloud, history",
        "soundcloud",
        {"time": "play_time", "title": "track_title", "id": "track_url"},
        title_has_artist=True,
    ),
    _Preset(
        "librefm",
        "Libre.fm",
        "librefm",
        {"time": "time", "artist": "artist", "title": "track", "album": "album"},
        scrobble=True,
    ),
)
_ANY = _Preset("csv", "A table", "csv", {})


@dataclass(frozen=True)
class Suggestion:
    """What the listener is shown to say which column is which."""

    columns: tuple[str, ...]
    """As they are named in the file."""
    suggested: Mapping[str, str]
    """From a field to the name of a column; for `Options.columns` once it is confirmed."""


def read(stream: BinaryIO, options: Options, *, preset: _Preset) -> Iterator[Row]:
    """The rows, by the preset's columns or those that the listener has confirmed; none without `time` and `title`."""
    named = preset.columns or options.columns or {}
    columns = {field: column_name(column) for field, column in named.items() if field in FIELDS}
    if not columns.keys() >= NEEDED_COLUMNS:
        return
    columns |= {field: column_name(column) for field, column in preset.optional.items()}
    keys = RowKeys(preset.name)
    for cells in csv_rows.rows(stream):
        if isinstance(cells, Skipped):
            yield cells
        else:
            row = {field: cells[column] for field, column in columns.items() if column in cells}
            yield _row(row, preset, keys, options)


def recognize(outline: Outline) -> Format | None:
    """
    A preset by its columns; else a table in which a column for the time or the title can be guessed.

    One that was uploaded by itself is meant, also where nothing can be guessed: its columns may be in any language.
    """
    for preset in _PRESETS:
        if outline.has_columns(*preset.columns.values()):
            return _format(preset)
    if len(outline.table) < 2:
        return None
    meant = not outline.path and _is_even(outline.table)
    return _format(_ANY) if meant or _guessed(outline.columns).keys() & NEEDED_COLUMNS else None


def _is_even(table: Sequence[Sequence[str]]) -> bool:
    """Whether all rows have as many cells as the first, which names two columns at least."""
    names = table[0]
    return len(set(filter(None, names))) == len(names) > 1 and {len(cells) for cells in table} == {len(names)}


def suggest(entry: Entry) -> Suggestion:
    """What to ask the listener about a table; the same for any file with a line of columns."""
    columns = outline(entry).columns
    return Suggestion(columns, _guessed(columns))


def _format(preset: _Preset) -> Format:
    return Format(
        preset.name,
        preset.title,
        "",
        preset.service,
        partial(read, preset=preset),
        holds="library" if preset.saved else "plays",
        asks_zone=not preset.scrobble,
        asks_columns=not preset.columns,
    )


def _guessed(columns: Sequence[str]) -> dict[str, str]:
    by_name = {column_name(column): column for column in reversed(columns)}
    return {
        field: by_name[guess]
        for field, guesses in _GUESSES.items()
        if (guess := next((name for name in guesses if name in by_name), None))
    }


def _row(row: Mapping[str, str], preset: _Preset, keys: RowKeys, options: Options) -> Row:
    written, title, artist = text(row, "time"), text(row, "title"), text(row, "artist")
    if preset.title_has_artist and title and not artist and " - " in title:
        artist, _, title = (part.strip() for part in title.partition(" - "))
    at = _moment(written, _zone(row, options.zone), days_first=preset.days_first)
    product = (text(row, "product") or TRACK).upper()
    if not title:
        return Skipped("empty")
    if product not in PRODUCTS:
        return Skipped("no_play")
    if at is None and not preset.saved:
        return Skipped("time_unreadable" if written else "time_missing")
    if at and fields.unlikely(at, options.latest):
        return Skipped("time_unlikely")
    heard = whole(row, "ms_played") if "ms_played" in row else _milliseconds(whole(row, "seconds_played"))
    record_id = text(row, "id") or named_id(title, artist)
    key = keys.key(text(row, "id") or normal(f"{artist}\n{title}"), written, *([] if preset.saved else [heard]))
    code, answer, album = isrc(text(row, "isrc")), fields.allowed(row, FIELDS), text(row, "album")
    if preset.saved:
        return SavedTrack(
            key=key,
            record_id=record_id,
            track_name=title,
            artist_name=artist,
            album_name=album,
            isrc=code,
            added_at=at,
            precision=_precision(written),
            service=preset.service,
            answer=answer,
        )
    return Play(
        key=key,
        record_id=record_id,
        track_name=title,
        artist_name=artist,
        album_name=album,
        isrc=code,
        duration_ms=whole(row, "duration_ms"),
        started_at=at,
        precision=_precision(written),
        ms_played=heard if heard is not None and heard >= 0 else None,
        kind=PRODUCTS[product],
        service=preset.service,
        scrobble=preset.scrobble,
        answer=answer,
    )


def _zone(row: Mapping[str, str], otherwise: str) -> str:
    """The zone of a row's time, where it names one that exists."""
    name = text(row, "zone")
    return name if name in _zones() else otherwise


@cache
def _zones() -> set[str]:
    return available_timezones()


def _moment(written: str | None, zone: str, *, days_first: bool) -> datetime | None:
    if days_first and written and "/" in written:
        with suppress(ValueError, OverflowError):
            return fields.in_utc(datetime.strptime(written, "%d/%m/%Y %H:%M"), zone)  # noqa: DTZ007 -- of that zone
        return None
    if written and written.lstrip("-").isdigit() and len(written) > len("20260109"):
        return fields.of_seconds(whole({"time": written}, "time"))
    if written and written.isdigit():
        return None
    return fields.moment(written, zone) or of_minutes(written)


def _precision(written: str | None) -> Precision:
    length = len(written or "")
    if written and not written.isdigit():
        if length <= _DAY:
            return "day"
        if length <= _MINUTES or of_minutes(written):
            return "minute"
    return "second"


def _milliseconds(seconds: int | None) -> int | None:
    return None if seconds is None else seconds * 1_000
