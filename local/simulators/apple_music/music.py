"""The music that exists: the same recordings as at the other services, under this service's numbers."""

from functools import lru_cache
from typing import NamedTuple

from local.simulators.music import words
from local.simulators.music.chance import digest, number
from local.simulators.previous.spotify.catalogue import (
    ALBUMS,
    ARTISTS,
    TRACKS,
    Catalogue,
    album_of,
    long_player,
    tracks_of,
)
from local.simulators.previous.spotify.regimes import Regime

__all__ = ["ALBUMS", "ARTISTS", "SONGS", "Album", "Music", "Song", "album_of", "long_player", "tracks_of"]

SONGS = TRACKS
"""How many songs there are to choose from. Prime, as are `ALBUMS` and `ARTISTS`: a listener's choice is a shuffle."""

_GENRES = ("Alternative", "Electronic", "Hip-Hop/Rap", "Pop", "Dance", "R&B/Soul", "Jazz", "Rock", "J-Pop", "Klassik")


class Album(NamedTuple):
    """What is known of an album; `date` is a day, or a year alone."""

    number: int
    name: str
    artist: int
    artist_name: str
    date: str
    songs: int
    genres: tuple[str, ...]
    upc: str


class Song(NamedTuple):
    """What is known of a recording."""

    number: int
    name: str
    artist_name: str
    album: Album
    disc: int
    place: int
    milliseconds: int
    explicit: bool
    isrc: str


class _Recordings(Catalogue):
    """Tells who is behind an album."""

    def leader(self, album: int) -> int:
        return self._leader(album)


class Music:
    """Remembers what was asked last. The same seed and number are the same recording elsewhere, with the same ISRC."""

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._recordings = _Recordings(seed)
        self.song = lru_cache(8_192)(self._song)
        self.album = lru_cache(4_096)(self._album)

    def artist_of(self, song: int) -> int:
        """The artist of the album that a song is on."""
        return self._recordings.leader(album_of(song))

    def song_name(self, song: int) -> str:
        """Much cheaper than the whole song."""
        return self._recordings.track_name(song)

    def artist_name(self, artist: int) -> str:
        return str(self._recordings.artist(artist, Regime.RESTRICTED)["name"])

    def genres(self, artist: int) -> tuple[str, ...]:
        chance = number(self._seed, "genres", artist)
        return (words.pick(_GENRES, chance), "Music")

    def _song(self, song: int) -> Song:
        told = self._recordings.track(song, Regime.LEGACY)
        return Song(
            number=song,
            name=told["name"],
            artist_name=" & ".join(each["name"] for each in told["artists"]),
            album=self.album(album_of(song)),
            disc=told["disc_number"],
            place=told["track_number"],
            milliseconds=told["duration_ms"],
            explicit=told["explicit"],
            isrc=told["external_ids"]["isrc"],
        )

    def _album(self, album: int) -> Album:
        told = self._recordings.track(tracks_of(album).start, Regime.LEGACY)["album"]
        leader = self._recordings.leader(album)
        date = told["release_date"]
        return Album(
            number=album,
            name=told["name"],
            artist=leader,
            artist_name=told["artists"][0]["name"],
            date=f"{date}-01" if told["release_date_precision"] == "month" else date,
            songs=told["total_tracks"],
            genres=self.genres(leader),
            upc=f"{int.from_bytes(digest(self._seed, 'upc', album)[:6]) % 10**12:012}",
        )
