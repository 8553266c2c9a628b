"""Playlists as SoundCloud knows them: own and liked ones, some of the own ones private or albums."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from local.simulators.frame.entries import PLAIN, Entry
from local.simulators.frame.library import NEWEST
from local.simulators.frame.responses import Json
from local.simulators.music import playlists, words
from local.simulators.music.chance import digest, mixed
from local.simulators.music.playlists import PlaylistLibrary
from local.simulators.soundcloud.catalogue import OBJECTS, Released, moment, picture

LIKED, ALBUM = 1, 2
"""The kinds of entries besides the listener's own playlist: one of somebody else, and an album."""


@dataclass(slots=True, kw_only=True)
class Playlist(playlists.Playlist):
    """Moments are in seconds since 1970."""

    owner: Json
    added: int
    """When it was made, or liked."""
    type: str = ""
    sharing: str = "public"
    artwork: str | None = None

    def shown(self) -> Json:
        """The entry in a list of playlists, without tracks."""
        return OBJECTS.filled(
            "playlist",
            number=self.number,
            urn=self.id,
            title=self.name,
            type=self.type,
            user=self.owner,
            artwork=self.artwork,
            created=moment(self.added),
            modified=moment(self.modified or self.added),
            description=self.description,
            milliseconds=len(self) * 200_000,
            ean=None,
            genre="",
            likes=0,
            released=Released(),
            sharing=self.sharing,
            size=len(self),
        )


class SoundcloudPlaylists(PlaylistLibrary):
    """A listener's own playlists, newest first, then those of others by the moment of the like."""

    playlist_type = Playlist
    descriptions = ("", None, playlists.PLOT, None)

    @cached_property
    def user_id(self) -> str:
        return f"soundcloud:users:{1_000_000_000 + self.start % 10**9}"

    @cached_property
    def user(self) -> Json:
        """The listener, as playlists name them."""
        return self.catalogue.person(self.user_id, self.name, digest(self.start, "profile"))

    def playlist_id(self, raw: bytes) -> str:
        return f"soundcloud:playlists:{10**9 + int.from_bytes(raw[:6]) % 10**9}"

    def generated(self) -> list[Playlist]:
        own = super().generated()
        return own + [self._of_another(len(own) + place, place) for place in range(self.options.liked_playlists)]

    def traits(self, place: int, raw: bytes, size: int) -> Mapping[str, Any]:
        odd = self.options.oddities
        added = NEWEST - 86_400 * (30 + 11 * place) - mixed(self.start, place) % 86_400
        return {
            "owner": self.user,
            "added": added,
            "modified": added + mixed(self.start, ~place) % (NEWEST - added),
            "type": "album" if odd and place % 9 == 7 else "",
            "sharing": "private" if place % 5 == 2 else "public",
            "artwork": None if odd and place % 3 == 2 else picture("artworks", raw),
        }

    def traits_of_new(self) -> Mapping[str, Any]:
        return {"description": None, "owner": self.user, "added": self.now, "modified": self.now}

    def first_playlists(self, _: str) -> Iterator[Entry]:
        for playlist in self.playlists:
            own = playlist.owner is self.user
            yield Entry(PLAIN if own else LIKED, playlist.number, playlist.added)

    def create_playlists(self, name: str, title: str = "New playlist", entries: int = 0) -> list[Entry]:
        return [entry._replace(when=self.now) for entry in super().create_playlists(name, title, entries)]

    def place_playlists(self, entry: Entry) -> tuple[int, int, int]:
        return entry.kind, -entry.when, -entry.number

    def show_playlists(self, entry: Entry, _: Any) -> Json:
        return self.playlists[entry.number].shown()

    def _of_another(self, number: int, place: int) -> Any:
        raw = digest(self.start, "liked playlist", place)
        liked = NEWEST - 86_400 * (1_100 + 29 * place)
        owner = self.catalogue.person(
            f"soundcloud:users:{2 * 10**9 + number}", words.person(raw[22] + 1024 * raw[23]), raw
        )
        size = 1 + raw[20] % (1 + self.options.playlist_entries // max(1, self.options.playlists))
        artwork = picture("artworks", raw)
        return self.of_another(number, raw, size, owner=owner, added=liked, modified=liked, artwork=artwork)
