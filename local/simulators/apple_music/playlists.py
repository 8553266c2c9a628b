"""The playlists of an Apple Music library."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from local.simulators.frame.library import NEWEST
from local.simulators.music import playlists
from local.simulators.music.chance import base62, mixed
from local.simulators.music.playlists import PLOT, PlaylistLibrary

VIDEO = 1
"""The kind of an entry that is the music video to a song, among plain songs."""


@dataclass(slots=True, kw_only=True)
class Playlist(playlists.Playlist):
    """Moments are in seconds since 1970."""

    added: int
    pictured: bool = True
    can_edit: bool = True
    catalogue_id: str | None = None
    """Under which others find it; None for a private one."""


class ApplePlaylists(PlaylistLibrary):
    """The playlists of a library; deleted ones are gone."""

    playlist_type = Playlist
    descriptions = ("", None, PLOT, None)
    odd_places: ClassVar[Mapping[int, int]] = {29: VIDEO}

    def playlist_id(self, raw: bytes) -> str:
        return f"p.{base62(raw)[:14]}"

    def traits(self, place: int, raw: bytes, size: int) -> Mapping[str, Any]:
        odd = self.options.oddities
        added = NEWEST - 86_400 * (30 + 11 * place) - mixed(self.start, place) % 86_400
        return {
            "added": added,
            "modified": None if odd and place % 11 == 7 else added + mixed(self.start, ~place) % (NEWEST - added),
            "pictured": not odd or place % 3 != 2,
            "can_edit": place % 6 != 5,
            "catalogue_id": f"pl.u-{base62(raw[8:24])[:15]}" if place % 4 == 0 else None,
        }

    def traits_of_new(self) -> Mapping[str, Any]:
        return {"description": None, "added": self.now, "modified": self.now}
