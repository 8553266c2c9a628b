"""What a listener has, as the service shows it: library objects, and what is related to them."""

from collections.abc import Callable, Mapping
from typing import Any

from local.simulators.apple_music.library import Item, Library
from local.simulators.apple_music.music import album_of, tracks_of
from local.simulators.apple_music.playlists import Playlist
from local.simulators.apple_music.resources import (
    SITE,
    Catalogue,
    album_id,
    artwork,
    catalogue_resource,
    resource,
    song_id,
    video_id,
)
from local.simulators.apple_music.wishes import Wish
from local.simulators.music.chance import base62, digest, mixed
from local.simulators.previous.answers import Json
from local.simulators.previous.spotify.listening import seconds

RELATIONS: Mapping[str, tuple[str, ...]] = {
    "library-songs": ("albums", "artists", "catalog"),
    "library-music-videos": ("catalog",),
    "library-albums": ("artists", "catalog", "tracks"),
    "library-artists": ("albums", "catalog"),
    "library-playlists": ("catalog", "tracks"),
    "songs": ("albums", "artists"),
    "albums": ("artists", "tracks"),
    "playlists": (),
    "stations": (),
}
"""What each type of object can include."""

_RELATED_AT_MOST = 100
_UPLOADED, _UNPLAYABLE, _UNLINKED, _BARE = 0, 1, 2, 4


class Rendering:
    """
    One library in the words of the service.

    With oddities, some songs are the listener's own uploads, some cannot be played, some are not linked to the
    catalogue though they came from it, and some have hardly any attributes.
    """

    def __init__(self, library: Library, catalogue: Catalogue) -> None:
        self._library = library
        self._catalogue = catalogue
        self._shown: Mapping[str, Callable[[Any], dict[str, Json]]] = {
            "library-songs": self._song,
            "library-music-videos": self._video,
            "library-albums": self._album,
            "library-artists": self._artist,
            "library-playlists": self._playlist,
            "songs": catalogue.song,
            "music-videos": catalogue.video,
            "albums": catalogue.album,
            "artists": catalogue.artist,
            "playlists": catalogue.playlist,
            "stations": catalogue.station,
            "published": self._published,
        }

    def told(self, item: Item, wish: Wish) -> Json:
        """One object with all that was wished of it."""
        plain = self._shown[item.kind](item.key)
        attributes = dict(plain["attributes"])
        if "dateAdded" in wish.extend and item.kind == "library-songs":
            attributes |= self._added(item.key)
        body = {**plain, "attributes": wish.fitted(item.kind, attributes)}
        relations = [name for name in RELATIONS.get(item.kind, ()) if name in wish.include | wish.relate]
        if relations:
            body["relationships"] = {name: self._relation(item, plain["href"], name, wish) for name in relations}
        return body

    def playlist_tracks(self, playlist: Playlist) -> list[Item]:
        return [
            Item("library-songs", entry) if entry >= 0 else Item("library-music-videos", ~entry)
            for entry in playlist.entries
        ]

    def _relation(self, item: Item, href: str, name: str, wish: Wish) -> Json:
        related = self._related(item, name)
        told: dict[str, Json] = {"href": f"{href}/{name}"}
        if len(related) > _RELATED_AT_MOST:
            told["next"] = f"{href}/{name}?offset={_RELATED_AT_MOST}"
        shown = [self.told(each, wish.of_related()) for each in related[:_RELATED_AT_MOST]]
        if name not in wish.include:
            shown = [{key: each[key] for key in ("id", "type", "href")} for each in shown]
        return {**told, "data": shown}

    def _related(self, item: Item, name: str) -> list[Item]:
        if name == "catalog":
            return self._in_catalogue(item)
        prefix = "library-" if item.kind.startswith("library-") else ""
        if item.kind == "library-playlists":
            return self.playlist_tracks(self._library.playlists[str(item.key)])
        number = int(item.key)
        if item.kind == "library-artists":
            return [
                Item("library-albums", kept.number)
                for kept in self._library.albums
                if self._catalogue.music.album(kept.number).artist == number
            ]
        album = album_of(number) if item.kind.endswith("songs") else number
        if name == "albums":
            return [Item(f"{prefix}albums", album)]
        if name == "artists":
            return [Item(f"{prefix}artists", self._catalogue.music.album(album).artist)]
        songs = [song for song in tracks_of(album) if not prefix or song in self._library.songs]
        return [Item(f"{prefix}songs", song) for song in songs]

    def _in_catalogue(self, item: Item) -> list[Item]:
        if item.kind == "library-playlists":
            return [Item("published", item.key)] if self._library.playlists[str(item.key)].catalogue_id else []
        if self._quirk(item) in {_UPLOADED, _UNPLAYABLE, _UNLINKED}:
            return []
        return [Item(item.kind.removeprefix("library-"), item.key)]

    def _song(self, number: int) -> dict[str, Json]:
        song, quirk = self._catalogue.music.song(number), self._quirk(Item("library-songs", number))
        identity, bare = self._id("i", "song", number), quirk == _BARE
        play = {
            "catalogId": None if quirk == _UPLOADED else song_id(number),
            "id": identity,
            "isLibrary": True,
            "kind": "song",
            "reporting": quirk != _UPLOADED,
        }
        attributes = {
            "albumName": None if bare else song.album.name,
            "artistName": song.artist_name,
            "artwork": None if bare or quirk == _UPLOADED else artwork("album", song.album.number),
            "contentRating": "explicit" if song.explicit else None,
            "discNumber": song.disc,
            "durationInMillis": song.milliseconds,
            "genreNames": [] if bare else [song.album.genres[0]],
            "hasLyrics": quirk != _UPLOADED and number % 4 != 0,
            "name": self._library.song_name(number),
            "playParams": None if quirk == _UNPLAYABLE else _without_none(play),
            "releaseDate": None if bare or quirk == _UPLOADED else song.album.date,
            "trackNumber": song.place,
        }
        return resource("library-songs", identity, f"/v1/me/library/songs/{identity}", attributes)

    def _video(self, number: int) -> dict[str, Json]:
        song, identity = self._catalogue.music.song(number), self._id("i", "video", number)
        attributes = {
            "artistName": song.artist_name,
            "artwork": artwork("video", number),
            "durationInMillis": song.milliseconds,
            "genreNames": [song.album.genres[0]],
            "name": song.name,
            "playParams": {"catalogId": video_id(number), "id": identity, "isLibrary": True, "kind": "musicVideo"},
            "releaseDate": song.album.date,
        }
        return resource("library-music-videos", identity, f"/v1/me/library/music-videos/{identity}", attributes)

    def _artist(self, number: int) -> dict[str, Json]:
        identity = self._id("r", "artist", number)
        attributes = {"name": self._catalogue.music.artist_name(number)}
        return resource("library-artists", identity, f"/v1/me/library/artists/{identity}", attributes)

    def _album(self, number: int) -> dict[str, Json]:
        album, quirk = self._catalogue.music.album(number), self._quirk(Item("library-albums", number))
        identity, kept = self._id("l", "album", number), self._library.albums.get(number)
        count = album.songs
        if kept is not None and kept.with_other:
            count = sum(song in self._library.songs for song in tracks_of(number))
        play = {"catalogId": album_id(number), "id": identity, "isLibrary": True, "kind": "album"}
        attributes = {
            "artistName": album.artist_name,
            "artwork": None if quirk == _BARE else artwork("album", number),
            "dateAdded": None if kept is None else seconds(kept.when),
            "genreNames": [] if quirk == _BARE else [album.genres[0]],
            "name": self._library.album_name(number),
            "playParams": None if quirk in {_UPLOADED, _UNPLAYABLE} else play,
            "releaseDate": None if quirk == _BARE else album.date,
            "trackCount": count,
        }
        return resource("library-albums", identity, f"/v1/me/library/albums/{identity}", attributes)

    def _playlist(self, identity: str) -> dict[str, Json]:
        playlist = self._library.playlists[identity]
        play = {"globalId": playlist.catalogue_id, "id": playlist.id, "isLibrary": True, "kind": "playlist"}
        attributes = {
            "artwork": artwork("playlist", playlist.id) if playlist.pictured else None,
            "canEdit": playlist.can_edit,
            "dateAdded": seconds(playlist.added),
            "description": None if playlist.description is None else {"standard": playlist.description},
            "hasCatalog": playlist.catalogue_id is not None,
            "isPublic": playlist.catalogue_id is not None,
            "lastModifiedDate": None if playlist.modified is None else seconds(playlist.modified),
            "name": playlist.name,
            "playParams": _without_none(play),
        }
        return resource("library-playlists", playlist.id, f"/v1/me/library/playlists/{playlist.id}", attributes)

    def _published(self, own_id: str) -> dict[str, Json]:
        """How others see a public playlist of a listener."""
        playlist = self._library.playlists[own_id]
        identity = str(playlist.catalogue_id)
        attributes: dict[str, Json] = {
            "curatorName": self._library.name,
            "isChart": False,
            "lastModifiedDate": None if playlist.modified is None else seconds(playlist.modified),
            "name": playlist.name,
            "playParams": {"id": identity, "kind": "playlist"},
            "playlistType": "user-shared",
            "url": f"{SITE}/playlist/{identity}",
        }
        return catalogue_resource("playlists", identity, attributes)

    def _added(self, song: int | str) -> dict[str, Json]:
        kept = self._library.songs.get(int(song))
        return {} if kept is None else {"dateAdded": seconds(kept.when)}

    def _quirk(self, item: Item) -> int | None:
        """What is strange about a song or an album; the same wherever it is shown."""
        if not self._library.options.oddities or item.kind not in {"library-songs", "library-albums"}:
            return None
        number = int(item.key)
        return mixed(self._library.start, number if item.kind == "library-songs" else ~number) % 60

    def _id(self, prefix: str, *of: object) -> str:
        return f"{prefix}.{base62(digest(self._library.start, *of))[:14]}"


def _without_none(values: Mapping[str, Json]) -> dict[str, Json]:
    return {name: value for name, value in values.items() if value is not None}
