"""What can be chosen about the SoundCloud simulator before it starts."""

from dataclasses import dataclass
from typing import ClassVar

from local.simulators.frame.oauth2 import OAuth2Options, RefreshTokens
from local.simulators.frame.options import size

MOST_RECENT = 25
"""The service remembers no more of what was played, and each track once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Options(OAuth2Options):
    """The sizes hold for every listener."""

    TOO_MUCH: ClassVar[str] = "only the last {most} plays exist at SoundCloud."

    refresh_tokens: RefreshTokens = RefreshTokens.SINGLE_USE
    plays: int = size(25, most=MOST_RECENT)
    playlists: int = size(30)
    """The listener's own."""
    playlist_entries: int = size(1_500)
    """In all of `playlists` together."""
    long_playlist: int = size(500)
    """How many of the entries are in one playlist."""
    liked_playlists: int = size(20)
    """Of others, in addition."""
    saved_tracks: int = size(1_500)
    """Likes, with those that are not shown."""
    saved_albums: int = size(120)
    """Liked ones."""
    followed_artists: int = size(250)
    """Followed users."""
    long_description: int = size(4_000)
    """Characters in the description of one playlist, with oddities."""
