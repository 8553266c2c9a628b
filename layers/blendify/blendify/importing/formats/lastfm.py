"""
Last.fm has no export of its own; these are the shapes in which listeners have their scrobbles.

Table    `uts,utc_time,artist,artist_mbid,album,album_mbid,track,track_mbid`, as lastfm.ghan.nl writes it
Pages    answers of the API, one below the other, in lists or in lines: {"track": [{"name", "artist": {"#text", "mbid"},
         "album": {…}, "date": {"uts": "1700000000"}, "url"}]}; what is playing now has no date
Minutes  artist, album, title and `DD Mon YYYY HH:MM` without a line of columns, as lastfm-to-csv writes it; the day the
         clock begins stands for an unknown one
"""

import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from functools import partial
from itertools import islice
from typing import Any, BinaryIO

from blendify.importing.formats import csv_rows, fields, scrobbles
from blendify.importing.formats.fields import text, whole
from blendify.importing.formats.format import Format, Options
from blendify.importing.formats.json_rows import Path, rows
from blendify.importing.formats.outline import Outline
from blendify.importing.formats.row_keys import RowKeys
from blendify.importing.formats.rows import Play, Row, SavedTrack, Skipped
from blendify.importing.formats.scrobbles import Scrobble
from blendify.providers.lastfm.records import address

SERVICE = "lastfm"
TABLE_FIELDS = ("uts", "utc time", "artist", "artist mbid", "album", "album mbid", "track", "track mbid")
_MINUTES = re.compile(r"(\d{1,2}) ([A-Z][a-z]{2}) (\d{4}),? (\d\d):(\d\d)")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_COLUMNS_OF_MINUTES = ("artist", "album", "track", "date")
_DEEPEST = 5
_ACCOUNT_VALUES = 10_000


def read_table(stream: BinaryIO, options: Options) -> Iterator[Row]:
    """The scrobbles of a table with a line of columns."""
    keys = RowKeys(SERVICE)
    for row in csv_rows.rows(stream):
        if isinstance(row, Skipped):
            yield row
            continue
        written = text(row, "uts")
        at = fields.of_seconds(whole(row, "uts")) if written else of_minutes(text(row, "utc time"))
        said = _said(row, text(row, "track mbid"), at, fields.allowed(row, TABLE_FIELDS))
        yield scrobbles.play(said, keys, options, written or text(row, "utc time"))


def read_minutes(stream: BinaryIO, options: Options) -> Iterator[Row]:
    """The scrobbles of a table of four columns without names."""
    keys = RowKeys(SERVICE)
    for row in csv_rows.rows(stream, _COLUMNS_OF_MINUTES):
        if isinstance(row, Skipped):
            yield row
            continue
        written = text(row, "date")
        said = _said(row, None, of_minutes(written), fields.allowed(row, _COLUMNS_OF_MINUTES), minutes=True)
        yield scrobbles.play(said, keys, options, written) if written else Skipped("now_playing")


def read_pages(stream: BinaryIO, options: Options, *, at: Path, loved: bool = False) -> Iterator[Row]:
    """The scrobbles, or the loved tracks, of answers of the API, whose tracks lie at the path `at`."""
    keys = RowKeys(SERVICE)
    for path, row in rows(stream, lambda path, _: path != at and path == at[: len(path)]):
        if path == at and isinstance(row, Mapping):
            yield _loved(row, keys) if loved else _scrobble(row, keys, options)
        elif isinstance(row, Skipped):
            yield row


TABLE = Format("lastfm_csv", "Last.fm, scrobbles as a table", "with times in seconds", SERVICE, read_table)
MINUTES = Format("lastfm_to_csv", "Last.fm, scrobbles to the minute", "lastfm-to-csv", SERVICE, read_minutes)


def recognize(outline: Outline) -> Format | None:
    """By its columns, by a date in the fourth of four, or by where tracks with a date in seconds lie."""
    if outline.has_columns("uts", "artist", "track"):
        return TABLE
    if outline.table and all(
        len(row) == len(_COLUMNS_OF_MINUTES) and (not row[3] or _MINUTES.fullmatch(row[3])) for row in outline.table
    ):
        return MINUTES if any(row[3] for row in outline.table) else None
    for path in sorted(outline.json, key=len):
        if path[-2:] == ("date", "uts") and len(path) - 2 <= _DEEPEST:
            return _pages(path[:-2])
    return None


def _pages(at: Path) -> Format:
    generation = "/".join(at) or "lines"
    name_of = partial(_accounts, at=(*at[:-2], "@attr", "user"))
    if "lovedtracks" in at:
        reader = partial(read_pages, at=at, loved=True)
        return Format(
            *("lastfm_loved", "Last.fm, loved tracks", generation, SERVICE, reader), holds="library", accounts=name_of
        )
    return Format(
        *("lastfm_pages", "Last.fm, pages of the API", generation, SERVICE, partial(read_pages, at=at)),
        accounts=name_of,
    )


def _accounts(stream: BinaryIO, *, at: Path) -> frozenset[str]:
    """The user names of the pages, which stand behind their tracks."""
    values = rows(stream, lambda path, _: path != at and path == at[: len(path)])
    return frozenset(
        name
        for path, value in islice(values, _ACCOUNT_VALUES)
        if path == at and (name := text({"name": value}, "name"))
    )


def of_minutes(written: str | None) -> datetime | None:
    """The moment of `17 Aug 2026, 12:14`, in UTC; months are English everywhere."""
    match = _MINUTES.fullmatch(written or "")
    if not match or match[2] not in _MONTHS:
        return None
    day, year, hour, minute = (int(match[number]) for number in (1, 3, 4, 5))
    try:
        return fields.in_utc(datetime(year, _MONTHS.index(match[2]) + 1, day, hour, minute))  # noqa: DTZ001
    except ValueError:
        return None


def _said(
    row: Mapping[str, Any], mbid: str | None, at: datetime | None, answer: Mapping[str, Any], *, minutes: bool = False
) -> Scrobble:
    track, artist = text(row, "track"), text(row, "artist")
    return Scrobble(
        service=SERVICE,
        track_name=track,
        artist_name=artist,
        started_at=at,
        album_name=text(row, "album"),
        record_id=address(artist, track),
        mbid=mbid,
        precision="minute" if minutes else "second",
        answer=answer,
    )


def _flat(row: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of a track of the API side by side, as a table has them."""
    date = row.get("date")
    return {
        "track": row.get("name"),
        "artist": _name(row.get("artist")),
        "album": _name(row.get("album")),
        "mbid": row.get("mbid"),
        "url": row.get("url"),
        "uts": date.get("uts") if isinstance(date, Mapping) else None,
    }


def _scrobble(row: Mapping[str, Any], keys: RowKeys, options: Options) -> Play | Skipped:
    flat, attributes = _flat(row), row.get("@attr")
    written = text(flat, "uts")
    if not written and isinstance(attributes, Mapping) and attributes.get("nowplaying"):
        return Skipped("now_playing")
    said = _said(flat, text(flat, "mbid"), fields.of_seconds(whole(flat, "uts")), fields.allowed(flat, flat))
    return scrobbles.play(said, keys, options, written)


def _loved(row: Mapping[str, Any], keys: RowKeys) -> SavedTrack | Skipped:
    flat = _flat(row)
    track, artist = text(flat, "track"), text(flat, "artist")
    record_id = text(flat, "url") or address(artist, track)
    if not track or not record_id:
        return Skipped("empty")
    return SavedTrack(
        key=keys.key("loved", record_id),
        record_id=record_id,
        track_name=track,
        artist_name=artist,
        mbid=text(flat, "mbid"),
        added_at=fields.of_seconds(whole(flat, "uts")),
        service=SERVICE,
        answer=fields.allowed(flat, flat),
    )


def _name(value: Any) -> Any:
    return value.get("#text") or value.get("name") if isinstance(value, Mapping) else value
