"""
Servers that listeners run themselves.

Maloja  {"scrobbles": [{"time": 1700000000, "track": {"artists": […], "title", "album": {"albumtitle"} or null,
        "length"}, "duration": seconds heard or null}]}; its API says `list`. Equal times were made different by a
        second
Koito   {"listens": [{"listened_at": "2025-06-01T10:00:00Z", "track": {"mbid", "duration", "aliases": [{"alias",
        "is_primary"}]}, "album": {…}, "artists": [{…}]}]}; names are in aliases only
Pano    {"timeMs", "track", "artist", "album", "durationMs"} in lines, as Pano Scrobbler writes them on a phone
"""

from collections.abc import Iterator, Mapping
from typing import Any, BinaryIO

from blendify.importing.formats import fields, scrobbles
from blendify.importing.formats.fields import text, whole
from blendify.importing.formats.format import Format, Options
from blendify.importing.formats.json_rows import entries, rows, starts_with
from blendify.importing.formats.outline import Outline
from blendify.importing.formats.row_keys import RowKeys
from blendify.importing.formats.rows import Row, Skipped
from blendify.importing.formats.scrobbles import Scrobble, times_1000

PANO_FIELDS = ("timeMs", "track", "artist", "album", "albumArtist", "durationMs")


def read_maloja(stream: BinaryIO, options: Options) -> Iterator[Row]:
    """The scrobbles, with how long each was heard where it is known."""
    keys = RowKeys(MALOJA.name)
    for path, row in rows(stream, starts_with(("scrobbles",), ("list",))):
        if path in (("scrobbles", "*"), ("list", "*")) and isinstance(row, Mapping):
            yield scrobbles.play(_of_maloja(row), keys, options, text(row, "time"))
        elif isinstance(row, Skipped):
            yield row


def read_koito(stream: BinaryIO, options: Options) -> Iterator[Row]:
    """The listens."""
    keys = RowKeys(KOITO.name)
    for path, row in rows(stream, starts_with(("listens",))):
        if path == ("listens", "*") and isinstance(row, Mapping):
            yield scrobbles.play(_of_koito(row), keys, options, text(row, "listened_at"))
        elif isinstance(row, Skipped):
            yield row


def read_pano(stream: BinaryIO, options: Options) -> Iterator[Row]:
    """The scrobbles of a phone."""
    keys = RowKeys(PANO.name)
    for _, row in rows(stream, entries):
        if isinstance(row, Mapping):
            yield scrobbles.play(_of_pano(row), keys, options, text(row, "timeMs"))
        elif row != []:
            yield row if isinstance(row, Skipped) else Skipped("unreadable")


MALOJA = Format("maloja", "Maloja", "", "maloja", read_maloja)
KOITO = Format("koito", "Koito", "", "koito", read_koito)
PANO = Format("pano_scrobbler", "Pano Scrobbler", "", "pano_scrobbler", read_pano)


def recognize(outline: Outline) -> Format | None:
    """By the fields of the first rows."""
    for holder in ("scrobbles", "list"):
        if outline.has((holder, "*", "time"), (holder, "*", "track")):
            return MALOJA
    if outline.has(("listens", "*", "listened_at"), ("listens", "*", "track")):
        return KOITO
    if outline.has(("timeMs",), ("track",)) or outline.has(("*", "timeMs"), ("*", "track")):
        return PANO
    return None


def _of_maloja(row: Mapping[str, Any]) -> Scrobble:
    track = _object(row.get("track"))
    artists = fields.texts(track.get("artists"))
    names = {
        "artist": ", ".join(artists),
        "title": track.get("title"),
        "album": _object(track.get("album")).get("albumtitle"),
    }
    return Scrobble(
        service=MALOJA.service,
        track_name=text(names, "title"),
        artist_name=text(names, "artist"),
        artists=artists,
        started_at=fields.of_seconds(whole(row, "time")),
        album_name=text(names, "album"),
        duration_ms=times_1000(whole(track, "length")),
        ms_played=times_1000(whole(row, "duration")),
        answer=fields.allowed({**names, **row, "length": track.get("length")}, (*names, "time", "duration", "length")),
    )


def _of_koito(row: Mapping[str, Any]) -> Scrobble:
    track, album = _object(row.get("track")), _object(row.get("album"))
    artists = fields.texts([_primary(artist) for artist in _list(row.get("artists"))])
    names = {"artist": ", ".join(artists), "title": _primary(track), "album": _primary(album)}
    return Scrobble(
        service=KOITO.service,
        track_name=text(names, "title"),
        artist_name=text(names, "artist"),
        artists=artists,
        started_at=fields.moment(text(row, "listened_at")),
        album_name=text(names, "album"),
        mbid=text(track, "mbid"),
        duration_ms=times_1000(whole(track, "duration")),
        answer=fields.allowed({**names, **row, "mbid": track.get("mbid")}, (*names, "listened_at", "mbid")),
    )


def _of_pano(row: Mapping[str, Any]) -> Scrobble:
    return Scrobble(
        service=PANO.service,
        track_name=text(row, "track"),
        artist_name=text(row, "artist"),
        started_at=fields.of_seconds(whole(row, "timeMs")),
        album_name=text(row, "album"),
        duration_ms=whole(row, "durationMs"),
        answer=fields.allowed(row, PANO_FIELDS),
    )


def _primary(named: Any) -> str | None:
    """The primary of the names, else the first."""
    aliases = [alias for alias in _list(_object(named).get("aliases")) if isinstance(alias, Mapping)]
    aliases.sort(key=lambda alias: not alias.get("is_primary"))
    return text(aliases[0], "alias") if aliases else None


def _object(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
