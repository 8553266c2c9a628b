"""
How much each source counts, and how sources add up.

    w = Σ over sources: trust × x / √(Σ x² of that source), the strongest kept, then length 1

Each source is divided by its own length: a heavy and a light listener are comparable, and so is who likes nothing. A
source without anything drops out.
"""

from collections.abc import Mapping
from heapq import nlargest
from math import hypot, log1p, sqrt

HALF_LIFE = 180.0
"""Days after which a play counts half."""
TRUST: Mapping[str, float] = {"plays": 1.0, "ranks": 1.0, "likes": 0.5, "playlists": 0.4, "follows": 0.4}
RANGES: Mapping[str, float] = {"short_term": 1.0, "medium_term": 0.8, "long_term": 0.6}
"""The ranges of top lists that count, and how much."""

Sources = Mapping[str, Mapping[str, float]]
"""Source → key → x. No x is below 0."""
Parts = Mapping[str, float]
"""Source → what it contributes to a weight."""


def play(days_ago: int) -> float:
    """What a play counts; a day in the future, where clocks differ, is today."""
    return float(0.5 ** (max(0, days_ago) / HALF_LIFE))


def rank(time_range: str, place: int) -> float:
    """What a place in a top list counts; 0 in a range that does not count. Plays fall about as 1 / rank does."""
    return RANGES.get(time_range, 0.0) / sqrt(place)


def damped(amount: float) -> float:
    """ln(1 + amount): ten times as much is more, and not ten times as much."""
    return log1p(amount)


def weighed(sources: Sources, most: int) -> list[tuple[str, Parts]]:
    """
    The strongest keys, the most first, each with the parts that add up to its weight. The squares of the weights add up
    to 1. Whatever order the sources come in, the result is the same.
    """
    parts: dict[str, dict[str, float]] = {}
    for source in TRUST:
        values = sources.get(source, {})
        length = hypot(*(values[key] for key in sorted(values)))
        for key, value in values.items():
            if value > 0:
                parts.setdefault(key, {})[source] = TRUST[source] * value / length
    strongest = nlargest(most, parts, key=lambda key: (sum(parts[key].values()), key))
    whole = hypot(*(sum(parts[key].values()) for key in strongest))
    return [(key, {source: part / whole for source, part in parts[key].items()}) for key in strongest]
