"""What can be chosen about the Last.fm simulator before it starts."""

from dataclasses import dataclass
from enum import StrEnum

from local.simulators.frame.options import ClientOptions, size


class Errors(StrEnum):
    """With which HTTP status a refusal comes; the body is the same."""

    MIXED = "mixed"
    """Those that were observed with a status of their own have it; all others come with 200."""
    OK = "ok"
    """200, whatever it is."""
    STATUS = "status"
    """4xx or 5xx, whatever it is."""


class Lone(StrEnum):
    """When a list of one element is that element, without the list around it."""

    LIMIT = "limit"
    """Where one element was asked for."""
    ALWAYS = "always"
    NEVER = "never"


@dataclass(frozen=True, slots=True, kw_only=True)
class Options(ClientOptions):
    """
    The sizes hold for every listener.

    `client_id` is what Last.fm calls the API key, `client_secret` its shared secret. A callback may lead to a redirect
    URI with any query of its own.
    """

    errors: Errors = Errors.MIXED
    lone: Lone = Lone.LIMIT
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
