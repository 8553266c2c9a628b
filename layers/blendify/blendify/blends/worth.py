"""
What a song is worth to a member of a blend, who may not know it.

Known songs have their weight. Of others the artist says something, or an artist near to them. 1 is what the songs of a
playlist for this member alone are worth in the mean.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from heapq import nlargest
from typing import NamedTuple

from blendify.affinity.profile import Profile

OF_KNOWN_ARTIST, OF_NEAR_ARTIST = 0.5, 0.25
"""How much of their weight in songs a known artist gives to a song that is not known, and an artist near to a known."""
BEST = 50
"""Songs of a playlist for one member alone."""
PER_ARTIST = 2
"""Most songs of an artist in a playlist."""

Near = Mapping[str, Mapping[str, float]]
"""By the key of an artist: the artists near to it, from 0 to 1. Empty where nothing is known of it."""


class Link(NamedTuple):
    """Why a song that a member does not know is worth something to them."""

    artist: str
    """The name of an artist whom the member cares for."""
    same: bool
    """Whether the song is by this artist; else by one near to them."""


@dataclass(frozen=True)
class Taste:
    """A member, and what they care for."""

    member_id: str
    profile: Profile
    near: Near

    def worth(self, key: str, artist: str) -> float:
        """The worth of a song, by its key and that of its first artist."""
        return self._worth(key, artist) / self._scale if self._scale else 0.0

    def link(self, artist: str) -> Link | None:
        """What a song by this artist has to do with the member; None for nothing."""
        if artist in self.profile.artist:
            return Link(self.profile.artist[artist].name, same=True)
        nearest = self._nearest(artist)
        return Link(self.profile.artist[nearest[1]].name, same=False) if nearest else None

    def care(self, artist: str) -> float:
        """How much the member cares for an artist, from 0 to 1."""
        known = self.profile.artist.get(artist)
        return known.weight if known else 0.0

    def _worth(self, key: str, artist: str) -> float:
        if key in self.profile.song:
            return self.profile.song[key].weight
        if artist in self.profile.artist:
            return OF_KNOWN_ARTIST * self.care(artist) * self._part
        nearest = self._nearest(artist)
        return OF_NEAR_ARTIST * nearest[0] * self._part if nearest else 0.0

    def _nearest(self, artist: str) -> tuple[float, str] | None:
        """The member's artist to whom an unknown one is nearest, behind weight times nearness."""
        of_artist = self.near.get(artist, {})
        own = ((self.care(key) * nearness, key) for key, nearness in of_artist.items() if key in self.profile.artist)
        return max(own, default=None)

    @cached_property
    def _part(self) -> float:
        """The mean part that a song has of its artist's weight."""
        parts = [
            song.weight / self.profile.artist[song.artist_keys[0]].weight
            for song in self.profile.songs
            if song.artist_keys and song.artist_keys[0] in self.profile.artist
        ]
        return sum(parts) / len(parts) if parts else 1.0

    @cached_property
    def _scale(self) -> float:
        """The mean worth of the member's own best songs; of songs by their artists when no song of theirs is known."""
        best = [self.profile.song[key].weight for key in best_songs(self.profile)]
        if not best:
            weights = nlargest(BEST, (each.weight for each in self.profile.artists))
            best = [OF_KNOWN_ARTIST * weight * self._part for weight in weights]
        return sum(best) / len(best) if best else 0.0


def best_songs(profile: Profile) -> list[str]:
    """The keys of the songs of a playlist for one listener alone, the best first."""
    of_artist, best = Counter[str](), list[str]()
    for song in sorted(profile.songs, key=lambda each: (-each.weight, each.key)):
        artist = song.artist_keys[0] if song.artist_keys else ""
        if of_artist[artist] < PER_ARTIST and len(best) < BEST:
            of_artist[artist] += 1
            best.append(song.key)
    return best


def sums(tastes: Iterable[Taste], songs: Iterable[tuple[str, str]]) -> dict[str, float]:
    """What these songs, by their keys and artists, are worth to each member together."""
    every = list(songs)
    return {taste.member_id: sum(taste.worth(*song) for song in every) for taste in tastes}
