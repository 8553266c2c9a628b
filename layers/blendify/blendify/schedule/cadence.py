"""How often connections are synced: what the operator sets, and what the provider remembers."""

import os
from dataclasses import dataclass
from datetime import timedelta
from functools import cache

from blendify.core.settings import required

DAY_HOURS = 24.0


@dataclass(frozen=True)
class Cadence:
    """The operator's settings, and the provider's memory of plays."""

    shortest_poll: timedelta = timedelta(minutes=20)
    """Shortest time between two polls of one connection."""
    longest_poll: timedelta = timedelta(hours=24)
    """Longest time between two polls of one connection, however little the listener plays."""
    resync_period: timedelta = timedelta(hours=24)
    """Time between two syncs of all data types."""
    remembered_plays: int = 50
    """Plays that a provider remembers."""
    forgets: bool = True
    """Whether the provider forgets older plays. If not, none can be lost, however rarely it is polled."""
    share: float = 0.5
    """Part of the remembered plays that may pass before the next poll at the usual rate; the rest is for busy days."""
    fastest_listening: float = 20.0
    """Plays an hour of a listener who plays tracks of three minutes without a pause."""

    @property
    def max_rate(self) -> float:
        """Plays an hour from which on polls come at their shortest interval."""
        return max(self.remembered_plays * self.share / hours(self.shortest_poll), self.first_rate)

    @property
    def first_rate(self) -> float:
        """Plays an hour assumed of a new listener: a little too many for one poll a day, for about two days."""
        return 1.2 * self.remembered_plays * self.share / DAY_HOURS


@cache
def cadence() -> Cadence:
    """The operator's settings from the environment, which only the functions that plan connections have."""
    return Cadence(
        shortest_poll=timedelta(minutes=float(required(os.environ, "SHORTEST_POLL_MINUTES"))),
        longest_poll=timedelta(minutes=float(required(os.environ, "LONGEST_POLL_MINUTES"))),
        resync_period=timedelta(hours=float(required(os.environ, "RESYNC_HOURS"))),
    )


def hours(span: timedelta) -> float:
    """The span in hours."""
    return span / timedelta(hours=1)
