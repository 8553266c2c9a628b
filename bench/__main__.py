"""
Prints the table of figures. Counts come from the simulator and from the stored items; times are given only as ratios.

    make bench      builds the layers when `make up` has not, takes about four minutes
"""

import sys
from collections.abc import Iterator, Mapping
from datetime import timedelta
from math import ceil
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from bench.apart import simulator_apart
from bench.bans import refused
from bench.fleet import Fleet, simulate
from bench.fleet import rows as fleet_rows
from bench.imports import COLLECTORS, STEPS, slowest
from bench.in_process import Bench, bench, bench_at, writes_for_nothing
from bench.machine import transitions
from bench.memory import of_collector
from bench.reads import rows as read_rows
from local.deployment import sam
from local.emulator.server import architecture, runtime
from local.errors import status_of
from local.paths import LOCAL
from local.simulators.spotify import Options, Regime

LISTENER = "listener"
console = Console(highlight=False, soft_wrap=True)


def main() -> int:
    """Measure everything and print it."""
    table = Table("what", "aim", "today", title="Figures of the design", title_justify="left")
    for what, aim, today in rows():
        table.add_row(what, aim, today)
        console.print(f"  {what}: {today}")
    console.print()
    console.print(table)
    return 0


def rows() -> Iterator[tuple[str, str, str]]:
    """Rows of what, aim and today's figure, in the order of the design."""
    with bench(Options()) as here:
        user_id = here.connect(LISTENER)
        fewest = fewest_calls(here)
        first = here.sync(user_id)
        yield "calls, first sync", f"{fewest}, the fewest possible", str(first["calls"])
        here.pass_time(timedelta(days=1))
        same = here.sync(user_id)
        here.pass_time(timedelta(hours=1))
        soon = here.sync(user_id)
        change_a_little(here)
        here.pass_time(timedelta(days=1))
        changed = here.sync(user_id)
        here.pass_time(timedelta(days=1))
        full = here.sync(user_id, mode="full")
    yield "calls, nothing changed", "at most 15", str(same["calls"])
    yield "calls, nothing changed, within the day", "at most 15", str(soon["calls"])
    yield "calls, small change", "at most 24, every change detected", str(changed["calls"])
    yield "records appended, nothing changed", "0", f"{same['appended']:,}"
    appended = f"{changed['appended']:,} and {changed['removed']:,} removals"
    yield "records appended, small change", f"{SMALL_CHANGE}, exactly the changes", appended
    yield "calls and records appended, full sync", "the fewest possible, 0", _both(full)
    yield "write units a record, raw answer stored", "at most 1.1", f"{first['write_units'] / first['records']:.2f}"
    with bench(Options(regime=Regime.LEGACY)) as here:
        legacy = here.sync(here.connect(LISTENER))
    each = f"{legacy['write_units'] / legacy['records']:.2f}"
    yield "the same, answers with markets (before 2026)", "at most 1.1", each
    raw, stored = (first[name] / first["records"] for name in ("raw_bytes", "stored_bytes"))
    yield "bytes a record", "", f"{raw:,.0f} as JSON, {stored:,.0f} stored"
    yield "state transitions, one sync without waits / one poll", "at most 14 / 0", f"{transitions()} / 0"
    built = build()
    yield "cold start: import of any step", "at most 1.05 x boto3 and a client", slowest(built, STEPS)
    yield "cold start: import of any collector", "at most 1.3 x boto3 and a client", slowest(built, COLLECTORS)
    yield "first sync at 80 ms a call", "at least 4 x faster than call after call", f"{speed():.1f} x, reading alone"
    yield "peak memory of a collector: 60,000 saved tracks / 1,500 saved tracks", "at most 1.5 x", memory()
    with bench(Options()) as here:
        here.connect(LISTENER)
        yield from read_rows(here)
    limited = refused(calls_per_minute=1_200, flight_seconds=0)
    yield "calls during a ban, 10 users, rate limited", "0", f"{limited.during}, in {limited.bans} bans"
    unlimited = refused(calls_per_minute=0, flight_seconds=0.25)
    what = "the same without our rate limit (in flight when the 429 came)"
    yield what, "0", f"{unlimited.during} ({unlimited.in_flight}), in {unlimited.bans} bans"
    for users, calls_per_minute in ((10_000, 240), (1_000_000, 24_000)):
        yield from fleet_rows(simulate(Fleet(users, calls_per_minute)))


def _both(counted: Mapping[str, int]) -> str:
    return f"{counted['calls']} and {counted['appended'] + counted['removed']}"


def build() -> Path:
    """The functions and layers as they are deployed to the emulator."""
    folder = LOCAL / "bench"
    overrides = [f"Runtime={runtime()}", f"Architecture={architecture()}"]
    sam(folder, {}, "build", "--build-dir", str(folder / "build"), "--parameter-overrides", *overrides)
    return folder / "build"


def fewest_calls(here: Bench) -> int:
    """ceil(n / page) over every list of the listener, by the simulator's truth."""
    truth = here.control("GET", f"truth/{LISTENER}")["data"]
    lists: list[Any] = []
    for entries in truth.values():
        lists += entries.values() if isinstance(entries, dict) else [entries]
    return sum(max(1, ceil(len(entries) / 50)) for entries in lists if entries is not None)


SMALL_CHANGE = "22 and 3 removals"
"""3 likes, 12 plays, an album, a follow, a playlist's state, 2 entries of it, 2 ranks; removed: 2 likes, an entry."""


def change_a_little(here: Bench) -> None:
    """
    Add 3 likes, 12 plays, 1 album and 1 follow, remove 2 likes, add two entries to a playlist of common size and remove
    one, and swap two ranks.
    """
    contents = here.control("GET", f"truth/{LISTENER}")["data"]["playlist_tracks"]
    edited = next(name for name, entries in contents.items() if entries and 40 <= len(entries) <= 60)
    changes: list[dict[str, Any]] = [{"act": "add", "list": "saved_tracks"}] * 3
    changes += [{"act": "remove", "list": "saved_tracks", "position": position} for position in (400, 1_200)]
    changes.append({"act": "move", "list": "top_tracks", "name": "short_term", "position": 4, "to": 5})
    changes += [{"act": "add", "list": "recently_played"}] * 12
    changes += [{"act": "add", "list": "saved_albums"}, {"act": "add", "list": "followed_artists"}]
    playlist = {"list": "playlist_tracks", "name": edited}
    changes += [{"act": "add", **playlist}] * 2 + [{"act": "remove", **playlist}]
    here.control("POST", f"listeners/{LISTENER}/mutations", changes)


def speed() -> float:
    """
    How many times faster a whole account is read at 80 ms a call than by the same calls one after the other.

    The best of five counts, because other work of this machine only adds time.
    """
    with simulator_apart("--latency-ms", "80") as address, bench_at(address) as here, writes_for_nothing():
        # Each measurement has a listener of its own: a second sync of the same listener would append nothing.
        users = [here.connect(f"{LISTENER}-{number}") for number in range(5)]
        before = here.calls()
        seconds = [here.longest_branch(user_id) for user_id in users]
        return (here.calls() - before) / len(seconds) * 0.080 / min(seconds)


def memory() -> str:
    """Peak memory of a collector of 60,000 saved tracks, as a multiple of that of a collector of 1,500."""
    few, many = of_collector(1_500), of_collector(60_000)
    peaks = f"{many.collected:.0f} and {few.collected:.0f} MB"
    beyond = " and ".join(f"{peak.collected - peak.imported:.0f}" for peak in (many, few))
    return f"{many.collected / few.collected:.2f} x ({peaks}; without the imports {beyond})"


if __name__ == "__main__":
    sys.exit(status_of(main, console.print))
