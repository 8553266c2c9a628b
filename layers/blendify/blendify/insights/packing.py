"""
Buckets as the insights table holds them: compressed rows, cut into parts that an item can hold.

Format      zlib (RFC 1950) of compact JSON: the number of the format, then the bucket's rows
Size        a part has at most `LARGEST` bytes; DynamoDB takes 400 KB with keys and the rest
"""

import json
import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import astuple, fields
from hashlib import blake2b
from typing import Any

from blendify.insights.buckets import Artist, First, LibraryChange, MonthOfPlays, Ranked, Song, TopList

FORMAT = 1
LARGEST = 340_000
"""Bytes of a part."""

Rows = list[Any]


def pack(rows: Any) -> list[bytes]:
    """The parts that hold these rows, one at least."""
    packed = zlib.compress(json.dumps([FORMAT, rows], ensure_ascii=False, separators=(",", ":")).encode(), 6)
    return [packed[start : start + LARGEST] for start in range(0, len(packed), LARGEST)]


def unpack(parts: Iterable[bytes]) -> Any:
    """
    The rows.

    Raises  ValueError for another format, zlib.error when a part is missing or of another time
    """
    number, rows = json.loads(zlib.decompress(b"".join(parts)))
    if number != FORMAT:
        raise ValueError(f"the bucket has format {number}, and this code reads {FORMAT}")
    return rows


def mark(parts: Sequence[bytes]) -> str:
    """Tells which parts belong together: the same for equal buckets."""
    return blake2b(b"".join(parts), digest_size=6).hexdigest()


def of_plays(plays: MonthOfPlays) -> Rows:
    """The rows of plays: songs, days as places in the songs with counts, hours, providers."""
    keys = sorted(plays.songs)
    place = {key: number for number, key in enumerate(keys)}
    return [
        plays.month,
        [_of_song(plays.songs[key]) for key in keys],
        [
            [day, [[place[key], count] for key, count in sorted(counts.items())]]
            for day, counts in sorted(plays.by_day.items())
        ],
        [[weekday, hour, count] for (weekday, hour), count in sorted(plays.by_hour.items())],
        list(plays.providers),
    ]


def to_plays(rows: Rows) -> MonthOfPlays:
    """The inverse of `of_plays`."""
    month, songs, days, hours, providers = rows
    in_order = [_to_song(song) for song in songs]
    return MonthOfPlays(
        month,
        {song.key: song for song in in_order},
        {day: {in_order[place].key: count for place, count in counts} for day, counts in days},
        {(weekday, hour): count for weekday, hour, count in hours},
        tuple(providers),
    )


def of_top_lists(top_lists: Iterable[TopList]) -> Rows:
    """The rows of top lists: what identifies each, then its places."""
    return [
        [top.provider, top.what, top.time_range, top.day, [list(astuple(entry)) for entry in top.entries]]
        for top in top_lists
    ]


def to_top_lists(rows: Rows) -> list[TopList]:
    """The inverse of `of_top_lists`."""
    return [
        TopList(provider, what, time_range, day, tuple(Ranked(*entry) for entry in entries))
        for provider, what, time_range, day, entries in rows
    ]


def of_changes(changes: Iterable[LibraryChange]) -> Rows:
    """The rows of changes of the library."""
    return [list(astuple(change)) for change in changes]


def to_changes(rows: Rows) -> list[LibraryChange]:
    """The inverse of `of_changes`."""
    names = [field.name for field in fields(LibraryChange)]
    named = (dict(zip(names, row, strict=True)) for row in rows)
    return [LibraryChange(**{**values, "artist_keys": tuple(values["artist_keys"])}) for values in named]


def of_firsts(firsts: Iterable[First]) -> Rows:
    """The rows of what is first known of."""
    return [list(astuple(first)) for first in firsts]


def to_firsts(rows: Rows) -> list[First]:
    """The inverse of `of_firsts`."""
    return [First(*row) for row in rows]


def names(rows: Rows) -> Mapping[tuple[str, str], tuple[str, str]]:
    """Of rows [provider, playlist id, moment, name]: moment and name by provider and playlist."""
    return {(provider, playlist): (moment, name) for provider, playlist, moment, name in rows}


def _of_song(song: Song) -> Rows:
    artists = [list(astuple(artist)) for artist in song.artists]
    line = song.artist_line
    return [song.key, song.title, artists, line, song.album, song.cover, song.milliseconds, song.release_year]


def _to_song(row: Rows) -> Song:
    key, title, artists, *more = row
    return Song(key, title, tuple(Artist(*artist) for artist in artists), *more)
