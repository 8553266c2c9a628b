"""
How like themselves a listener was in other months.

Each month is a vector of artists, each worth ln(1 + weight), so that an obsession does not drown the rest. Two months
are as alike as the cosine of their vectors, drawn towards 0 where few artists are shared.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import log1p, sqrt

from blendify.insights.buckets import MonthOfPlays
from blendify.taste import listening

LEAST_PLAYS = 30
"""A month with fewer plays says too little."""
MOST_MONTHS = 24
SHRINK = 5
ONESELF = 0.92
"""A listener's even days are as like their odd days as the square of this: that is 100 percent."""


@dataclass(frozen=True)
class Drift:
    """Months against months."""

    months: tuple[str, ...]
    """Those with enough plays, oldest first; the last 24."""
    percents: tuple[tuple[int, ...], ...]
    """Row by row, from 0 to 100; a month is 100 with itself."""

    @property
    def turn(self) -> tuple[str, str] | None:
        """The two neighbouring months that differ the most; None with fewer than three months."""
        if len(self.months) < 3:
            return None
        steps = range(1, len(self.months))
        step = min(steps, key=lambda step: (self.percents[step][step - 1], -step))
        return self.months[step - 1], self.months[step]

    @property
    def nearest_and_farthest(self) -> tuple[str, str] | None:
        """The earlier months that the last one is most and least like; None with fewer than three months."""
        if len(self.months) < 3:
            return None
        earlier = range(len(self.months) - 1)
        last = self.percents[-1]
        near = max(earlier, key=lambda index: (last[index], index))
        return self.months[near], self.months[min(earlier, key=lambda index: (last[index], index))]


def drift(plays: Sequence[MonthOfPlays]) -> Drift:
    """Likeness of each month with each."""
    totals = {month.month: sum(sum(songs.values()) for songs in month.by_day.values()) for month in plays}
    enough = {month for month, count in totals.items() if count >= LEAST_PLAYS}
    chosen = [month for month in sorted(plays, key=lambda month: month.month) if month.month in enough][-MOST_MONTHS:]
    vectors = {name: vector(weights) for name, weights in listening.monthly_weights(chosen).items()}
    names = tuple(vectors)
    percents: list[tuple[int, ...]] = []
    for row, name in enumerate(names):
        below = [percent(vectors[name], vectors[other]) for other in names[:row]]
        percents.append((*below, 100))
    whole = tuple(
        tuple(percents[max(row, column)][min(row, column)] for column in range(len(names))) for row in range(len(names))
    )
    return Drift(names, whole)


def vector(weights: Mapping[str, float]) -> dict[str, float]:
    """Artist → ln(1 + weight), of length 1; empty without artists."""
    damped = {key: log1p(weight) for key, weight in weights.items() if weight > 0}
    length = sqrt(sum(value * value for value in damped.values()))
    return {key: value / length for key, value in damped.items()} if length else {}


def likeness(left: Mapping[str, float], right: Mapping[str, float]) -> float:
    """0 to 1, the same from both sides: cosine of two vectors of length 1 × shared / (shared + 5)."""
    shared = left.keys() & right.keys()
    # In one order, so that the two sides do not differ in the last digit.
    cosine = sum(left[key] * right[key] for key in sorted(shared))
    return min(1.0, cosine * len(shared) / (len(shared) + SHRINK))


def percent(left: Mapping[str, float], right: Mapping[str, float]) -> int:
    """The likeness on a scale whose 100 is a listener compared with themselves."""
    return round(100 * sqrt(min(1.0, likeness(left, right) / ONESELF**2)))
