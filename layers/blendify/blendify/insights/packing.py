"""
Buckets as the insights table holds them: compressed rows, cut into parts that an item can hold.

Format      zlib (RFC 1950) of compact JSON: the number of the format, then the bucket's rows
Size        a part has at most `LARGEST` bytes; DynamoDB takes 400 KB with keys and the rest
"""

import json
import zlib
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from functools import partial
from hashlib import blake2b
from typing import Any, TypeVar

from blendify.insights.buckets import Artist, First, LibraryChange, MonthOfPlays, Ranked, Song, ToldPlays, TopList
from blendify.insights.songs import fullest
from blendify.providers import NAMES

FORMAT = 2
LARGEST = 340_000
"""Bytes of a part."""

Rows = list[Any]
T = TypeVar("T")


class OtherFormat(ValueError):
    """The bucket is of another release: it is as none until it is made anew."""


def pack(rows: Any) -> list[bytes]:
    """The parts that hold these rows, one at least."""
    packed = zlib.compress(json.dumps([FORMAT, rows], ensure_ascii=False, separators=(",", ":")).encode(), 6)
    return [packed[start : start + LARGEST] for start in range(0, len(packed), LARGEST)]


def unpack(parts: Iterable[bytes]) -> Any:
    """
    The rows.

    Raises  OtherFormat, zlib.error when a part is missing or of another time
    """
    number, rows = json.loads(zlib.decompress(b"".join(parts)))
    if number != FORMAT:
        raise OtherFormat(f"the bucket has format {number}, and this code reads {FORMAT}")
    return rows


def mark(parts: Sequence[bytes]) -> str:
    """Tells which parts belong together: the same for equal buckets."""
    return blake2b(b"".join(parts), digest_size=6).hexdigest()


def of_plays(pieces: Sequence[ToldPlays]) -> Rows:
    """
    The rows of plays of one month, in columns, which are read several times faster than a row for each.

    Returns [month, artists, keys, songs by service, [services, days, hours] of each piece]; songs name artists, and
    days songs, by their places
    """
    keys = sorted({key for piece in pieces for counts in piece.by_day.values() for key in counts})
    place = {key: number for number, key in enumerate(keys)}
    songs: dict[str, dict[str, Song]] = {}
    for piece in pieces:
        for provider, versions in piece.songs.items():
            songs.setdefault(provider, {}).update(versions)
    artists = sorted(
        {artist for versions in songs.values() for song in versions.values() for artist in song.artists},
        key=lambda artist: (artist.key, artist.name, artist.image or ""),
    )
    places = {artist: number for number, artist in enumerate(artists)}
    return [
        pieces[0].month,
        [list(artist) for artist in artists],
        keys,
        {
            provider: _columns([_of_song(songs[provider][key], place, places) for key in sorted(songs[provider])])
            for provider in sorted(songs)
        },
        [
            [
                list(piece.providers),
                [
                    [day, [place[key] for key in sorted(counts)], [counts[key] for key in sorted(counts)]]
                    for day, counts in sorted(piece.by_day.items())
                ],
                [[weekday, hour, count] for (weekday, hour), count in sorted(piece.by_hour.items())],
            ]
            for piece in pieces
        ],
    ]


def days_told(rows: Rows) -> set[int]:
    """The days of the month of which these rows of plays tell, by whichever service."""
    return {day for _, days, _ in rows[4] for day, _, _ in days}


def to_plays(rows: Rows, providers: Collection[str]) -> list[MonthOfPlays]:
    """
    The plays of which one of these providers told, and what they say of the songs; a piece for each set of services.

    Services that are no providers of ours told of plays in files that the listener brought: those are theirs to see.
    """
    month, artists, keys, columns, pieces = rows
    in_order = list(_made(Artist, artists))
    shown_services = [service for service in columns if service in providers or service not in NAMES]
    songs_of = {service: _to_songs(columns[service], keys, in_order) for service in shown_services}
    months = []
    for services, days, hours in pieces:
        shown = [provider for provider in services if provider in songs_of]
        if shown:
            by_day = {day: dict(zip(_at(keys, places), counts, strict=True)) for day, places, counts in days}
            songs = songs_of[shown[0]]
            if len(shown) > 1 or len(pieces) > 1:
                here = dict.fromkeys(key for counts in by_day.values() for key in counts)
                songs = {key: fullest([songs_of[provider][key] for provider in shown]) for key in here}
            by_hour = {(weekday, hour): count for weekday, hour, count in hours}
            months.append(MonthOfPlays(month, songs, by_day, by_hour, tuple(shown)))
    return months


def of_top_lists(top_lists: Iterable[TopList]) -> Rows:
    """The rows of top lists: what identifies each, then its places."""
    return [
        [top.provider, top.what, top.time_range, top.day, [list(entry) for entry in top.entries]] for top in top_lists
    ]


def to_top_lists(rows: Rows) -> list[TopList]:
    """The inverse of `of_top_lists`."""
    return [
        TopList(provider, what, time_range, day, tuple(_made(Ranked, entries)))
        for provider, what, time_range, day, entries in rows
    ]


def of_changes(changes: Iterable[LibraryChange]) -> Rows:
    """The rows of changes of the library."""
    return [list(change) for change in changes]


def to_changes(rows: Rows) -> list[LibraryChange]:
    """The inverse of `of_changes`."""
    # Rows of an earlier release are shorter: what they do not have is not known.
    every = len(LibraryChange._fields)
    return [LibraryChange._make((*row[:6], tuple(row[6]), *row[7:], *[None] * (every - len(row)))) for row in rows]


def of_firsts(firsts: Iterable[First]) -> Rows:
    """The rows of what is first known of."""
    return [list(first) for first in firsts]


def to_firsts(rows: Rows) -> list[First]:
    """The inverse of `of_firsts`."""
    return list(_made(First, rows))


def artists_among(rows: Rows) -> list[First]:
    """Those of the rows of firsts that are of artists."""
    return list(_made(First, (row for row in rows if row[-1])))


def names(rows: Rows) -> Mapping[tuple[str, str], tuple[str, str]]:
    """Of rows [provider, playlist id, moment, name, owner's id]: moment and name by provider and playlist."""
    return {(provider, playlist): (moment, name) for provider, playlist, moment, name, *_ in rows}


def owners(rows: Rows) -> Mapping[tuple[str, str], str]:
    """Of the same rows the owner's id by provider and playlist, where one is told."""
    return {(provider, playlist): owner for provider, playlist, _, _, *more in rows for owner in more if owner}


def _of_song(song: Song, place: Mapping[str, int], artists: Mapping[Artist, int]) -> Rows:
    return [place[song.key], song.title, [artists[artist] for artist in song.artists], *song[3:]]


def _columns(rows: Sequence[Rows]) -> Rows:
    return [list(column) for column in zip(*rows, strict=True)]


def _to_songs(columns: Rows, keys: Sequence[str], artists: Sequence[Artist]) -> dict[str, Song]:
    places, titles, artists_of, *more = columns
    of_songs = _at(keys, places)
    by_song = [tuple(_at(artists, credited)) for credited in artists_of]
    return dict(zip(of_songs, _made(Song, zip(of_songs, titles, by_song, *more, strict=True)), strict=True))


def _made(kind: Callable[..., T], rows: Iterable[Rows | tuple[Any, ...]]) -> Iterator[T]:
    """A NamedTuple of each row, without a call of Python for each."""
    new: Any = tuple.__new__
    return map(partial(new, kind), rows)


def _at(values: Sequence[T], places: Iterable[int]) -> list[T]:
    return list(map(values.__getitem__, places))
