"""
Prints the figures of the design, and says which are worse than their bounds.

    make bench          all of them, and writes docs/bench.md; up to half an hour
    make check-bench    the counts alone, a minute of processor time; fails if one is worse than its bound

Counts come from the simulator and from the stored items; times are given only as ratios.
"""

import os
import platform
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console
from rich.table import Table

from bench import counts, fleet, reads
from bench.bans import refused
from bench.figures import Figure, markdown
from bench.fleet import Fleet, simulate
from bench.imports import COLLECTORS, STEPS, slowest
from bench.in_process import bench
from bench.memory import of_collector
from local.deployment import sam
from local.emulator.server import architecture, runtime
from local.errors import status_of
from local.paths import LOCAL, ROOT
from local.simulators.spotify import Options

PAGE = ROOT / "docs" / "bench.md"
console = Console(highlight=False, soft_wrap=True)


def main(*arguments: str) -> int:
    """Measure and print; returns 1 if a figure is worse than its bound."""
    only_counts = arguments == ("counts",)
    measured = []
    for figure in counts.figures() if only_counts else figures():
        measured.append(figure)
        console.print(f"  {'[bold red]WORSE[/] ' if figure.is_worse else ''}{figure.what}: {figure.today}")
    console.print()
    if not only_counts:
        console.print(_table(measured))
        PAGE.write_text(_page(measured))
    worse = [figure for figure in measured if figure.is_worse]
    for figure in worse:
        console.print(f"[bold red]worse than its bound:[/] {figure.what}: {figure.aim}, and it is {figure.today}")
    return 1 if worse else 0


def figures() -> Iterator[Figure]:
    """All figures, in the order of the design."""
    yield from counts.figures()
    built = build()
    yield Figure("cold start: import of any step", "at most 1.05 x boto3 and a client", slowest(built, STEPS))
    yield Figure("cold start: import of any collector", "at most 1.3 x boto3 and a client", slowest(built, COLLECTORS))
    yield Figure("peak memory of a collector: 60,000 saved tracks / 1,500 saved tracks", "at most 1.3 x", memory())
    with bench(Options()) as here:
        here.connect(reads.LISTENER)
        yield from reads.figures(here)
    limited = refused(calls_per_minute=1_200, flight_seconds=0)
    today = f"{limited.during}, in {limited.bans} bans"
    yield Figure("calls during a ban, 10 users, rate limited", "0", today, limited.during, most=0)
    unlimited = refused(calls_per_minute=0, flight_seconds=0.25)
    what = "the same without our rate limit (in flight when the 429 came)"
    yield Figure(what, "0", f"{unlimited.during} ({unlimited.in_flight}), in {unlimited.bans} bans")
    for users, calls_per_minute in ((10_000, 240), (1_000_000, 24_000)):
        yield from fleet.figures(simulate(Fleet(users, calls_per_minute)))


def build() -> Path:
    """The functions and layers as they are deployed to the emulator."""
    folder = LOCAL / "bench"
    overrides = [f"Runtime={runtime()}", f"Architecture={architecture()}"]
    sam(folder, {}, "build", "--build-dir", str(folder / "build"), "--parameter-overrides", *overrides)
    return folder / "build"


def memory() -> str:
    """Peak memory of a collector of 60,000 saved tracks, as a multiple of that of a collector of 1,500."""
    few, many = of_collector(1_500), of_collector(60_000)
    peaks = f"{many.collected:.0f} and {few.collected:.0f} MB"
    beyond = " and ".join(f"{peak.collected - peak.imported:.0f}" for peak in (many, few))
    return f"{many.collected / few.collected:.2f} x ({peaks}; without the imports {beyond})"


def _table(measured: list[Figure]) -> Table:
    table = Table("what", "aim", "today", title="Figures of the design", title_justify="left")
    for figure in measured:
        table.add_row(figure.what, figure.aim, figure.today)
    return table


def _page(measured: list[Figure]) -> str:
    machine = f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}"
    return f"""# Figures

Written by `make bench` on {datetime.now(UTC):%Y-%m-%d}: {machine}. `make check-bench` measures the counts alone, and
fails when one of them is worse than its bound.

- **Calls** are counted by the simulator, for a listener with 5,330 records in 142 pages.
- **Write units** are those of AWS's published rules, worked out from each item before and after each write
  (`tests/aws/capacity.py`): a unit per started KB, of the larger of both; an index pays for itself. Staged pages are
  in them, and so is what a sync keeps about itself. They are named by what the items are.
- **Read units** are those of a listener with a year of daily syncs.
- **Virtual time** (`bench/virtual_time.py`) says how long a sync takes when only calls and requests to AWS take time.
  It is the same on every machine.
- **Imports** are processor time, as ratios to boto3 with one client, the least of 15 runs in turns.
- **Fleets** are simulated minute by minute with the product's own plan and quota ([scale.md](scale.md)).

{markdown(measured)}
"""


if __name__ == "__main__":
    sys.exit(status_of(lambda: main(*sys.argv[1:]), console.print))
