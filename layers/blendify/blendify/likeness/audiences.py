"""How many of those who agreed to be counted have an artist among what they care for."""

from collections.abc import Mapping
from dataclasses import dataclass, field

FEWEST_LISTENERS = 20
"""With fewer consenting listeners there are no anonymous statistics: who else could it be?"""
UNTOLD = 2
"""So many have an artist of whom it is not told, as fewer than three have. As none they would make scores move by more
than three points while others join."""


@dataclass(frozen=True)
class Audience:
    """
    The audiences of artists. Below `FEWEST_LISTENERS` it is the empty one: then all artists weigh alike.

    It holds sums alone, and nothing with fewer than three people behind it is told to anybody.
    """

    listeners: int = 0
    """Who agreed to be counted."""
    of: Mapping[str, int] = field(default_factory=dict)
    """Artist's key → how many of them have the artist in their profile, from three on."""

    @property
    def most(self) -> float:
        """Artists that more listeners have say nothing of two of them: they are left out of a likeness."""
        return max(50.0, self.listeners / 10)
