"""Everything that can be chosen about a simulator before it starts."""

import math
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from urllib.parse import urlsplit

from local.simulators.previous.addresses import is_loopback
from local.simulators.previous.spotify.regimes import Regime

SIX_MONTHS = 182 * 24 * 60 * 60


class RefreshTokens(StrEnum):
    """What a refresh does to the refresh token."""

    KEEP = "keep"
    """The answer holds none; the one used stays valid."""

    ROTATE = "rotate"
    """The answer holds a new one; the one used works once more."""

    SINGLE_USE = "single-use"
    """The answer holds a new one; the one used is dead."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """
    One simulator. The sizes hold for every generated listener, who also has what `followed_playlists` and
    `null_playlists` add to the list. Raises ValueError for what the real service would not accept.
    """

    client_id: str = "simulated-client"
    client_secret: str = field(default="simulated-secret", repr=False)
    redirect_uris: tuple[str, ...] = ("http://127.0.0.1/callback",)
    pkce_required: bool = True
    code_seconds: float = 600
    token_seconds: int = 3600
    consent_seconds: float = SIX_MONTHS
    refresh_tokens: RefreshTokens = RefreshTokens.KEEP
    default_listener: str = "listener"

    seed: int = 1
    regime: Regime = Regime.RESTRICTED
    latency_ms: float = 0
    flight_seconds: float = 0.25
    """So long after a 429 the calls of a ban are not held against the application: they were on their way."""
    recorded: Path | None = None
    grants: Path | None = None
    """A file that keeps consents and tokens over a restart."""
    oddities: bool = True

    top_tracks: int = 50
    """Per time range."""
    top_artists: int = 50
    """Per time range."""
    plays: int = 50
    """At most 50: the service forgets older ones."""
    playlists: int = 60
    """Owned by the listener or collaborative, so that their contents are readable in every regime."""
    playlist_entries: int = 3_000
    """In all of `playlists` together."""
    long_playlist: int = 1_200
    """How many of the entries are in one playlist."""
    followed_playlists: int = 0
    """Playlists of others, in addition."""
    null_playlists: int = 0
    """Null entries of the list, in addition."""
    saved_tracks: int = 1_500
    saved_albums: int = 300
    followed_artists: int = 120
    long_description: int = 5_000
    """Characters in the description of one playlist, with oddities."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "regime", Regime(self.regime))
        object.__setattr__(self, "refresh_tokens", RefreshTokens(self.refresh_tokens))
        for uri in self.redirect_uris:
            check_redirect_uri(uri)
        if not 0 <= self.plays <= 50:
            raise ValueError("Only the last 50 plays exist at Spotify: --plays must be between 0 and 50.")
        if not 0 <= self.flight_seconds < math.inf:
            raise ValueError("flight_seconds is a number from 0 on.")
        for name in SIZES:
            if getattr(self, name) < 0:
                raise ValueError(f"{name} cannot be negative.")


SIZES = (
    "top_tracks",
    "top_artists",
    "plays",
    "playlists",
    "playlist_entries",
    "long_playlist",
    "followed_playlists",
    "null_playlists",
    "saved_tracks",
    "saved_albums",
    "followed_artists",
    "long_description",
)
"""The fields of `Options` that say how much a listener has."""


def check_redirect_uri(uri: str) -> None:
    """Raise ValueError unless Spotify would let an application register this URI (rules of 2025-11-27)."""
    parts = urlsplit(uri)
    if parts.scheme not in {"http", "https"} or not parts.hostname or "#" in uri:
        raise ValueError(f"Redirect URI {uri!r} must be an absolute http or https URI without a fragment.")
    if parts.hostname == "localhost":
        raise ValueError(f"Redirect URI {uri!r} is refused: use the address 127.0.0.1 instead of localhost.")
    if parts.scheme == "http" and not is_loopback(parts.hostname):
        raise ValueError(f"Redirect URI {uri!r} is refused: plain http is for 127.0.0.1 and [::1] only.")
