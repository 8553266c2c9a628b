"""The playlists of an Apple Music library."""

from dataclasses import dataclass

from local.simulators.apple_music.options import Options
from local.simulators.frame.entries import Entry
from local.simulators.music import playlists
from local.simulators.music.chance import base62, digest, mixed
from local.simulators.music.playlists import NEWEST, PLOT

VIDEO = 1
"""The kind of an entry that is the music video to a song, among plain songs."""

_TWICE, _AS_VIDEO = 53, 29


@dataclass(slots=True, kw_only=True)
class Playlist(playlists.Playlist):
    """Moments are in seconds since 1970. Whatever edits anything calls `touch`."""

    added: int
    modified: int | None
    """The moment of the last edit; None where the service does not tell it."""
    pictured: bool = True
    can_edit: bool = True
    catalogue_id: str | None = None
    """Under which others find it; None for a private one."""

    def touch(self, now: int) -> None:
        """Note an edit; each has a moment of its own."""
        if self.modified is not None:
            self.modified = max(self.modified + 1, now)


def oddity(place: int, entry: Entry, before: list[Entry]) -> Entry:
    """In every round of a playlist one entry comes twice, and one is a music video."""
    if place == _TWICE:
        return before[-1]
    return entry._replace(kind=VIDEO) if place == _AS_VIDEO else entry


def playlists_of(options: Options, start: int) -> list[Playlist]:
    """Those that a listener begins with."""
    seed = (start, "library playlist size")
    sizes = playlists.sizes(options.playlists, options.playlist_entries, options.long_playlist, *seed)
    return [_playlist(place, size, options, start) for place, size in enumerate(sizes)]


def _playlist(place: int, size: int, options: Options, start: int) -> Playlist:
    raw, odd = digest(start, "library playlist", place), options.oddities
    added = NEWEST - 86_400 * (30 + 11 * place) - mixed(start, place) % 86_400
    description = ("", None, PLOT, None)[raw[18] % 4]
    if odd and place == 2:
        description = playlists.long_text(options.long_description)
    return Playlist(
        number=place,
        id=f"p.{base62(raw)[:14]}",
        name=playlists.title(raw, place, oddities=odd),
        size=size,
        description=description,
        odd=oddity if odd else None,
        added=added,
        modified=None if odd and place % 11 == 7 else added + mixed(start, ~place) % (NEWEST - added),
        pictured=not odd or place % 3 != 2,
        can_edit=place % 6 != 5,
        catalogue_id=f"pl.u-{base62(raw[8:24])[:15]}" if place % 4 == 0 else None,
    )
