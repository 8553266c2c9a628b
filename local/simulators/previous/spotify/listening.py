"""What every listener's library can be asked for, whether it is invented or recorded."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import NamedTuple, Protocol

from local.simulators.previous.rows import Rows
from local.simulators.previous.spotify.regimes import Json, Regime

TIME_RANGES = ("short_term", "medium_term", "long_term")


class Play(NamedTuple):
    """One play: its moment in milliseconds since 1970, and the object that tells of it."""

    moment: int
    body: Json


@dataclass(frozen=True, slots=True)
class OpenPlaylist:
    """One playlist as one reader sees it; `contents` is None where the reader's regime hides them."""

    head: Json
    """Its entry in the list of playlists."""
    contents: Rows | None
    whole: Json = None
    """The answer of the endpoint of a single playlist where it was recorded, else None."""


class Library(Protocol):
    """One listener's data, rendered for the regime of whoever asks."""

    user_id: str

    def profile(self, regime: Regime) -> Json: ...
    def top_tracks(self, time_range: str, regime: Regime) -> Rows: ...
    def top_artists(self, time_range: str, regime: Regime) -> Rows: ...
    def plays(self, regime: Regime) -> list[Play]:
        """Newest first."""

    def playlists(self, regime: Regime, scopes: frozenset[str]) -> Rows:
        """The list as a token with these scopes gets it: shorter, without a word, if one is missing."""

    def playlist(self, identity: str, regime: Regime, reader: str) -> OpenPlaylist | None:
        """Also one that is no longer listed; `reader` is the user id of whoever asks."""

    def saved_tracks(self, regime: Regime) -> Rows: ...
    def saved_albums(self, regime: Regime) -> Rows: ...
    def followed_artists(self, regime: Regime) -> Rows: ...
    def followed_position(self, artist_id: str) -> int | None:
        """Where an artist stands in `followed_artists`; None if not there."""


def is_listed(public: bool | None, collaborative: bool, scopes: frozenset[str]) -> bool:
    """Whether the list of playlists shows one to a token with these scopes."""
    if collaborative:
        return "playlist-read-collaborative" in scopes
    return public is not False or "playlist-read-private" in scopes


def seconds(when: int) -> str:
    """A moment in seconds as the service writes `added_at`."""
    return datetime.fromtimestamp(when, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def milliseconds(when: int) -> str:
    """A moment in milliseconds as the service writes `played_at`."""
    return f"{datetime.fromtimestamp(when // 1000, UTC):%Y-%m-%dT%H:%M:%S}.{when % 1000:03}Z"


def moment(text: str) -> int:
    """The milliseconds since 1970 of a written moment."""
    return round(datetime.fromisoformat(text).timestamp() * 1000)
