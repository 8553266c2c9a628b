"""Counts the calls that ten users' syncs make while the provider bans their application again and again."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from bench.apart import simulator_apart
from bench.in_process import bench_at, writes_for_nothing

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


def refused(calls_per_minute: float) -> Refused:
    """Sync ten users to the end with this rate limit of the application, 0 for none."""
    sizes = [part for name, size in SIZES.items() for part in (f"--{name}", str(size))]
    with simulator_apart(*sizes) as address, bench_at(address, calls_per_minute=calls_per_minute) as here:
        users = [here.connect(f"listener-{number}") for number in range(USERS)]
        here.control("POST", "counters/reset")
        here.control("POST", "rate-limit", LIMIT)
        with writes_for_nothing(), ThreadPoolExecutor(USERS) as pool:
            list(pool.map(here.sync, users))
        counted = here.control("GET", "counters")
    refusals = sum(int(counter.get("429", 0)) for counter in counted["endpoints"].values())
    during, in_flight = int(counted["calls_during_ban"]), int(counted["calls_in_flight_at_ban"])
    return Refused(refusals - during - in_flight, during, in_flight)
