"""What can be chosen about the Apple Music simulator before it starts."""

from dataclasses import dataclass
from typing import ClassVar

from local.simulators.frame import options
from local.simulators.frame.options import size

HALF_A_YEAR = 180 * 24 * 60 * 60
MOST_RECENT = 50
"""The service remembers no more of what was played."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Options(options.Options):
    """The sizes hold for every listener."""

    TOO_MUCH: ClassVar[str] = "only the last {most} plays exist at Apple Music."

    user_token_seconds: float = HALF_A_YEAR
    top_tracks: int = size(10)
    """Entries of the heavy rotation, which are albums, playlists and stations."""
    plays: int = size(50, most=MOST_RECENT)
    """The service forgets older ones."""
    repeats: bool = True
    """Whether a song that is played again stands in the list of plays twice; else it moves to the front."""
    playlists: int = size(40)
    playlist_entries: int = size(2_000)
    """In all of `playlists` together."""
    long_playlist: int = size(800)
    """How many of the entries are in one playlist."""
    saved_tracks: int = size(1_500)
    """Songs of the library."""
    saved_albums: int = size(300)
    followed_artists: int = size(120)
    """Artists of the library."""
    long_description: int = size(5_000)
    """Characters in the description of one playlist, with oddities."""
