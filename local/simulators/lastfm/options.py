"""Everything that can be chosen about a simulator before it starts."""

import math
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from urllib.parse import urlsplit


class Errors(StrEnum):
    """With which HTTP status a refusal comes; the body is the same."""

    MIXED = "mixed"
    """Those that were seen with a status of their own have it; all others come with 200."""
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


class Empty(StrEnum):
    """How a list without elements is written."""

    LIST = "list"
    """As an empty list."""
    TEXT = "text"
    """As older answers had it: no list but a line break, and the attributes beside that."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """
    One simulator; the sizes hold for every listener. Raises ValueError for what makes no sense.

    `client_id` is what Last.fm calls the API key, `client_secret` its shared secret.
    """

    client_id: str = "simulated-client"
    client_secret: str = field(default="simulated-secret", repr=False)
    redirect_uris: tuple[str, ...] = ("http://127.0.0.1/callback",)
    """Where a callback may lead, whatever its own query is."""
    token_seconds: float = 3600
    default_listener: str = "listener"

    seed: int = 1
    errors: Errors = Errors.MIXED
    lone: Lone = Lone.LIMIT
    empty: Empty = Empty.LIST
    rate: int = 0
    """Calls a second over all listeners, 5 at the real one; 0 lifts the limit."""
    latency_ms: float = 0
    flight_seconds: float = 0.25
    """So long after a refusal the calls of a ban are not held against the application."""
    grants: Path | None = None
    """A file that keeps sessions over a restart."""
    oddities: bool = True

    scrobbles: int = 3_000
    """Spread over nine years."""
    loved_tracks: int = 150
    top_tracks: int = 50
    """Per period."""
    top_artists: int = 50
    """Per period."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "errors", Errors(self.errors))
        object.__setattr__(self, "lone", Lone(self.lone))
        object.__setattr__(self, "empty", Empty(self.empty))
        if not self.redirect_uris:
            raise ValueError("There must be a redirect URI.")
        for uri in self.redirect_uris:
            check_redirect_uri(uri)
        for name in ("flight_seconds", "token_seconds"):
            if not 0 <= getattr(self, name) < math.inf:
                raise ValueError(f"{name} is a number from 0 on.")
        for name in ("rate", *SIZES):
            if getattr(self, name) < 0:
                raise ValueError(f"{name} cannot be negative.")
        for name, most in MOST.items():
            if getattr(self, name) > most:
                raise ValueError(f"{name}: there are only {most:,}.")


SIZES = ("scrobbles", "loved_tracks", "top_tracks", "top_artists")
"""The fields of `Options` that say how much a listener has."""

MOST = {"loved_tracks": 60_000, "top_tracks": 60_000, "top_artists": 500}
"""No entry comes twice in these lists, so the catalogue limits them."""


def check_redirect_uri(uri: str) -> None:
    """Raise ValueError unless a callback can begin with this URI."""
    parts = urlsplit(uri)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.query or "#" in uri:
        raise ValueError(f"Redirect URI {uri!r} must be an absolute http or https URI without query and fragment.")
