"""What the catalogue holds, as the service shows it: songs, albums, artists, stations and its own playlists."""

from collections.abc import Mapping
from functools import lru_cache

from local.simulators.apple_music.music import Music
from local.simulators.music import words
from local.simulators.music.chance import base62, digest
from local.simulators.previous.answers import Json

STOREFRONT = "se"

SITE = f"https://music.apple.com/{STOREFRONT}"


def resource(kind: str, identity: str, href: str, attributes: Mapping[str, Json]) -> dict[str, Json]:
    """One object of an answer; what is None is not there."""
    told = {name: value for name, value in attributes.items() if value is not None}
    return {"id": identity, "type": kind, "href": href, "attributes": told}


def catalogue_resource(kind: str, identity: str, attributes: Mapping[str, Json]) -> dict[str, Json]:
    return resource(kind, identity, f"/v1/catalog/{STOREFRONT}/{kind}/{identity}", attributes)


def song_id(song: int) -> str:
    return str(1_440_000_000 + song)


def album_id(album: int) -> str:
    return str(1_600_000_000 + album)


def video_id(song: int) -> str:
    """Of the music video to a song."""
    return str(1_850_000_000 + song)


def artist_id(artist: int) -> str:
    return str(300_000_000 + artist)


def artwork(*of: object) -> Json:
    """A picture as the library has it; the caller puts a size into the address."""
    raw = digest("artwork", *of)
    picture = f"{raw[:2].hex()}/{raw[2:4].hex()}/{raw[4:20].hex()}"
    return {
        "width": 1200,
        "height": 1200,
        "url": f"https://is1-ssl.mzstatic.com/image/thumb/Music/v4/{picture}/cover.jpg/{{w}}x{{h}}bb.jpg",
    }


def _painted(*of: object) -> Json:
    """A picture as the catalogue has it, with its colours."""
    raw = digest("colours", *of).hex()
    names = ("bgColor", "textColor1", "textColor2", "textColor3", "textColor4")
    return {**artwork(*of), **{name: raw[6 * place : 6 * place + 6] for place, name in enumerate(names)}}


class Catalogue:
    """Renders on demand and remembers what was asked last; rendered objects are shared, and nobody may change one."""

    def __init__(self, seed: int) -> None:
        self.music = Music(seed)
        self.song = lru_cache(4_096)(self._song)
        self.album = lru_cache(2_048)(self._album)
        self.artist = lru_cache(2_048)(self._artist)

    def _song(self, number: int) -> Json:
        song = self.music.song(number)
        identity, album = song_id(number), song.album
        attributes = {
            "albumName": album.name,
            "artistName": song.artist_name,
            "artwork": _painted("album", album.number),
            "composerName": album.artist_name if number % 3 else None,
            "contentRating": "explicit" if song.explicit else None,
            "discNumber": song.disc,
            "durationInMillis": song.milliseconds,
            "genreNames": list(album.genres),
            "hasLyrics": number % 4 != 0,
            "isAppleDigitalMaster": number % 5 == 0,
            "isrc": song.isrc,
            "name": song.name,
            "playParams": {"id": identity, "kind": "song"},
            "previews": [{"url": f"https://audio-ssl.itunes.apple.com/itunes-assets/{identity}.plus.aac.p.m4a"}],
            "releaseDate": album.date,
            "trackNumber": song.place,
            "url": f"{SITE}/album/{album_id(album.number)}?i={identity}",
        }
        return catalogue_resource("songs", identity, attributes)

    def _album(self, number: int) -> Json:
        album = self.music.album(number)
        identity = album_id(number)
        attributes = {
            "artistName": album.artist_name,
            "artwork": _painted("album", number),
            "copyright": f"℗ {album.date[:4]} {album.artist_name} Recordings",
            "genreNames": list(album.genres),
            "isCompilation": album.songs > 60,
            "isComplete": True,
            "isMasteredForItunes": number % 5 == 0,
            "isSingle": album.songs == 1,
            "name": album.name,
            "playParams": {"id": identity, "kind": "album"},
            "recordLabel": f"{album.artist_name} Recordings",
            "releaseDate": album.date,
            "trackCount": album.songs,
            "upc": album.upc,
            "url": f"{SITE}/album/{identity}",
        }
        return catalogue_resource("albums", identity, attributes)

    def _artist(self, number: int) -> Json:
        identity = artist_id(number)
        attributes = {
            "artwork": _painted("artist", number),
            "genreNames": list(self.music.genres(number)),
            "name": self.music.artist_name(number),
            "url": f"{SITE}/artist/{identity}",
        }
        return catalogue_resource("artists", identity, attributes)

    def video(self, number: int) -> Json:
        """The music video to a song."""
        song, identity = self.music.song(number), video_id(number)
        attributes = {
            "artistName": song.artist_name,
            "artwork": _painted("video", number),
            "durationInMillis": song.milliseconds,
            "genreNames": list(song.album.genres),
            "isrc": f"{song.isrc[:5]}9{song.isrc[6:]}",
            "name": song.name,
            "playParams": {"id": identity, "kind": "musicVideo"},
            "releaseDate": song.album.date,
            "url": f"{SITE}/music-video/{identity}",
        }
        return catalogue_resource("music-videos", identity, attributes)

    def station(self, number: int) -> Json:
        raw = digest("station", number)
        identity = f"ra.{970_000_000 + number}"
        attributes = {
            "artwork": _painted("station", number),
            "isLive": number % 7 == 0,
            "mediaKind": "audio",
            "name": f"{words.pick(words.GENRES, raw[0])} Station",
            "playParams": {"format": "tracks", "hasDrm": False, "id": identity, "kind": "radioStation"},
            "url": f"{SITE}/station/{identity}",
        }
        return catalogue_resource("stations", identity, attributes)

    def playlist(self, number: int) -> Json:
        """A playlist of the service's own editors."""
        raw = digest("editorial playlist", number)
        identity = f"pl.{raw[:16].hex()}"
        attributes = {
            "artwork": _painted("playlist", number),
            "curatorName": "Apple Music",
            "description": {"short": "Made for you.", "standard": "Fresh songs, <b>every Friday</b>."},
            "isChart": number % 9 == 0,
            "lastModifiedDate": "2026-01-30T08:00:00Z",
            "name": f"{words.pick(words.MOODS, raw[16])} {base62(raw)[:2]}",
            "playParams": {"id": identity, "kind": "playlist", "versionHash": raw[20:28].hex()},
            "playlistType": "editorial",
            "url": f"{SITE}/playlist/{identity}",
        }
        return catalogue_resource("playlists", identity, attributes)
