"""
`.scrobbler.log` of portable players: lines of what was played away from any network.

Head   `#AUDIOSCROBBLER/1.1`, `#TZ/UTC` or `#TZ/UNKNOWN`, `#CLIENT/…`
Line   artist, album, title, number, length in seconds, `L` for heard or `S` for skipped, seconds since 1970, MBID; tabs
Time   the start by the format's description; but newer players write a line when the track ends, with that time (seen
       in a log of 2025), which the distances between the lines tell. Without a zone the number is the
       player's clock on the wall: the listener says of which zone
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from itertools import chain, islice, pairwise
from typing import BinaryIO

from blendify.importing.formats import fields, scrobbles
from blendify.importing.formats.fields import text, whole
from blendify.importing.formats.format import Format, Options
from blendify.importing.formats.outline import Outline
from blendify.importing.formats.row_keys import RowKeys
from blendify.importing.formats.rows import Row, Skipped
from blendify.importing.formats.scrobbles import Scrobble, times_1000
from blendify.importing.formats.text import LONGEST_LINE, lines

SERVICE = "scrobbler_log"
_HEAD = "#AUDIOSCROBBLER/"
_COLUMNS = ("artist", "album", "title", "number", "length", "rating", "timestamp", "mbid")
_LEAST_COLUMNS = 7
LINES_TO_LEARN = 300
"""Whether times are starts or ends."""
_NEAR_SECONDS = 3
_BEGINNING = 10_000
"""Characters by which a log without a head is recognised."""
_NO_NAME = ("<untagged>", "<unknown>")
_RATINGS = ("L", "S")


def read(stream: BinaryIO, options: Options) -> Iterator[Row]:
    """The plays, also those that were skipped."""
    keys, on_the_wall = RowKeys(SERVICE), True
    every = lines(stream)
    first = list(islice(every, LINES_TO_LEARN))
    told_by_end = are_ends(first)
    for line in chain(first, every):
        cells = line.rstrip("\r\n").split("\t")
        if line.startswith("#") and not _is_row(cells):
            on_the_wall = "UTC" not in line.upper() if line.upper().startswith("#TZ/") else on_the_wall
        elif line.strip():
            if len(cells) < _LEAST_COLUMNS or len(line) >= LONGEST_LINE:
                yield Skipped("unreadable")
            else:
                row = dict(zip(_COLUMNS, cells, strict=False))
                said = _said(row, options.zone if on_the_wall else None, told_by_end=told_by_end)
                yield scrobbles.play(said, keys, options, row["timestamp"])


def are_ends(first: Iterable[str]) -> bool:
    """Whether the log has ends: then what lies between two rows is the length of the second one, not of the first."""
    rows = [cells for line in first if _is_row(cells := line.rstrip("\r\n").split("\t"))]
    starts = ends = 0
    for before, after in pairwise(rows):
        between = int(after[6]) - int(before[6])
        starts += abs(between - int(before[4])) <= _NEAR_SECONDS
        ends += abs(between - int(after[4])) <= _NEAR_SECONDS
    return ends > starts


def _is_row(cells: Sequence[str]) -> bool:
    return len(cells) >= _LEAST_COLUMNS and all(cells[place].isdecimal() and len(cells[place]) < 12 for place in (4, 6))


UTC_TIMES = Format("scrobbler_log", "Log of a portable player", "times in UTC", SERVICE, read)
WALL_TIMES = Format("scrobbler_log", "Log of a portable player", "times without a zone", SERVICE, read, asks_zone=True)


def recognize(outline: Outline) -> Format | None:
    """By its first line; one that has lost its head by its rows, of which each is one or the last of the beginning."""
    if outline.text.startswith(_HEAD):
        return UTC_TIMES if "#TZ/UTC" in outline.text[:1_000].upper() else WALL_TIMES
    rows = [line.split("\t") for line in outline.text[:_BEGINNING].splitlines() if line.strip()]
    whole_rows = rows[:-1] if len(outline.text) > _BEGINNING else rows
    return WALL_TIMES if whole_rows and all(_is_row(row) and row[5] in _RATINGS for row in whole_rows) else None


def _said(row: dict[str, str], zone: str | None, *, told_by_end: bool) -> Scrobble:
    at = _moment(fields.of_seconds(whole(row, "timestamp")), zone)
    length = times_1000(whole(row, "length"))
    skipped = text(row, "rating") == "S"
    return Scrobble(
        service=SERVICE,
        track_name=text(row, "title"),
        artist_name=_named(row, "artist"),
        started_at=_before(at, None if skipped else length) if told_by_end else at,
        ended_at=at if told_by_end else None,
        scrobble=not told_by_end,
        album_name=_named(row, "album"),
        mbid=text(row, "mbid"),
        duration_ms=length,
        ms_played=None if skipped else length,
        flags={"skipped": skipped or None},
        answer=fields.allowed(row, _COLUMNS),
    )


def _named(row: dict[str, str], field: str) -> str | None:
    """The name; None for what a player writes where a file has none."""
    name = text(row, field)
    return None if name and name.casefold() in _NO_NAME else name


def _before(ended: datetime | None, length: int | None) -> datetime | None:
    """When a play began that was heard to its end; None for one that was not."""
    return ended - timedelta(milliseconds=length) if ended and length else None


def _moment(at: datetime | None, zone: str | None) -> datetime | None:
    """The moment of a clock on the wall of that zone; None for the ends of time, and for a clock that was not set."""
    if at is None or zone is None:
        return at
    try:
        return fields.in_utc(at.replace(tzinfo=None), zone)
    except OverflowError:
        return None
