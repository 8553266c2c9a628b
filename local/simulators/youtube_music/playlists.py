"""Playlists as YouTube knows them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from local.simulators.music import playlists
from local.simulators.music.chance import base62
from local.simulators.music.playlists import PLOT, PlaylistLibrary

DELETED, PRIVATE = 1, 2
"""The kinds of entries whose video is not there any more, or not for everybody, among plain ones."""


@dataclass(slots=True, kw_only=True)
class Playlist(playlists.Playlist):
    """Its etag is another when anything in it is."""

    privacy: str = "private"


class YouTubePlaylists(PlaylistLibrary):
    """The playlists of a channel; those of others that its owner saved are not listed."""

    playlist_type = Playlist
    descriptions = ("", PLOT, "")
    odd_places: ClassVar[Mapping[int, int]] = {13: DELETED, 41: PRIVATE}

    def playlist_id(self, raw: bytes) -> str:
        return f"PL{base62(raw)}{base62(raw[16:])[:10]}"

    def traits(self, place: int, raw: bytes, size: int) -> Mapping[str, Any]:
        return {"privacy": ("private", "public", "unlisted")[place % 3]}

    def traits_of_new(self) -> Mapping[str, Any]:
        return {}
