"""Forgotten favourites: own songs, once played often, silent for half a year. They need nobody else."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from blendify.insights.buckets import MonthOfPlays, Song
from blendify.taste import listening
from blendify.taste.days import days_between

PLAYS = 10
SILENT_DAYS = 180
ROWS = 20
AN_ARTIST = 2
"""Songs of one artist among them."""


@dataclass(frozen=True)
class Forgotten:
    """A song that was loved once."""

    song: Song
    plays: int
    last_day: str
    silent_days: int


def forgotten(plays: Sequence[MonthOfPlays], today: str, forbidden: Collection[str] = ()) -> list[Forgotten]:
    """
    The most played first; at most 20, two of an artist.

    forbidden   Keys of songs that the listener took out of likes or of a playlist
    """
    counts: dict[str, int] = {}
    last: dict[str, tuple[str, Song]] = {}
    for month in plays:
        for day, song, count in listening.plays_of(month):
            counts[song.key] = counts.get(song.key, 0) + count
            last[song.key] = max(last.get(song.key, (day, song)), (day, song), key=lambda latest: latest[0])
    rows = [
        Forgotten(song, counts[key], day, days_between(day, today))
        for key, (day, song) in last.items()
        if counts[key] >= PLAYS and days_between(day, today) >= SILENT_DAYS and key not in forbidden
    ]
    rows.sort(key=lambda row: (-row.plays, row.song.key))
    chosen: list[Forgotten] = []
    of_artist: dict[str, int] = {}
    for row in rows:
        artist = row.song.artists[0].key if row.song.artists else row.song.key
        if of_artist.get(artist, 0) < AN_ARTIST:
            of_artist[artist] = of_artist.get(artist, 0) + 1
            chosen.append(row)
    return chosen[:ROWS]
