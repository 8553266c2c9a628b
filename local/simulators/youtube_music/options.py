"""What can be chosen about the YouTube simulator before it starts."""

from dataclasses import dataclass

from local.simulators.frame.oauth2 import OAuth2Options
from local.simulators.frame.options import size


@dataclass(frozen=True, slots=True, kw_only=True)
class Options(OAuth2Options):
    """The sizes hold for every listener."""

    units: int = 0
    """Calls a day over all listeners, 10,000 at the real one; 0 lifts the limit."""
    shown_likes: int = 5_000
    """So many of the latest likes are shown."""
    playlists: int = size(25)
    playlist_entries: int = size(1_500)
    """In all of `playlists` together."""
    long_playlist: int = size(700)
    """How many of the entries are in one playlist."""
    saved_tracks: int = size(900)
    """Liked videos."""
    followed_artists: int = size(80)
    """Subscriptions."""
    long_description: int = size(1_000)
    """Characters in the description of one playlist, with oddities."""
