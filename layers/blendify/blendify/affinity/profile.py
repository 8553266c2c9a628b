"""
The profile of a listener: what they care for, and how much. Blends, scores and recommendations are made of profiles
alone.

A profile is always of some providers: those whose data the operator allows for a purpose, and those that the listener
has connected. Keys are those of the insights, so one key is the same song or artist at every provider.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

ARTISTS, SONGS = 200, 1_000
"""Most of each in a profile: the strongest."""
SOURCES = ("plays", "ranks", "likes", "playlists", "follows")
"""What says that a listener cares for something."""


class ArtistWeight(NamedTuple):
    """An artist that a listener cares for."""

    key: str
    name: str
    image: str | None
    weight: float
    """Above 0. The squares of all weights of the artists in a profile add up to 1."""
    parts: Mapping[str, float]
    """What each source contributes, by its name in `SOURCES`; they add up to the weight."""


class SongWeight(NamedTuple):
    """A song that a listener cares for."""

    key: str
    title: str
    artist_keys: tuple[str, ...]
    """The first artist first."""
    artist_line: str
    album: str | None
    cover: str | None
    milliseconds: int | None
    records: Mapping[str, str]
    """Provider → record id there, as far as the library or a top list tells."""
    weight: float
    """Above 0. The squares of all weights of the songs in a profile add up to 1."""
    parts: Mapping[str, float]
    """What each source contributes, by its name in `SOURCES`; they add up to the weight."""


@dataclass(frozen=True)
class Profile:
    """What a listener cares for, the most first."""

    user_id: str
    artists: tuple[ArtistWeight, ...] = ()
    songs: tuple[SongWeight, ...] = ()
    has_log: bool = False
    """Whether a log of plays is behind it, or ranks, likes and follows alone."""
    forbidden: frozenset[str] = frozenset()
    """Keys of the songs that were taken out of likes or of an own playlist within a year."""
    known: frozenset[str] = frozenset()
    """Keys of all artists that the listener ever played, ranked, had in the library or removed: not news to them."""
    providers: tuple[str, ...] = ()
    """The services behind it, sorted."""

    @cached_property
    def artist(self) -> Mapping[str, ArtistWeight]:
        """The artists by key."""
        return {each.key: each for each in self.artists}

    @cached_property
    def song(self) -> Mapping[str, SongWeight]:
        """The songs by key."""
        return {each.key: each for each in self.songs}
