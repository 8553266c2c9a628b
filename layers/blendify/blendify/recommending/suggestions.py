"""
Artists that a listener may like and does not know, by two ways that are joined.

By neighbours: what the listeners nearest to them care for. By adjacency: whom the listeners of their own artists also
care for. Source of the formulas, and of what they are measured at: `docs/taste.md`.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from blendify.affinity.profile import ArtistWeight, Profile
from blendify.likeness.near_artists import Near

NEIGHBOURS = 50
"""So many of the nearest listeners are asked."""
BACKERS = 3
"""Nothing is suggested because of fewer people, unless they are named and agreed to it."""
OWN_ARTISTS = 100
"""So many of the listener's own artists, the strongest, lead to others."""
RANK_OFFSET = 30
"""The first places of a list do not outweigh everything else by this."""
SUGGESTIONS = 100
REASONS = 2
"""Own artists that a suggestion names."""


class Neighbour(NamedTuple):
    """A listener who is near."""

    profile: Profile
    likeness: float


@dataclass(frozen=True)
class Because:
    """An own artist who leads to a suggestion."""

    artist: ArtistWeight
    both: int
    """How many listeners care for this artist and the suggested one."""
    contribution: float
    """This artist's term in the sum."""


@dataclass(frozen=True)
class Suggestion:
    """An artist whom the listener may like, with all that speaks for it."""

    key: str
    name: str
    image: str | None
    score: float
    """Comparable within one list alone."""
    backers: int
    """How many of the nearest listeners care for the artist; 0 when fewer than 3 do."""
    because: tuple[Because, ...]
    """The own artists that lead to it, the one that says most first; at most 2."""

    @property
    def has_reason(self) -> bool:
        """Whether it can be said why. Without a reason nothing is suggested."""
        return self.backers >= BACKERS or bool(self.because)


def suggestions(
    profile: Profile, neighbours: Sequence[Neighbour], near: Mapping[str, Sequence[Near]], excluded: Collection[str]
) -> list[Suggestion]:
    """
    What both ways suggest, the best first; at most 100.

    neighbours  The nearest listeners, the nearest first; empty when none is known
    near        By the key of an own artist: the artists near to them
    excluded    Keys of artists that are never suggested: known, removed, dismissed
    """
    unwanted = profile.known | set(profile.artist) | set(excluded)
    by_neighbours = _by_neighbours(neighbours[:NEIGHBOURS], unwanted)
    by_adjacency = _by_adjacency(profile, near, unwanted)
    scores: defaultdict[str, float] = defaultdict(float)
    for ordered in (_ordered(by_neighbours), _ordered(by_adjacency)):
        for place, candidate in enumerate(ordered, start=1):
            scores[candidate.key] += 1 / (RANK_OFFSET + place)
    joined = [_joined(score, by_neighbours.get(key), by_adjacency.get(key)) for key, score in scores.items()]
    return sorted(joined, key=lambda each: (-each.score, each.key))[:SUGGESTIONS]


def _by_neighbours(neighbours: Iterable[Neighbour], unwanted: Collection[str]) -> dict[str, "_Candidate"]:
    """Σ over the neighbours: likeness × what each cares for the artist."""
    candidates: dict[str, _Candidate] = {}
    for neighbour in neighbours:
        for artist in neighbour.profile.artists:
            if artist.key not in unwanted:
                candidate = candidates.setdefault(artist.key, _Candidate(artist.key, artist.name, artist.image))
                candidate.score += neighbour.likeness * artist.weight
                candidate.backers += 1
                candidate.image = candidate.image or artist.image
    return {key: each for key, each in candidates.items() if each.backers >= BACKERS}


def _by_adjacency(
    profile: Profile, near: Mapping[str, Sequence[Near]], unwanted: Collection[str]
) -> dict[str, "_Candidate"]:
    """Σ over the own artists: what the listener cares for them × how near the other artist is."""
    candidates: dict[str, _Candidate] = {}
    for own in profile.artists[:OWN_ARTISTS]:
        for other in near.get(own.key, ()):
            if other.key not in unwanted and other.listeners >= BACKERS:
                candidate = candidates.setdefault(other.key, _Candidate(other.key, other.name, other.image))
                contribution = own.weight * other.nearness
                candidate.score += contribution
                candidate.because.append(Because(own, other.listeners, contribution))
    return candidates


@dataclass
class _Candidate:
    key: str
    name: str
    image: str | None
    score: float = 0.0
    backers: int = 0
    because: list[Because] = field(default_factory=list)


def _ordered(candidates: Mapping[str, _Candidate]) -> list[_Candidate]:
    return sorted(candidates.values(), key=lambda each: (-each.score, each.key))


def _joined(score: float, by_neighbours: _Candidate | None, by_adjacency: _Candidate | None) -> Suggestion:
    known = [each for each in (by_neighbours, by_adjacency) if each]
    because = sorted(
        by_adjacency.because if by_adjacency else (), key=lambda each: (-each.contribution, each.artist.key)
    )
    return Suggestion(
        key=known[0].key,
        name=known[0].name,
        image=next((each.image for each in known if each.image), None),
        score=score,
        backers=by_neighbours.backers if by_neighbours else 0,
        because=tuple(because[:REASONS]),
    )
