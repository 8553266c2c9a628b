"""The music that the simulated Last.fm knows: who plays what, and how its API writes it."""

from functools import lru_cache
from typing import NamedTuple
from urllib.parse import quote_plus
from uuid import UUID

from local.simulators.frame.responses import Json
from local.simulators.music import words
from local.simulators.music.chance import digest, number

ARTISTS = 571
"""Prime, so that decks of them can be shuffled."""
TRACKS = 99_991
"""Prime as well. No two have the same artist and name, which is all that Last.fm tells them apart by."""
ODD_TRACKS = range(TRACKS, TRACKS + len(words.ODD_NAMES))
"""Behind the plain tracks one for each odd name."""

STAR = "2a96cbd8b46e442fc41c2b86b821562f"
"""The picture that means that there is none."""

_PICTURES = "https://lastfm.freetls.fastly.net/i/u"
_SIZES = {"small": "34s", "medium": "64s", "large": "174s", "extralarge": "300x300"}
_PAIRS_OF_WORDS = len(words.OPENINGS) * len(words.NOUNS)
_STEP = 37  # shares no factor with the number of pairs, so that an artist never has one twice


class Track(NamedTuple):
    """A track, and the record it is on; an empty string is something that Last.fm does not know."""

    name: str
    artist: int
    mbid: str
    album: str
    album_mbid: str
    picture: str | None
    """None where the response has no address at all."""
    seconds: int


class Catalogue:
    """Works everything out from the seed and a number, and remembers what was asked last."""

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self.artist = lru_cache(ARTISTS)(self._artist)
        self.track = lru_cache(8_192)(self._track)
        self._shift = number(seed, "artists") % (len(words.FIRST_NAMES) * len(words.LAST_NAMES))

    def _artist(self, index: int) -> dict[str, Json]:
        """An artist as most responses name one; no two have the same name."""
        place = (index + self._shift) % (len(words.FIRST_NAMES) * len(words.LAST_NAMES))
        first, last = divmod(place, len(words.LAST_NAMES))
        name = f"{words.FIRST_NAMES[first]} {words.LAST_NAMES[last]}"
        return {"url": _artist_url(name), "name": name, "mbid": _mbid(digest(self._seed, "artist", index))}

    def _track(self, index: int) -> Track:
        """One track. With some the MBID, the album or the picture is missing."""
        raw = digest(self._seed, "track", index)
        artist, place = index % ARTISTS, index // ARTISTS
        record = place // 11
        cover = digest(self._seed, "album", artist, record)
        album = "" if raw[20] % 9 == 4 else f"{words.pick(words.NOUNS, cover[20])} {record + 1}"
        return Track(
            name=self._name(index, artist, place, raw),
            artist=artist,
            mbid=_mbid(raw),
            album=album,
            album_mbid=_mbid(cover) if album else "",
            picture=None if raw[21] % 16 == 3 else STAR if not album or cover[21] % 5 == 0 else cover[:16].hex(),
            seconds=0 if raw[22] % 7 == 0 else 90 + raw[23],
        )

    def _name(self, index: int, artist: int, place: int, raw: bytes) -> str:
        if index in ODD_TRACKS:
            return words.ODD_NAMES[index - TRACKS]
        pair = (number(self._seed, "names", artist) + _STEP * place) % _PAIRS_OF_WORDS
        opening, noun = divmod(pair, len(words.NOUNS))
        return f"{words.OPENINGS[opening]} {words.NOUNS[noun]}{words.pick(words.TAILS, raw[24])}"


def _artist_url(artist: str) -> str:
    return f"https://www.last.fm/music/{_quoted(artist)}"


def track_url(artist: str, name: str) -> str:
    return f"{_artist_url(artist)}/_/{_quoted(name)}"


@lru_cache(maxsize=4_096)
def images(picture: str | None, *, mega: bool = False) -> list[Json]:
    """The four sizes of a picture, for artists five."""
    sizes = {**_SIZES, "mega": "300x300"} if mega else _SIZES
    return [
        {"size": size, "#text": "" if picture is None else f"{_PICTURES}/{folder}/{picture}.png"}
        for size, folder in sizes.items()
    ]


def _quoted(text: str) -> str:
    return quote_plus(text, errors="surrogatepass")


def _mbid(raw: bytes) -> str:
    """An MBID, or nothing for every third."""
    return "" if raw[25] % 3 == 0 else str(UUID(bytes=raw[:16], version=4))
