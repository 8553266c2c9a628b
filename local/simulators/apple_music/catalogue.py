"""What Apple's catalogue holds, as the service shows it: recordings, stations, and playlists of its editors."""

from collections.abc import Callable, Mapping
from functools import lru_cache

from local.simulators.frame.responses import Json
from local.simulators.music import words
from local.simulators.music.chance import base62, digest, number
from local.simulators.music.recordings import Album, Recordings

STOREFRONT = "se"

_SITE = f"https://music.apple.com/{STOREFRONT}"
_GENRES = ("Alternative", "Electronic", "Hip-Hop/Rap", "Pop", "Dance", "R&B/Soul", "Jazz", "Rock", "J-Pop", "Klassik")
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


def catalogue_resource(kind: str, identity: str, attributes: Mapping[str, Json]) -> dict[str, Json]:
    return resource(kind, identity, f"/v1/catalog/{STOREFRONT}/{kind}/{identity}", attributes)


def catalogue_id(kind: str, thing: int) -> str:
    """The id of a thing by its number; a music video has the number of its song."""
    if kind == "playlists":
        return f"pl.{digest('editorial playlist', thing)[:16].hex()}"
    return f"{'ra.' if kind == 'stations' else ''}{_FIRST_IDS[kind] + thing}"


def artwork(*of: object) -> Json:
    """A picture as the library has it; the caller puts a size into the address."""
    raw = digest("artwork", *of)
    picture = f"{raw[:2].hex()}/{raw[2:4].hex()}/{raw[4:20].hex()}"
    return {
        "width": 1200,
        "height": 1200,
        "url": f"https://is1-ssl.mzstatic.com/image/thumb/Music/v4/{picture}/cover.jpg/{{w}}x{{h}}bb.jpg",
    }


def address(kind: str, identity: str) -> str:
    """The page of a thing on the service's website."""
    return f"{_SITE}/{kind}/{identity}"


class Catalogue:
    """
    The same recordings as at the other services, with the same ISRC.

    Renders on demand and remembers what was asked last; rendered objects are shared: do not change one.
    """

    def __init__(self, seed: int) -> None:
        self.recordings = Recordings(seed)
        self.shown = lru_cache(8_192)(self._shown)

    def _genres(self, artist: int) -> list[str]:
        return [words.pick(_GENRES, number(self.recordings.seed, "genres", artist)), "Music"]

    def _shown(self, kind: str, thing: int) -> Json:
        identity = catalogue_id(kind, thing)
        return catalogue_resource(kind, identity, _ATTRIBUTES[kind](self, thing, identity))

    def _song(self, song: int, identity: str) -> Mapping[str, Json]:
        track = self.recordings.track(song)
        album = self.recordings.album(track.album)
        return {
            "albumName": album.name,
            "artistName": " & ".join(map(self.recordings.artist_name, track.artists)),
            "artwork": _painted("album", track.album),
            "composerName": self.recordings.artist_name(album.artist) if song % 3 else None,
            "contentRating": "explicit" if track.explicit else None,
            "discNumber": track.disc,
            "durationInMillis": track.milliseconds,
            "genreNames": self._genres(album.artist),
            "hasLyrics": song % 4 != 0,
            "isAppleDigitalMaster": song % 5 == 0,
            "isrc": track.isrc,
            "name": track.name,
            "playParams": {"id": identity, "kind": "song"},
            "previews": [{"url": f"https://audio-ssl.itunes.apple.com/itunes-assets/{identity}.plus.aac.p.m4a"}],
            "releaseDate": _released(album),
            "trackNumber": track.place,
            "url": f"{address('album', catalogue_id('albums', track.album))}?i={identity}",
        }

    def _album(self, thing: int, identity: str) -> Mapping[str, Json]:
        album = self.recordings.album(thing)
        artist = self.recordings.artist_name(album.artist)
        return {
            "artistName": artist,
            "artwork": _painted("album", thing),
            "copyright": f"℗ {album.date[:4]} {artist} Recordings",
            "genreNames": self._genres(album.artist),
            "isCompilation": album.size > 60,
            "isComplete": True,
            "isMasteredForItunes": thing % 5 == 0,
            "isSingle": album.size == 1,
            "name": album.name,
            "playParams": {"id": identity, "kind": "album"},
            "recordLabel": f"{artist} Recordings",
            "releaseDate": _released(album),
            "trackCount": album.size,
            "upc": f"{int.from_bytes(digest(self.recordings.seed, 'upc', thing)[:6]) % 10**12:012}",
            "url": address("album", identity),
        }

    def _artist(self, artist: int, identity: str) -> Mapping[str, Json]:
        return {
            "artwork": _painted("artist", artist),
            "genreNames": self._genres(artist),
            "name": self.recordings.artist_name(artist),
            "url": address("artist", identity),
        }

    def _video(self, song: int, identity: str) -> Mapping[str, Json]:
        """The music video to a song, which is another recording."""
        known = self.shown("songs", song)["attributes"]
        return {
            "artistName": known["artistName"],
            "artwork": _painted("video", song),
            "durationInMillis": known["durationInMillis"],
            "genreNames": known["genreNames"],
            "isrc": f"{known['isrc'][:5]}9{known['isrc'][6:]}",
            "name": known["name"],
            "playParams": {"id": identity, "kind": "musicVideo"},
            "releaseDate": known["releaseDate"],
            "url": address("music-video", identity),
        }

    def _station(self, station: int, identity: str) -> Mapping[str, Json]:
        return {
            "artwork": _painted("station", station),
            "isLive": station % 7 == 0,
            "mediaKind": "audio",
            "name": f"{words.pick(words.GENRES, digest('station', station)[0])} Station",
            "playParams": {"format": "tracks", "hasDrm": False, "id": identity, "kind": "radioStation"},
            "url": address("station", identity),
        }

    def _playlist(self, playlist: int, identity: str) -> Mapping[str, Json]:
        """A playlist of the service's own editors."""
        raw = digest("editorial playlist", playlist)
        return {
            "artwork": _painted("playlist", playlist),
            "curatorName": "Apple Music",
            "description": {"short": "Made for you.", "standard": "Fresh songs, <b>every Friday</b>."},
            "isChart": playlist % 9 == 0,
            "lastModifiedDate": "2026-01-30T08:00:00Z",
            "name": f"{words.pick(words.MOODS, raw[16])} {base62(raw)[:2]}",
            "playParams": {"id": identity, "kind": "playlist", "versionHash": raw[20:28].hex()},
            "playlistType": "editorial",
            "url": address("playlist", identity),
        }


_ATTRIBUTES: Mapping[str, Callable[[Catalogue, int, str], Mapping[str, Json]]] = {
    "songs": Catalogue._song,
    "albums": Catalogue._album,
    "artists": Catalogue._artist,
    "music-videos": Catalogue._video,
    "stations": Catalogue._station,
    "playlists": Catalogue._playlist,
}


def _painted(*of: object) -> Json:
    """A picture as the catalogue has it, with its colours."""
    raw = digest("colours", *of).hex()
    names = ("bgColor", "textColor1", "textColor2", "textColor3", "textColor4")
    return {**artwork(*of), **{name: raw[6 * place : 6 * place + 6] for place, name in enumerate(names)}}


def _released(album: Album) -> str:
    """A day, or a year alone."""
    return f"{album.date}-01" if album.precision == "month" else album.date
