"""
Counts the calls that ten users' syncs make while the provider bans their application again and again.

The simulator counts them by the clock. All syncs share one process here, so without a pace up to 0.6 s pass between
leave to call and the call. The leaves that were given are counted as well, and these by cause: none may be asked for
after a worker has noted the 429, and given before the ban ends.
"""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from unittest.mock import patch

from bench.apart import simulator_apart
from bench.in_process import bench_at, writes_for_nothing
from blendify.calling.rate_limiter import RateLimiter
from blendify.core import times

USERS = 10
SIZES = {"playlists": 5, "playlist-entries": 60, "long-playlist": 20, "saved-tracks": 150, "saved-albums": 50}
LIMIT = {"calls": 60, "seconds": 3, "retry_after": "3", "flight_seconds": 0.25}
"""A call later than `flight_seconds` after the 429 no longer counts as in flight."""


@dataclass(frozen=True)
class Refused:
    """Calls to which the simulator responded with 429, by its own counters."""

    bans: int
    """Each begins with one such call."""
    during: int
    """Calls that arrived when the application could have received the 429."""
    in_flight: int
    """Calls that arrived before that."""
    let_go: int
    """Calls for which leave was asked after the 429 was noted, and given before the ban's end."""


@dataclass
class Leaves:
    """Leaves to call, and the 429s that workers noted for each other."""

    given: list[tuple[datetime, datetime]] = field(default_factory=list)
    """When each was asked for, and when it was given."""
    noted: list[tuple[datetime, datetime]] = field(default_factory=list)
    """When each 429 was in the table, and until when it forbids calls."""

    @property
    def let_go(self) -> int:
        """How many were given although a 429 that was noted before they were asked for forbade it."""
        return sum(any(noted <= asked and given < until for noted, until in self.noted) for asked, given in self.given)

    @contextmanager
    def watched(self) -> Iterator[None]:
        """Inside the context leaves and 429s are noted."""
        acquire, back_off = RateLimiter.acquire, RateLimiter.back_off

        def asked(limiter: RateLimiter) -> None:
            moment = times.now()
            acquire(limiter)
            self.given.append((moment, times.now()))

        def told(limiter: RateLimiter, *of_429: Any) -> datetime:
            until = back_off(limiter, *of_429)
            self.noted.append((times.now(), until))
            return until

        with patch.object(RateLimiter, "acquire", asked), patch.object(RateLimiter, "back_off", told):
            yield


def refused(calls_per_minute: float) -> Refused:
    """Sync ten users to the end with this rate limit of the application, 0 for none."""
    leaves = Leaves()
    sizes = [part for name, size in SIZES.items() for part in (f"--{name}", str(size))]
    with simulator_apart(*sizes) as address, bench_at(address, calls_per_minute=calls_per_minute) as here:
        users = [here.connect(f"listener-{number}") for number in range(USERS)]
        here.control("POST", "counters/reset")
        here.control("POST", "rate-limit", LIMIT)
        with leaves.watched(), writes_for_nothing(), ThreadPoolExecutor(USERS) as pool:
            list(pool.map(here.sync, users))
        counted = here.control("GET", "counters")
    refusals = sum(int(counter.get("429", 0)) for counter in counted["endpoints"].values())
    during, in_flight = int(counted["calls_during_ban"]), int(counted["calls_in_flight_at_ban"])
    return Refused(refusals - during - in_flight, during, in_flight, leaves.let_go)
