"""What can be chosen about the Spotify simulator before it starts."""

from dataclasses import dataclass
from typing import ClassVar

from local.simulators.frame.oauth2 import OAuth2Options
from local.simulators.frame.options import size
from local.simulators.spotify.regimes import Regime


@dataclass(frozen=True, slots=True, kw_only=True)
class Options(OAuth2Options):
    """The sizes hold for every listener."""

    TOO_MUCH: ClassVar[str] = "only the last {most} plays exist at Spotify."

    regime: Regime = Regime.RESTRICTED
    top_tracks: int = size(50)
    """Per time range."""
    top_artists: int = size(50)
    """Per time range."""
    plays: int = size(50, most=50)
    """The service forgets older ones."""
    playlists: int = size(60)
    """Owned by the listener or collaborative, so that their contents are readable in every regime."""
    playlist_entries: int = size(3_000)
    """In all of `playlists` together."""
    long_playlist: int = size(1_200)
    """How many of the entries are in one playlist."""
    followed_playlists: int = size(0)
    """Playlists of others, in addition."""
    saved_tracks: int = size(1_500)
    saved_albums: int = size(300)
    followed_artists: int = size(120)
    long_description: int = size(5_000)
    """Characters in the description of one playlist, with oddities."""
