"""What each artist of a listener says about them: much, when few others have the artist."""

from collections.abc import Mapping
from math import log, sqrt

from blendify.affinity.profile import Profile
from blendify.likeness.audiences import UNTOLD, Audience

IMAGINED, IMAGINED_FANS = 200, 4
"""So many imagined listeners, and how many of them have each artist: a score stays as it is while others join."""
SHRINK = 5
"""So many shared artists count half: little that is shared by accident is no likeness."""

Weights = Mapping[str, float]
"""Artist's key → v. The squares of all v of a listener add up to 1 at most."""


def weights(profile: Profile, audience: Audience) -> Weights:
    """
    v = √w × ln(1 + (N + 200) / (audience + 4)), then length 1 over all artists of the listener.

    Artists that more than `audience.most` listeners have are left out afterwards: who has nothing but those is like
    nobody.
    """
    raw = {
        each.key: sqrt(each.weight)
        * log(1 + (audience.listeners + IMAGINED) / (audience.of.get(each.key, UNTOLD) + IMAGINED_FANS))
        for each in sorted(profile.artists)
    }
    length = sqrt(sum(value * value for value in raw.values()))
    return {key: value / length for key, value in raw.items() if audience.of.get(key, 0) <= audience.most}


def cosine(own: Weights, other: Weights) -> float:
    """Σ v × v over the shared artists, from 0 to 1; the same both ways, bit for bit."""
    return min(1.0, sum(own[key] * other[key] for key in sorted(own.keys() & other.keys())))


def likeness(own: Weights, other: Weights) -> float:
    """The cosine, drawn towards 0 where little is shared: from 0 to 1, the same both ways."""
    shared = len(own.keys() & other.keys())
    return cosine(own, other) * shared / (shared + SHRINK)
