"""
Prints the table of figures. Counts are the simulator's and the items' own; times are given as ratios alone.

    make bench      builds the layers when `make up` has not, takes about four minutes
"""

from collections.abc import Iterator, Mapping
from datetime import timedelta
from math import ceil
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from local.bench.apart import simulator_apart
from local.bench.bans import refused
from local.bench.fleet import Fleet, simulate
from local.bench.fleet import rows as fleet_rows
from local.bench.imports import COLLECTORS, STEPS, slowest
from local.bench.in_process import Bench, bench, bench_at, writes_for_nothing
from local.bench.machine import transitions
from local.bench.memory import of_collector
from local.bench.reads import rows as read_rows
from local.deployment import sam
from local.emulator.server import architecture, runtime
from local.paths import LOCAL
from local.simulators.spotify import Options, Regime

LISTENER = "listener"
console = Console(highlight=False, soft_wrap=True)


def main() -> None:
    """Measure everything and print it."""
    table = Table("what", "aim", "today", title="Figures of the design", title_justify="left")
    for what, aim, today in rows():
        table.add_row(what, aim, today)
        console.print(f"  {what}: {today}")
    console.print()
    console.print(table)


def rows() -> Iterator[tuple[str, str, str]]:
    """What, aim, today's figure; in the order of the design."""
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
        everything = here.sync(user_id, mode="full")
    yield "calls, nothing changed", "at most 15", str(same["calls"])
    yield "calls, nothing changed, within the day", "at most 15", str(soon["calls"])
    yield "calls, small change", "at most 24, every change found", str(changed["calls"])
    yield "records appended, nothing changed", "0", f"{same['appended']:,}"
    told = f"{changed['appended']:,} and {changed['removed']:,} removals"
    yield "records appended, small change", f"{SMALL_CHANGE}, exactly the changes", told
    yield "calls and records appended, everything read anew", "the fewest possible, 0", _both(everything)
    yield "write units a record, raw answer kept", "at most 1.1", f"{first['write_units'] / first['records']:.2f}"
    with bench(Options(regime=Regime.LEGACY)) as here:
        legacy = here.sync(here.connect(LISTENER))
    each = f"{legacy['write_units'] / legacy['records']:.2f}"
    yield "the same, answers with markets (before 2026)", "at most 1.1", each
    raw, stored = (first[name] / first["records"] for name in ("raw_bytes", "stored_bytes"))
    yield "bytes a record", "", f"{raw:,.0f} as JSON, {stored:,.0f} stored"
    yield "state transitions, one sync without waits", "at most 40", str(transitions())
    yield "state transitions, a poll of recent plays", "as few as possible", str(transitions("PollRecentlyPlayed"))
    built = build()
    yield "cold start: import of any step", "at most 1.05 x boto3 and a client", slowest(built, STEPS)
    yield "cold start: import of any collector", "at most 1.3 x boto3 and a client", slowest(built, COLLECTORS)
    yield "first sync at 80 ms a call", "at least 4 x faster than call after call", f"{speed():.1f} x, reading alone"
    yield "peak memory of a collector: 60,000 saved tracks / 1,500 saved tracks", "at most 1.5 x", memory()
    with bench(Options()) as here:
        here.connect(LISTENER)
        yield from read_rows(here)
    paced = refused(calls_per_minute=1_200, flight_seconds=0)
    yield "calls during a ban, 10 users, paced", "0", f"{paced.during}, in {paced.bans} bans"
    lifted = refused(calls_per_minute=0, flight_seconds=0.25)
    what = "the same, pace lifted (those on their way when the 429 came)"
    yield what, "0", f"{lifted.during} ({lifted.on_their_way}), in {lifted.bans} bans"
    for users, pace in ((10_000, 240), (1_000_000, 24_000)):
        yield from fleet_rows(simulate(Fleet(users, pace)))


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
"""3 likes, 12 plays, an album, a follow, a playlist's state, 2 of its entries, 2 ranks; 2 likes and an entry gone."""


def change_a_little(here: Bench) -> None:
    """
    3 likes in, 2 out, 12 plays, 1 album, 1 follow, one playlist of common size with two entries more and one less, two
    ranks swapped.
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
    How much faster a whole account is read at 80 ms a call than by the same calls one after the other.

    The best of five: whatever else this machine does only adds to the time.
    """
    with simulator_apart("--latency-ms", "80") as address, bench_at(address) as here, writes_for_nothing():
        # A listener of their own for each: whoever was read before has nothing to append.
        users = [here.connect(f"{LISTENER}-{number}") for number in range(5)]
        before = here.calls()
        seconds = [here.longest_branch(user_id) for user_id in users]
        return (here.calls() - before) / len(seconds) * 0.080 / min(seconds)


def memory() -> str:
    """Peak of a collector of 60,000 saved tracks by that of one of 1,500."""
    few, many = of_collector(1_500), of_collector(60_000)
    peaks = f"{many.collected:.0f} and {few.collected:.0f} MB"
    beyond = " and ".join(f"{one.collected - one.imported:.0f}" for one in (many, few))
    return f"{many.collected / few.collected:.2f} x ({peaks}; without the imports {beyond})"


if __name__ == "__main__":
    main()
