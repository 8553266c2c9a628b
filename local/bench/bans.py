"""Ten users sync at once while the provider bans the application again and again: who calls all the same."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from local.bench.apart import simulator_apart
from local.bench.in_process import bench_at, writes_for_nothing

USERS = 10
SIZES = {"playlists": 5, "playlist-entries": 60, "long-playlist": 20, "saved-tracks": 150, "saved-albums": 50}
LIMIT = {"calls": 60, "seconds": 3, "retry_after": "3"}


@dataclass(frozen=True)
class Refused:
    """What the simulator counted of calls that it answered with 429."""

    bans: int
    """Each begins with one of them."""
    during: int
    """Those that came when the application had had the time to hear of it."""
    on_their_way: int
    """Those that came before that."""


def refused(calls_per_minute: float, flight_seconds: float) -> Refused:
    """
    Sync ten users to the end at this pace of the application, 0 for none.

    After `flight_seconds` a call is no longer excused as on its way when the 429 came.
    """
    sizes = [part for name, size in SIZES.items() for part in (f"--{name}", str(size))]
    with simulator_apart(*sizes) as address, bench_at(address, calls_per_minute=calls_per_minute) as here:
        users = [here.connect(f"listener-{number}") for number in range(USERS)]
        here.control("POST", "counters/reset")
        here.control("POST", "rate-limit", {**LIMIT, "flight_seconds": flight_seconds})
        with writes_for_nothing(), ThreadPoolExecutor(USERS) as pool:
            list(pool.map(here.sync, users))
        counted = here.control("GET", "counters")
    answered = sum(int(counter.get("429", 0)) for counter in counted["endpoints"].values())
    during, on_their_way = int(counted["calls_during_ban"]), int(counted["calls_in_flight_at_ban"])
    return Refused(answered - during - on_their_way, during, on_their_way)
