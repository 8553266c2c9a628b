"""
Prints the figures of the design, and says which are worse than their bounds.

    make bench          all of them, and writes docs/bench.md; eight minutes on two cores
    make check-bench    the counts alone, under a minute; fails if one is worse than its bound

Counts come from the simulator and from the stored items; times are given only as ratios.
"""

import os
import platform
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from rich.console import Console
from rich.table import Table

from bench import counts, daily_quota, fleet, imported, insights, matching, past, profiles, reads, sums, taste
from bench.bans import refused
from bench.figures import Figure, at_most, markdown
from bench.fleet_days import Fleet
from bench.imports import COLLECTORS, MOST_RUNS, RUNS, STEPS, import_ratios
from bench.memory import Memory, of_likes, of_plays
from local.deployment import sam
from local.emulator.server import architecture, runtime
from local.errors import status_of
from local.paths import LOCAL, ROOT

PAGE = ROOT / "docs" / "bench.md"
console = Console(highlight=False, soft_wrap=True)


def main(*arguments: str) -> int:
    """Measure and print; returns 1 if a figure is worse than its bound."""
    only_counts = arguments == ("counts",)
    measured = []
    for figure in _counts() if only_counts else figures():
        measured.append(figure)
        console.print(f"  {'[bold red]WORSE[/] ' if figure.is_worse else ''}{figure.what}: {figure.today}")
    console.print()
    if not only_counts:
        console.print(_table(measured))
        PAGE.write_text(_page(measured))
    worse = [figure for figure in measured if figure.is_worse]
    for figure in worse:
        console.print(f"[bold red]worse than its bound:[/] {figure.what}: {figure.bound}, and it is {figure.today}")
    return 1 if worse else 0


def figures() -> Iterator[Figure]:
    """All figures. What no other work of the machine changes is measured side by side, the rest alone."""
    fleets = (partial(fleet_of, 10_000, 240), partial(fleet_of, 1_000_000, 24_000))
    groups = (
        counted,
        reads.figures,
        taste.figures,
        partial(all_of, profiles.figures),
        partial(all_of, matching.figures),
        sums.figures,
        *fleets,
        daily_quota.large,
    )
    with ProcessPoolExecutor(len(groups)) as processes:
        for measured in [processes.submit(group) for group in groups]:
            yield from measured.result()
    yield from _imports()
    yield _memory("a collector, 60,000 likes / 1,500 likes", of_likes(1_500), of_likes(60_000), 1.3)
    # From 20,000 up to 200,000, which take minutes, it stays the same; with all plays in memory it is 1.24 here.
    yield _memory("a first sync, 40,000 scrobbles / 5,000 scrobbles", of_plays(5_000), of_plays(40_000), 1.2)
    yield from past.figures()
    yield from _calls_during_bans()


def counted() -> list[Figure]:
    """The figures of `make check-bench`."""
    return list(_counts())


def _counts() -> Iterator[Figure]:
    yield from counts.figures()
    yield from insights.figures()
    yield from imported.figures()
    yield from fleet.small()
    yield from daily_quota.figures(daily_quota.SMALL)


def all_of(group: Callable[[], Iterator[Figure]]) -> list[Figure]:
    """The figures of a group, which are measured one after another."""
    return list(group())


def fleet_of(users: int, calls_per_minute: float) -> list[Figure]:
    """The figures of one fleet."""
    return list(fleet.figures(fleet.report_of(Fleet(users, calls_per_minute))))


def _imports() -> Iterator[Figure]:
    bounds = (("step", STEPS, 1.05), ("collector", COLLECTORS, 1.3))
    ratios = import_ratios(build(), {name: most for _, handlers, most in bounds for name in handlers})
    for what, handlers, most in bounds:
        slowest = max(handlers, key=lambda name: ratios[name])
        today = f"{ratios[slowest]:.2f} ({slowest})"
        aim = f"at most {most}"
        yield at_most(f"import of any {what}, x boto3 and a client", round(ratios[slowest], 2), most, today, aim)


def _memory(what: str, few: Memory, many: Memory, most: float) -> Figure:
    """The peak memory of a collector of many records, as a multiple of that of a collector of few."""
    peaks = f"{many.collected:.0f} and {few.collected:.0f} MB"
    beyond = " and ".join(f"{peak.collected - peak.imported:.0f}" for peak in (many, few))
    ratio = many.collected / few.collected
    today = f"{ratio:.2f} ({peaks}; without the imports {beyond})"
    return at_most(f"peak memory of {what}", ratio, most, today, f"at most {most}")


def _calls_during_bans() -> Iterator[Figure]:
    for how, calls_per_minute in (("rate limited", 1_200), ("without a rate limit", 0)):
        calls = refused(calls_per_minute)
        yield at_most(f"calls let go after a 429 was noted, 10 users, {how}", calls.let_go, 0, str(calls.let_go), "0")
        today = f"{calls.during}, in {calls.bans} bans; in flight when the 429 came: {calls.in_flight}"
        name = f"calls during a ban, 10 users, {how}"
        # Without a pace all syncs call at once, in one process: the clock tells nothing of who knew of the ban.
        yield at_most(name, calls.during, 0, today, "0") if calls_per_minute else Figure(name, today, "0")


def build() -> Path:
    """The functions and layers as they are deployed to the emulator."""
    folder = LOCAL / "bench"
    overrides = [f"Runtime={runtime()}", f"Architecture={architecture()}"]
    sam(folder, {}, "build", "--build-dir", str(folder / "build"), "--parameter-overrides", *overrides)
    return folder / "build"


def _table(measured: list[Figure]) -> Table:
    table = Table("what", "aim", "bound", "measured", title="Figures of the design", title_justify="left")
    for figure in measured:
        table.add_row(figure.what, figure.aim, figure.bound, figure.today)
    return table


def _page(measured: list[Figure]) -> str:
    machine = f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}"
    return f"""# Figures

Written by `make bench` on {datetime.now(UTC):%Y-%m-%d}: {machine}. `make bench` fails when a figure is worse than its
bound. `make check-bench` does so with the calls, records, units, requests and transitions alone, which do not depend on
the machine's speed; units have been up to four apart from run to run. An aim is what the design asks for; a bound lies
a little above what was measured.

- **Calls** are counted by the simulator, for a listener with 5,330 records in 142 pages.
- **Write units** are those of AWS's published rules, worked out from each item before and after each write
  (`tests/aws/capacity.py`): a unit per started KB, of the larger of both; an index pays for itself. Staged pages are
  in them, and so is what a sync keeps about itself. They are named by what the items are.
- **Read units** of questions are those of a listener with a year of daily syncs: 150 top tracks of which 45 change a
  day, 1,500 likes and two more a day.
- **Virtual time** (`bench/virtual_time.py`) says how long a sync takes when only calls and requests to AWS take time.
  It is the same on every machine.
- **Imports** are processor time, as ratios to boto3 with one client: the least of {RUNS} runs in turns, or of up
  to {MOST_RUNS} where that is over its bound, as a machine's pace may change by half within seconds.
- **Memory** is that of a process which collects, without the cost of writes.
- **An import** of plays is timed in processor time, from the zip to the bytes of the requests to DynamoDB. Its insights
  are counted for a year of 10,000 plays of some 6,000 songs, which one message computes.
- **Sums over all listeners** are of drawn ones, with 200 artists each (`bench/sums.py`): bytes and units are
  counted of a part and multiplied, and processor time is of this machine. How many artists have an audience is assumed.
- **Fleets** are simulated minute by minute with the product's own plan and quota ([scale.md](scale.md)).

{markdown(measured)}
"""


if __name__ == "__main__":
    sys.exit(status_of(lambda: main(*sys.argv[1:]), console.print))
