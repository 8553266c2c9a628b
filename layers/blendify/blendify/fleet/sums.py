"""
All sums over the listeners who agreed to be counted, computed in memory. `statements.sql` computes the same for any
number of listeners.

    audience    of an artist: how many have the artist in their profile; fewer than 3 count as 2
    v(u, a)     √w × ln(1 + (N + 200) / (audience + 4)), then length 1 for each listener
    likeness    Σ over shared artists of v × v, × shared / (shared + 5); artists that more than max(50, N/10) have are
                left out
    near        Σ over listeners of z(a) × z(b), × shared / (shared + 5); z is w among the first 100 of each listener,
                then length 1 for each artist

Neighbours are looked for among the 500 listeners with the largest v of each artist: the best 50 are then scored
exactly. `docs/taste.md` has the formulas with examples, and what the bounds cost.
"""

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from blendify.affinity.profile import Profile
from blendify.likeness.audiences import Audience
from blendify.likeness.near_artists import Near
from blendify.likeness.weights import SHRINK, Weights, likeness, weights

PEOPLE = 3
"""Nothing anonymous has fewer behind it, and nobody is a neighbour by fewer shared artists."""
STRONGEST = 500
"""So many listeners of an artist are compared, those with the largest v."""
CANDIDATES = 50
CORE = 100
"""So many of a listener's artists, the strongest, say who is near to whom."""
NEAR = 50
ORDERED, TOLD = 9, 6
"""Digits by which results are ordered, and with which they are told: engines add in different orders."""


class Alike(NamedTuple):
    """Another listener, by number."""

    number: int
    likeness: float


@dataclass(frozen=True)
class Sums:
    """The sums over these listeners."""

    profiles: Mapping[int, Profile]
    """Of each listener with at least one artist, by number; only the artists are used."""

    @cached_property
    def audience(self) -> Audience:
        """How many have each artist, where three or more do."""
        counts = Counter(artist.key for profile in self.profiles.values() for artist in profile.artists)
        return Audience(len(self.profiles), {key: count for key, count in counts.items() if count >= PEOPLE})

    def neighbours(self, number: int) -> list[Alike]:
        """Who is like this listener, the most first; at most 50."""
        own = self._weights.get(number, {})
        cosine: defaultdict[int, float] = defaultdict(float)
        shared: Counter[int] = Counter()
        for key, value in own.items():
            narrow = self._narrow[key]
            if number in narrow:
                for other, theirs in narrow.items():
                    cosine[other] += value * theirs
                shared.update(narrow.keys())
        shared.pop(number, None)
        near = [Alike(other, _shrunk(cosine[other], count)) for other, count in shared.items() if count >= PEOPLE]
        exact = [self._exactly(number, each.number) for each in _best(near)]
        return [Alike(each.number, round(each.likeness, TOLD)) for each in _best(exact)]

    def near(self, key: str) -> list[Near]:
        """Who is near an artist, the nearest first; at most 50, each with three or more listeners of both."""
        listeners = self._core_of.get(key, {})
        if len(listeners) < PEOPLE:
            return []
        length = self._length[key]
        cosine: defaultdict[str, float] = defaultdict(float)
        shared: Counter[str] = Counter()
        for number, weight in listeners.items():
            core = self._core[number]
            for other, theirs in core.items():
                cosine[other] += weight * theirs
            shared.update(core.keys())
        shared.pop(key, None)
        near = [
            (_shrunk(cosine[other] / length / self._length[other], count), other, count)
            for other, count in shared.items()
            if count >= PEOPLE
        ]
        near.sort(key=lambda each: (-each[0], each[1]))
        return [
            Near(other, *self.names_and_images[other], round(value, TOLD), count) for value, other, count in near[:NEAR]
        ]

    @cached_property
    def names_and_images(self) -> Mapping[str, tuple[str, str | None]]:
        """
        Name and picture of each artist: those that most profiles have, of equals the first in the order of letters.

        So nobody who spells a name in a way of their own names the artist for all.
        """
        names: defaultdict[str, Counter[str]] = defaultdict(Counter)
        images: defaultdict[str, Counter[str]] = defaultdict(Counter)
        for profile in self.profiles.values():
            for artist in profile.artists:
                names[artist.key][artist.name] += 1
                if artist.image:
                    images[artist.key][artist.image] += 1
        return {key: (_commonest(names[key]), _commonest(images[key]) if key in images else None) for key in names}

    def _exactly(self, number: int, other: int) -> Alike:
        value = likeness(self._weights[number], self._weights[other])
        return Alike(other, round(value, ORDERED))

    @cached_property
    def _weights(self) -> Mapping[int, Weights]:
        return {number: weights(profile, self.audience) for number, profile in self.profiles.items()}

    @cached_property
    def _narrow(self) -> Mapping[str, Mapping[int, float]]:
        """By artist the listeners with the largest v."""
        listeners: defaultdict[str, list[tuple[float, int]]] = defaultdict(list)
        for number, own in self._weights.items():
            for key, value in own.items():
                listeners[key].append((-value, number))
        return {key: {number: -value for value, number in sorted(each)[:STRONGEST]} for key, each in listeners.items()}

    @cached_property
    def _core_of(self) -> Mapping[str, Mapping[int, float]]:
        """By artist what each listener cares who has the artist among their first."""
        listeners: defaultdict[str, dict[int, float]] = defaultdict(dict)
        for number, profile in self.profiles.items():
            strongest = sorted(profile.artists, key=lambda artist: (-artist.weight, artist.key))
            for artist in strongest[:CORE]:
                listeners[artist.key][number] = artist.weight
        return listeners

    @cached_property
    def _core(self) -> Mapping[int, Mapping[str, float]]:
        """By listener the first artists, without those that fewer than three have."""
        core: defaultdict[int, dict[str, float]] = defaultdict(dict)
        for key, listeners in self._core_of.items():
            if len(listeners) >= PEOPLE:
                for number, weight in listeners.items():
                    core[number][key] = weight
        return core

    @cached_property
    def _length(self) -> Mapping[str, float]:
        return {
            key: math.sqrt(sum(weight * weight for weight in listeners.values()))
            for key, listeners in self._core_of.items()
        }


def _commonest(counts: Counter[str]) -> str:
    return min(counts, key=lambda text: (-counts[text], text))


def _shrunk(cosine: float, shared: int) -> float:
    return round(cosine * shared / (shared + SHRINK), ORDERED)


def _best(listeners: Iterable[Alike]) -> list[Alike]:
    return sorted(listeners, key=lambda each: (-each.likeness, each.number))[:CANDIDATES]
