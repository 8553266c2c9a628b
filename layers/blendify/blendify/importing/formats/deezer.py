"""
Deezer's personal data: a workbook whose sheet `…_listeningHistory` has a row per play.

Columns  Song Title, Artist (several, with commas), ISRC, Album Title, IP Address, Listening Time (seconds; -1 is
         unknown), Platform Name, Platform Model, Date (`YYYY-MM-DD HH:mm:ss`, or a spreadsheet's number of days); also
         in French
Time     taken for UTC and for the start: which it is, is not documented
Dropped  address, platform and model
"""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import BinaryIO

from blendify.importing.formats import fields
from blendify.importing.formats.csv_rows import column_name
from blendify.importing.formats.fields import text, whole
from blendify.importing.formats.format import Format, Options
from blendify.importing.formats.outline import Outline
from blendify.importing.formats.row_keys import RowKeys, named_id, normal
from blendify.importing.formats.rows import Play, Row, Skipped
from blendify.importing.formats.xlsx import Cells, Workbook
from blendify.importing.refusals import ImportRefused
from blendify.providers.named_fields import isrc

SERVICE = "deezer"
SHEET = "_listeninghistory"
COLUMNS: Mapping[str, str] = {
    **dict.fromkeys(("song title", "titre de la chanson", "titre du morceau", "titre"), "title"),
    **dict.fromkeys(("artist", "artiste", "artists", "artistes"), "artist"),
    "isrc": "isrc",
    **dict.fromkeys(("album title", "titre de l album", "album"), "album"),
    **dict.fromkeys(("listening time", "temps d écoute", "durée d écoute"), "seconds"),
    **dict.fromkeys(("date", "date d écoute"), "date"),
}
_DAY_0 = datetime(1899, 12, 30, tzinfo=UTC)
"""Of spreadsheets, whose calendar has a 29 February 1900."""


def read(stream: BinaryIO, options: Options) -> Iterator[Row]:
    """The plays of the sheet of the listening history."""
    keys = RowKeys(SERVICE)
    with Workbook(stream) as workbook:
        for sheet in _histories(workbook):
            columns: dict[int, str] = {}
            for cells in workbook.rows(sheet):
                if columns:
                    row = {columns[place]: cell for place, cell in cells.items() if place in columns}
                    yield _play(row, keys, options)
                else:
                    columns = _columns(cells)


DEEZER = Format("deezer", "Deezer, listening history", "", SERVICE, read)


def recognize(outline: Outline) -> Format | None:
    """By the name of a sheet."""
    if not outline.head.startswith(b"PK"):
        return None
    try:
        with outline.open() as stream, Workbook(stream) as workbook:
            return DEEZER if _histories(workbook) else None
    except ImportRefused:
        return None


def _histories(workbook: Workbook) -> list[str]:
    return [sheet for sheet in workbook.sheets if sheet.lower().endswith(SHEET)]


def _columns(cells: Cells) -> dict[int, str]:
    """Where our fields stand, once the line of columns has come."""
    named = {place: COLUMNS[name] for place, cell in cells.items() if (name := column_name(cell)) in COLUMNS}
    return named if {"title", "date"} <= {*named.values()} else {}


def _play(row: Mapping[str, str], keys: RowKeys, options: Options) -> Row:
    written, title, artist = text(row, "date"), text(row, "title"), text(row, "artist")
    at = _moment(written)
    if at is None:
        return Skipped("time_unreadable" if written else "time_missing")
    if fields.unlikely(at, options.latest):
        return Skipped("time_unlikely")
    if not title:
        return Skipped("empty")
    code, seconds = isrc(text(row, "isrc")), whole(row, "seconds")
    return Play(
        key=keys.key(code or normal(f"{artist}\n{title}"), fields.iso(at), seconds),
        record_id=f"isrc:{code}" if code else named_id(title, artist),
        track_name=title,
        artist_name=artist,
        album_name=text(row, "album"),
        isrc=code,
        started_at=at,
        ms_played=seconds * 1_000 if seconds is not None and seconds >= 0 else None,
        service=SERVICE,
        answer=fields.allowed(row, ("title", "artist", "isrc", "album", "seconds", "date")),
    )


def _moment(written: str | None) -> datetime | None:
    """A written time, or a spreadsheet's days since 1899; to the second, as days are fractions."""
    at = fields.moment(written)
    if at or not written:
        return at
    try:
        return _DAY_0 + timedelta(seconds=round(float(written) * 86_400)) if len(written) <= 20 else None
    except (ValueError, OverflowError):
        return None
