"""How many of those who agreed to be counted have an artist among what they care for."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from blendify.affinity.profile import Profile

FEWEST_LISTENERS = 20
"""With fewer consenting listeners there are no anonymous statistics: who else could it be?"""


@dataclass(frozen=True)
class Audience:
    """
    The audiences of artists. Below `FEWEST_LISTENERS` it is the empty one: then all artists weigh alike.

    It holds sums alone, and nothing with fewer than three people behind it is told to anybody.
    """

    listeners: int = 0
    """Who agreed to be counted."""
    of: Mapping[str, int] = field(default_factory=dict)
    """Artist's key → how many of them have the artist in their profile."""

    @property
    def most(self) -> float:
        """Artists that more listeners have say nothing of two of them: they are left out of a likeness."""
        return max(50.0, self.listeners / 10)


def audience(profiles: Iterable[Profile]) -> Audience:
    """The audiences among these listeners; the empty one when they are fewer than `FEWEST_LISTENERS`."""
    counts: Counter[str] = Counter()
    listeners = 0
    for profile in profiles:
        listeners += 1
        counts.update(each.key for each in profile.artists)
    return Audience(listeners, dict(counts)) if listeners >= FEWEST_LISTENERS else Audience()
