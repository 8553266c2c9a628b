"""How often connections are synced: what the operator sets, and what the provider remembers."""

import os
from dataclasses import dataclass
from datetime import timedelta
from functools import cache

from blendify.core.settings import required

DAY_HOURS = 24.0


@dataclass(frozen=True)
class Cadence:
    """What the operator decides, and what the provider does."""

    least: timedelta = timedelta(minutes=20)
    """Shortest time between two polls of one connection."""
    longest: timedelta = timedelta(hours=24)
    """Longest time between two polls of one connection, however little is played."""
    resync: timedelta = timedelta(hours=24)
    """Period of the syncs of everything."""
    kept: int = 50
    """Plays that a provider remembers."""
    forgets: bool = True
    """Whether it forgets older ones; else none can be lost, however seldom it is polled."""
    share: float = 0.5
    """Part of them that may pass at the listener's pace before the next poll; the rest is for a busier day."""
    fastest: float = 20.0
    """Plays an hour of somebody who listens without a pause, to tracks of three minutes."""

    @property
    def most_pace(self) -> float:
        """Plays an hour from which on polls come at their shortest interval."""
        return max(self.kept * self.share / hours(self.least), self.first_pace)

    @property
    def first_pace(self) -> float:
        """Plays an hour that a new listener is taken for: a little too many for one poll a day, for about two days."""
        return 1.2 * self.kept * self.share / DAY_HOURS


@cache
def cadence() -> Cadence:
    """The operator's part of it, from the environment, which only the function that ends syncs is given."""
    return Cadence(
        least=timedelta(minutes=float(required(os.environ, "SHORTEST_POLL_MINUTES"))),
        longest=timedelta(minutes=float(required(os.environ, "LONGEST_POLL_MINUTES"))),
        resync=timedelta(hours=float(required(os.environ, "RESYNC_HOURS"))),
    )


def hours(span: timedelta) -> float:
    """The span in hours."""
    return span / timedelta(hours=1)
