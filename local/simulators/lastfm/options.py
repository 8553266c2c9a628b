"""What can be chosen about the Last.fm simulator before it starts."""

from dataclasses import dataclass

from local.simulators.frame.options import ClientOptions, size


@dataclass(frozen=True, slots=True, kw_only=True)
class Options(ClientOptions):
    """
    The sizes hold for every listener.

    `client_id` is what Last.fm calls the API key, `client_secret` its shared secret. A callback may lead to a redirect
    URI with any query of its own.
    """

    lone: bool = False
    """Whether a list of one entry is always that entry, without the list around it."""
    rate: int = 0
    """Calls a second over all listeners, 5 at the real one; 0 lifts the limit."""
    token_seconds: float = 3600
    scrobbles: int = size(3_000)
    """Spread over nine years."""
    loved_tracks: int = size(150, most=60_000)
    top_tracks: int = size(50, most=60_000)
    """Per period."""
    top_artists: int = size(50, most=500)
    """Per period."""
