"""
What Apple's catalogue holds, as the service shows it: recordings, stations, and playlists of its editors.

`objects.json` has the shapes of the attributes.
"""

from collections.abc import Mapping
from functools import lru_cache

from local.simulators.frame.responses import Json
from local.simulators.frame.tables import Templates
from local.simulators.music import words
from local.simulators.music.chance import base62, digest, number
from local.simulators.music.recordings import Album, Recordings

STOREFRONT = "se"
OBJECTS = Templates(__file__)

_GENRES = ("Alternative", "Electronic", "Hip-Hop/Rap", "Pop", "Dance", "R&B/Soul", "Jazz", "Rock", "J-Pop", "Klassik")
_COLOURS = ("bgColor", "textColor1", "textColor2", "textColor3", "textColor4")
_FIRST_IDS = {
    "songs": 1_440_000_000,
    "albums": 1_600_000_000,
    "music-videos": 1_850_000_000,
    "artists": 300_000_000,
    "stations": 970_000_000,
}


def resource(kind: str, identity: str, href: str, attributes: Mapping[str, Json]) -> dict[str, Json]:
    """One object of a response; what is None is not there."""
    present = {name: value for name, value in attributes.items() if value is not None}
    return {"id": identity, "type": kind, "href": href, "attributes": present}


def catalogue_id(kind: str, thing: int) -> str:
    """The id of a thing by its number; a music video has the number of its song."""
    if kind == "playlists":
        return f"pl.{digest('editorial playlist', thing)[:16].hex()}"
    return f"{'ra.' if kind == 'stations' else ''}{_FIRST_IDS[kind] + thing}"


def artwork(*of: object) -> Json:
    """A picture as the library has it; the caller puts a size into the address."""
    raw = digest("artwork", *of)
    return OBJECTS.filled("artwork", picture=f"{raw[:2].hex()}/{raw[2:4].hex()}/{raw[4:20].hex()}")


class Catalogue:
    """
    The same recordings as at the other services, with the same ISRC.

    Renders on demand and remembers what was asked last; rendered objects are shared: do not change one.
    """

    def __init__(self, seed: int) -> None:
        self.recordings = Recordings(seed)
        self.shown = lru_cache(8_192)(self._shown)

    def _shown(self, kind: str, thing: int) -> Json:
        identity = catalogue_id(kind, thing)
        values = getattr(self, f"_{kind.replace('-', '_')}")(thing)
        attributes = OBJECTS.filled(kind, id=identity, **values)
        return resource(kind, identity, f"/v1/catalog/{STOREFRONT}/{kind}/{identity}", attributes)

    def _genres(self, artist: int) -> list[str]:
        return [words.pick(_GENRES, number(self.recordings.seed, "genres", artist)), "Music"]

    def _songs(self, song: int) -> Mapping[str, Json]:
        track = self.recordings.track(song)
        album = self.recordings.album(track.album)
        return {
            "album": album,
            "album_id": catalogue_id("albums", track.album),
            "artists": " & ".join(map(self.recordings.artist_name, track.artists)),
            "artwork": _painted("album", track.album),
            "composer": self.recordings.artist_name(album.artist) if song % 3 else None,
            "genres": self._genres(album.artist),
            "lyrics": song % 4 != 0,
            "mastered": song % 5 == 0,
            "rating": "explicit" if track.explicit else None,
            "released": _released(album),
            "track": track,
        }

    def _albums(self, thing: int) -> Mapping[str, Json]:
        album = self.recordings.album(thing)
        return {
            "album": album,
            "artist": self.recordings.artist_name(album.artist),
            "artwork": _painted("album", thing),
            "compilation": album.size > 60,
            "genres": self._genres(album.artist),
            "mastered": thing % 5 == 0,
            "released": _released(album),
            "single": album.size == 1,
            "upc": f"{int.from_bytes(digest(self.recordings.seed, 'upc', thing)[:6]) % 10**12:012}",
            "year": album.date[:4],
        }

    def _artists(self, artist: int) -> Mapping[str, Json]:
        name = self.recordings.artist_name(artist)
        return {"artwork": _painted("artist", artist), "genres": self._genres(artist), "name": name}

    def _music_videos(self, song: int) -> Mapping[str, Json]:
        """The music video to a song, which is another recording."""
        shown = self.shown("songs", song)["attributes"]
        isrc = f"{shown['isrc'][:5]}9{shown['isrc'][6:]}"
        return {"artwork": _painted("video", song), "isrc": isrc, "song": shown}

    def _stations(self, station: int) -> Mapping[str, Json]:
        genre = words.pick(words.GENRES, digest("station", station)[0])
        return {"artwork": _painted("station", station), "genre": genre, "live": station % 7 == 0}

    def _playlists(self, playlist: int) -> Mapping[str, Json]:
        """A playlist of the service's own editors."""
        raw = digest("editorial playlist", playlist)
        return {
            "artwork": _painted("playlist", playlist),
            "chart": playlist % 9 == 0,
            "name": f"{words.pick(words.MOODS, raw[16])} {base62(raw)[:2]}",
            "version": raw[20:28].hex(),
        }


def _painted(*of: object) -> Json:
    """A picture as the catalogue has it, with its colours."""
    raw = digest("colours", *of).hex()
    return {**artwork(*of), **{name: raw[6 * place : 6 * place + 6] for place, name in enumerate(_COLOURS)}}


def _released(album: Album) -> str:
    """A day, or a year alone."""
    return f"{album.date}-01" if album.precision == "month" else album.date
