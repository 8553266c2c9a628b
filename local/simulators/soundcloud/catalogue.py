"""Tracks, users and albums as SoundCloud's answers show them; `objects.json` has their shapes."""

from datetime import UTC, datetime
from functools import lru_cache
from typing import NamedTuple

from local.simulators.frame.responses import Json
from local.simulators.frame.tables import Templates
from local.simulators.music import words
from local.simulators.music.chance import digest
from local.simulators.music.recordings import Album, Recordings

OBJECTS = Templates(__file__)
ACCESS = ("playable", "preview", "blocked")
"""What a listener may do with a track; the last can be seen alone."""
_FIRST_IDS = {"tracks": 100_000_000, "users": 40_000_000, "playlists": 800_000_000}
_SHORTEST_ALBUM = 4


class Released(NamedTuple):
    """A release date, as far as it is known."""

    year: int | None = None
    month: int | None = None
    day: int | None = None


def urn(kind: str, thing: int) -> str:
    """The URN of a thing by its number; of playlists those of the catalogue, which are albums."""
    return f"soundcloud:{kind}:{_FIRST_IDS[kind] + thing}"


def moment(when: int) -> str:
    """A moment in seconds since 1970 as the service writes it."""
    return f"{datetime.fromtimestamp(when, UTC):%Y/%m/%d %H:%M:%S +0000}"


def picture(kind: str, raw: bytes) -> str:
    """The address of a picture of 100 pixels."""
    return f"https://i1.sndcdn.com/{kind}-{raw[:12].hex()}-{raw[12:15].hex()}-large.jpg"


class Catalogue:
    """
    The same recordings as at the other services, with the same ISRC, each uploaded by its artist or by somebody else.

    Renders on demand and remembers what was asked last; rendered objects are shared: do not change one.
    """

    def __init__(self, seed: int) -> None:
        self.recordings = Recordings(seed)
        self.track = lru_cache(8_192)(self._track)
        self.user = lru_cache(4_096)(self._user)
        self.album = lru_cache(1_024)(self._album)

    def access(self, track: int, *, odd: bool) -> str:
        """What a listener may do with it; without oddities, everything."""
        raw = self.recordings.track(track).raw
        return ACCESS[2 if raw[25] % 13 == 4 else raw[25] % 11 == 2] if odd else ACCESS[0]

    def _track(self, number: int, odd: bool) -> Json:
        """
        A track. With oddities some are not playable, by an uploader who is not the artist, or of a user who is gone;
        some have a strange name, no ISRC, no picture, no date, or hide their counts.
        """
        track = self.recordings.track(number)
        raw, hidden = track.raw, odd and track.raw[26] % 9 == 1
        uploader = (track.artists[0] + 1) if odd and raw[27] % 4 == 0 else track.artists[0]
        artist = self.recordings.artist_name(track.artists[0])
        return OBJECTS.filled(
            "track",
            track=track,
            number=number,
            urn=urn("tracks", number),
            title=words.pick(words.ODD_NAMES, raw[24]) if odd and raw[23] % 25 == 7 else track.name,
            artist=artist if uploader != track.artists[0] else None,
            user=None if odd and raw[28] % 41 == 0 else self.user(uploader),
            artwork=None if odd and raw[29] % 7 == 0 else picture("artworks", raw),
            genre=words.pick(words.GENRES, raw[30]) if raw[30] % 3 else "",
            isrc=None if odd and raw[31] % 3 == 0 else track.isrc,
            created=moment(1_200_000_000 + int.from_bytes(raw[:4]) % 500_000_000),
            comments=0 if hidden else raw[20],
            likes=0 if hidden else int.from_bytes(raw[21:23]),
            plays=None if hidden else int.from_bytes(raw[21:24]),
            shown=not hidden,
            released=Released() if odd and raw[19] % 4 == 0 else _released(self.recordings.album(track.album)),
            access=self.access(number, odd=odd),
            hex=raw[:8].hex(),
        )

    def _user(self, artist: int) -> Json:
        raw = digest(self.recordings.seed, "user", artist)
        return self.person(urn("users", artist), self.recordings.artist_name(artist), raw)

    def person(self, identity: str, name: str, raw: bytes) -> Json:
        """A user, also one who is no artist."""
        return OBJECTS.filled(
            "user",
            urn=identity,
            number=identity.rpartition(":")[2],
            name=name,
            avatar=picture("avatars", raw),
            created=moment(1_200_000_000 + int.from_bytes(raw[:4]) % 500_000_000),
            followers=int.from_bytes(raw[18:21]) >> (raw[21] % 16),
        )

    def _album(self, number: int) -> Json:
        """An album, which is a playlist of a type of its own."""
        album = self.recordings.album(number)
        kind = "single" if album.size == 1 else "ep" if album.size <= _SHORTEST_ALBUM + 1 else "album"
        return OBJECTS.filled(
            "playlist",
            number=number,
            urn=urn("playlists", number),
            title=album.name,
            type=kind if album.size < 60 else "compilation",
            user=self.user(album.artist),
            artwork=picture("artworks", album.raw),
            created=moment(1_500_000_000 + number),
            modified=moment(1_600_000_000 + number),
            description="",
            milliseconds=album.size * 200_000,
            ean=f"0{album.upc}",
            genre=words.pick(words.GENRES, album.raw[31]),
            likes=album.raw[30],
            released=_released(album),
            sharing="public",
            size=album.size,
        )


def _released(album: Album) -> Released:
    return Released(*map(int, album.date.split("-")))
