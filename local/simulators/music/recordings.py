"""The recordings that exist, the same at all services that take them from here: every number names one thing."""

from bisect import bisect_right
from functools import lru_cache
from itertools import accumulate
from typing import NamedTuple

from local.simulators.music import words
from local.simulators.music.chance import digest, mixed, number

TRACKS = 400_009
"""How many tracks there are to choose from. Prime, as are the next two: a listener's choice is a shuffle."""
ALBUMS = 25_013
"""How many albums of at least eight tracks there are to choose from."""
ARTISTS = 30_011
BOX_SET = 68
"""Tracks of a box set."""

_SIZES = (12, 1, 10, 14, 9, 11, 1, 13, 8, 12, 5, 4) * 5 + (BOX_SET,)
"""The albums of one stretch of the catalogue, which repeats: albums, singles, and one box set."""
_STARTS = (0, *accumulate(_SIZES))
_LONG_PLAYERS = tuple(slot for slot, size in enumerate(_SIZES) if 8 <= size < BOX_SET)


class Track(NamedTuple):
    """A recording; `raw` are 32 bytes of chance, for what a service adds to it."""

    number: int
    raw: bytes
    name: str
    artists: tuple[int, ...]
    album: int
    disc: int
    place: int
    milliseconds: int
    explicit: bool
    isrc: str


class Album(NamedTuple):
    """An album; `precision` says how much of the date is known: day, month or year."""

    number: int
    raw: bytes
    name: str
    artist: int
    date: str
    precision: str
    size: int
    upc: str


def long_player(choice: int) -> int:
    """The album behind one of the `ALBUMS` choices."""
    stretch, slot = divmod(choice, len(_LONG_PLAYERS))
    return stretch * len(_SIZES) + _LONG_PLAYERS[slot]


def box_set(choice: int) -> int:
    """An album with more tracks than a page has."""
    return choice * len(_SIZES) + len(_SIZES) - 1


def tracks_of(album: int) -> range:
    """The tracks of an album, in its order."""
    stretch, slot = divmod(album, len(_SIZES))
    first = stretch * _STARTS[-1] + _STARTS[slot]
    return range(first, first + _SIZES[slot])


def album_of(track: int) -> int:
    stretch, place = divmod(track, _STARTS[-1])
    return stretch * len(_SIZES) + bisect_right(_STARTS, place) - 1


class Recordings:
    """Works everything out from the seed, and remembers what was asked last."""

    def __init__(self, seed: int) -> None:
        self.seed = seed
        self.track = lru_cache(8_192)(self._track)
        self.album = lru_cache(4_096)(self._album)
        self.artist_name = lru_cache(8_192)(self._artist_name)

    def track_name(self, track: int) -> str:
        """Much cheaper than the whole track."""
        return _title(digest(self.seed, "track", track))

    def leader(self, album: int) -> int:
        """The artist who is behind an album."""
        return mixed(self.seed, album // 3) % ARTISTS

    def _artist_name(self, artist: int) -> str:
        return words.person(number(self.seed, "artist name", artist))

    def _track(self, track: int) -> Track:
        raw, album = digest(self.seed, "track", track), album_of(track)
        chance, place = int.from_bytes(raw[16:24]), track - tracks_of(album).start
        guests = (chance % ARTISTS,) if chance % 4 == 0 else ()
        return Track(
            number=track,
            raw=raw,
            name=_title(raw),
            artists=(self.leader(album), *guests),
            album=album,
            disc=1 + place // 25,
            place=1 + place % 25,
            milliseconds=95_000 + chance % 260_000,
            explicit=raw[24] % 9 == 0,
            isrc=_isrc(raw),
        )

    def _album(self, album: int) -> Album:
        raw = digest(self.seed, "album", album)
        date = f"{1965 + raw[16] % 61}-{1 + raw[17] % 12:02}-{1 + raw[18] % 28:02}"
        precision = ("day", "day", "day", "day", "year", "day", "month", "day")[raw[19] % 8]
        return Album(
            number=album,
            raw=raw,
            name=words.title(int.from_bytes(raw[20:28])),
            artist=self.leader(album),
            date=date[: {"day": 10, "month": 7, "year": 4}[precision]],
            precision=precision,
            size=len(tracks_of(album)),
            upc=f"{int.from_bytes(raw[24:30]) % 10**12:012}",
        )


def _isrc(raw: bytes) -> str:
    country = words.pick(("US", "GB", "DE", "QZ", "FR", "JP"), raw[9])
    return f"{country}{raw[10:12].hex().upper()[:3]}{raw[12] % 26:02}{int.from_bytes(raw[13:16]) % 100_000:05}"


def _title(raw: bytes) -> str:
    return words.title(int.from_bytes(raw[16:24]) >> 8)
