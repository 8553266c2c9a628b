"""Playlists as Spotify knows them: whose they are, who may read them, and what the list of playlists tells."""

from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, ClassVar

from local.simulators.frame.entries import NEVER, Entry
from local.simulators.frame.responses import Json
from local.simulators.music import playlists, words
from local.simulators.music.chance import base62, digest
from local.simulators.music.playlists import PlaylistLibrary
from local.simulators.spotify.catalogue import images, links, shaped
from local.simulators.spotify.regimes import CONTENTS_KEYS, Regime

UNPLAYABLE, LOCAL, EPISODE, NULL, ODD = range(1, 6)
"""The kinds of entries besides the plain track: ODD is one with a strange name, or whatever is strange elsewhere."""

_MOMENTS = {67: NEVER, 59: 0}


def person(identity: str, name: str | None) -> Json:
    """A user as playlists mention one."""
    return dict(sorted({**links("user", identity), "display_name": name}.items()))


@dataclass(slots=True, kw_only=True)
class Playlist(playlists.Playlist):
    """Each edit makes another snapshot."""

    owner: Json
    pictures: Json = field(default_factory=list)
    collaborative: bool = False
    public: bool | None = True
    color: str | None = None

    @property
    def snapshot(self) -> str:
        return b64encode(f"{self.edits + 1},{digest(self.id, self.edits).hex()[:40]}".encode()).decode()

    def readable(self, regime: Regime, reader: str) -> bool:
        """Whether a regime shows the entries to a user."""
        return not regime.trims or self.collaborative or self.owner["id"] == reader

    def listed(self, scopes: frozenset[str]) -> bool:
        """Whether the list of playlists shows it to a token with these scopes: it is left out without a word."""
        if self.collaborative:
            return "playlist-read-collaborative" in scopes
        return self.public is not False or "playlist-read-private" in scopes

    def head(self, regime: Regime, reader: str) -> Json:
        """The entry of this playlist in a list of playlists."""
        named = links("playlist", self.id)
        if self.readable(regime, reader):
            named |= {key: {"href": f"{named['href']}/{key}", "total": len(self)} for key in CONTENTS_KEYS[regime]}
        return shaped("playlist", Regime.LEGACY, named, playlist=self, owner=self.owner)

    def adder(self, when: int) -> Json:
        """Who added an entry: of the oldest it is not known, and where the date is 1970, the id is empty."""
        return None if when == NEVER else links("user", self.owner["id"] if when else "")


class SpotifyPlaylists(PlaylistLibrary):
    """A listener's playlists: own and collaborative ones, then those of others."""

    playlist_type = Playlist
    descriptions = ("", "", playlists.PLOT, None)
    odd_places: ClassVar[Mapping[int, int]] = {13: LOCAL, 29: EPISODE, 41: NULL, 71: UNPLAYABLE, 83: ODD}

    def oddity(self, place: int, entry: Entry, before: list[Entry]) -> Entry:
        """Also entries without a date, and of 1970."""
        odd = super().oddity(place, entry, before)
        return odd._replace(when=_MOMENTS.get(place, odd.when))

    @cached_property
    def user_id(self) -> str:
        if self.options.oddities:
            digits = f"{self.start % 10**16:016}"
            return f"{digits[:4]}.{digits[4:10]}.{digits[10:]}"
        return "31" + base62(digest(self.start, "user")).lower()

    @property
    def person(self) -> Json:
        return person(self.user_id, self.name)

    def generated(self) -> list[Playlist]:
        own = super().generated()
        return own + [self._followed(len(own) + place, place) for place in range(self.options.followed_playlists)]

    def traits(self, place: int, raw: bytes, size: int) -> Mapping[str, Any]:
        collaborative = place % 7 == 3
        return {
            "owner": _stranger(raw) if place % 14 == 3 else self.person,
            "pictures": _pictures(raw, size, place, self.options.oddities),
            "collaborative": collaborative,
            "public": False if collaborative or place % 5 == 2 else None if place % 11 == 5 else True,
            "color": f"#{raw[24:27].hex()}" if place % 24 == 9 else None,
        }

    def traits_of_new(self) -> Mapping[str, Any]:
        return {"owner": self.person}

    def _followed(self, number: int, place: int) -> Any:
        raw = digest(self.start, "followed playlist", place)
        return self.of_another(number, raw, 20 + raw[20] % 80, owner=_stranger(raw), pictures=images(raw, 640))


def _pictures(raw: bytes, size: int, place: int, odd: bool) -> Json:
    if odd and place % 8 == 6:
        return None
    if odd and (size == 0 or place % 8 == 4):
        return []
    if place % 7 == 5:
        # A picture that the owner has uploaded: its size is not known.
        address = f"https://image-cdn-ak.spotifycdn.com/image/ab67706c0000da84{raw[8:20].hex()}"
        return [{"height": None, "url": address, "width": None}]
    return images(raw, 640, 300, 64) if size >= 4 else images(raw, 640)


def _stranger(raw: bytes) -> Json:
    name = None if raw[21] % 6 == 0 else words.person(raw[22] + 1024 * raw[23])
    return person("31" + base62(raw[8:24]).lower(), name)
