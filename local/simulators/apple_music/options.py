"""Everything that can be chosen about a simulator before it starts."""

import math
from dataclasses import dataclass
from pathlib import Path

from local.simulators.apple_music import keys
from local.simulators.apple_music.developer_tokens import loaded

HALF_A_YEAR = 180 * 24 * 60 * 60
MOST_RECENT = 50
"""The service remembers no more of what was played."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """One simulator. The sizes hold for every listener. Raises ValueError for what the real service cannot be."""

    public_key: str = keys.public_key()
    """PEM; developer tokens must be signed with its private key."""
    team_id: str = keys.TEAM_ID
    key_id: str = keys.KEY_ID
    user_token_seconds: float = HALF_A_YEAR
    default_listener: str = "listener"

    seed: int = 1
    latency_ms: float = 0
    flight_seconds: float = 0.25
    """So long after a 429 the calls of a ban are not held against the application: they were on their way."""
    grants: Path | None = None
    """A file that keeps user tokens over a restart."""
    oddities: bool = True
    heavy_include: int = 0
    """Pages of more entries than this answer 504 when related objects are to be included; 0 is for none."""

    top_tracks: int = 10
    """Entries of the heavy rotation, which are albums, playlists and stations."""
    plays: int = 50
    """At most 50: the service forgets older ones."""
    playlists: int = 40
    playlist_entries: int = 2_000
    """In all of `playlists` together."""
    long_playlist: int = 800
    """How many of the entries are in one playlist."""
    saved_tracks: int = 1_500
    """Songs of the library."""
    saved_albums: int = 300
    followed_artists: int = 120
    """Artists of the library."""
    long_description: int = 5_000
    """Characters in the description of one playlist, with oddities."""

    def __post_init__(self) -> None:
        loaded(self.public_key)
        if not 0 <= self.plays <= MOST_RECENT:
            raise ValueError("Only the last 50 plays exist at Apple Music: --plays must be between 0 and 50.")
        for name in ("flight_seconds", "user_token_seconds"):
            if not 0 <= getattr(self, name) < math.inf:
                raise ValueError(f"{name} is a number from 0 on.")
        for name in (*SIZES, "heavy_include"):
            if getattr(self, name) < 0:
                raise ValueError(f"{name} cannot be negative.")


SIZES = (
    "top_tracks",
    "plays",
    "playlists",
    "playlist_entries",
    "long_playlist",
    "saved_tracks",
    "saved_albums",
    "followed_artists",
    "long_description",
)
"""The fields of `Options` that say how much a listener has."""
