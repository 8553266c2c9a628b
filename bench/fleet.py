"""
What fleets of listeners get, and what that costs: the figures of their simulated days (`bench/fleet_days.py`).

    python -m bench.fleet      prints every fleet of docs/scale.md

Sampled  Where one user in N is simulated, the fleet's figures are multiplied by N.
Costs    Of scheduled syncs and of two visits a day; a first sync is 1.1 cents more, once. Computing insights is counted
         apart (`bench/insights.py`).
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass

from rich.console import Console
from rich.table import Table

from bench.costs import (
    CALL,
    CALL_OF_RESYNC,
    CALLS_PER_MINUTE_AND_USER,
    DISPATCH,
    INSIGHTS_MONTH,
    INSIGHTS_OF_NEWS,
    INSIGHTS_OF_RESYNC,
    MONTH_DAYS,
    NEWS_USE,
    PLAY,
    POLL_USE,
    QUEUE_MONTH,
    RESYNC_USE,
    START_USE,
    USER_MONTH,
)
from bench.figures import Figure, at_least, at_most
from bench.fleet_days import MEASURED, Counts, Fleet, simulate
from bench.prices import fixed_month


@dataclass(frozen=True)
class Report:
    """A fleet's days, per day unless said otherwise."""

    fleet: Fleet
    counts: Counts

    def per_day(self, count: float) -> float:
        """Of the whole fleet."""
        return count * self.fleet.each / MEASURED

    @property
    def lost_share(self) -> float:
        """Lost plays, as a part of all plays."""
        return self.counts.lost / max(1, self.counts.plays + self.counts.lost)

    def delay(self, share: float) -> float:
        """Minutes from due to started that this share of all syncs stays below."""
        delays = sorted(self.counts.delays)
        return delays[min(len(delays) - 1, int(share * len(delays)))] if delays else math.inf

    @property
    def used(self) -> float:
        """Part of the application's quota that is called."""
        return self.per_day(self.counts.calls) / (self.fleet.calls_per_minute * 1_440)

    @property
    def dollars(self) -> dict[str, float]:
        """Dollars a user and month, by service."""
        counts, users = self.counts, self.fleet.users
        month = MONTH_DAYS / users
        syncs = POLL_USE.times(self.per_day(counts.polls) * month)
        syncs += NEWS_USE.times(self.per_day(counts.news) * month)
        syncs += RESYNC_USE.times(self.per_day(counts.resyncs) * month)
        syncs += START_USE.times(self.per_day(counts.polls + counts.resyncs) * month)
        calls = CALL.times(self.per_day(counts.calls) * month)
        plays = PLAY.times(self.per_day(counts.plays) * month)
        if self.fleet.calls_per_minute > CALLS_PER_MINUTE_AND_USER:
            calls += CALL_OF_RESYNC.times(self.per_day(counts.calls - counts.polls) * month)
        use = syncs + calls + plays + USER_MONTH + DISPATCH.times(1_440 * month) + QUEUE_MONTH.times(1 / users)
        return {**use.dollars, "Fixed": fixed_month() / users}

    @property
    def insights(self) -> float:
        """Dollars a user and month that computing and storing insights costs; `dollars` does not have them."""
        month = MONTH_DAYS / self.fleet.users
        use = INSIGHTS_OF_NEWS.times(self.per_day(self.counts.news) * month)
        use += INSIGHTS_OF_RESYNC.times(self.per_day(self.counts.resyncs) * month)
        return sum(use.dollars.values()) + INSIGHTS_MONTH


def report_of(fleet: Fleet) -> Report:
    """The report of this fleet's days; the same every time."""
    return Report(fleet, simulate(fleet))


FLEETS = [
    Fleet(1_000, 80),
    Fleet(5_000, 80),
    Fleet(10_000, 80),
    Fleet(10_000, 240),
    Fleet(20_000, 80),
    Fleet(1_000_000, 80),
    Fleet(1_000_000, 8_000),
    Fleet(1_000_000, 24_000),
]


def table(reports: list[Report]) -> Table:
    """The table in docs/scale.md."""
    head = ["users", "calls/min", "served/day", "re-synced/day", "calls/day", "of quota", "runs/user/day"]
    head += ["plays lost", "users with a hole", "delay p50/p95/p99 min", "$/user/month"]
    head += ["$ for insights"]
    made = Table(*head, title="The fleet in virtual time", title_justify="left")
    for report in reports:
        made.add_row(*_row(report))
    return made


def _row(report: Report) -> Iterator[str]:
    fleet, counts = report.fleet, report.counts
    users = fleet.users // fleet.each
    yield from (f"{fleet.users:,}", f"{fleet.calls_per_minute:,.0f}")
    yield f"{report.per_day(len(counts.served)):,.0f}"
    yield f"{report.per_day(counts.resyncs):,.0f}"
    yield f"{report.per_day(counts.calls):,.0f}"
    yield f"{report.used:.0%}"
    yield f"{report.per_day(counts.polls + counts.resyncs) / fleet.users:.1f}"
    yield f"{report.lost_share:.2%}"
    yield f"{len(counts.losers) / users:.1%}"
    yield "/".join(f"{report.delay(share):,.0f}" for share in (0.5, 0.95, 0.99))
    yield f"{sum(report.dollars.values()):.4f}"
    yield f"{report.insights:.4f}"


def figures(report: Report) -> Iterator[Figure]:
    """The figures of a fleet among those of the design."""
    fleet, counts = report.fleet, report.counts
    who = f"{fleet.users:,} users, {fleet.calls_per_minute:,.0f} calls/min"
    today = f"{report.lost_share:.2%}, {len(counts.losers) * fleet.each:,} users with a hole"
    yield at_most(f"plays lost, {who}", round(report.lost_share, 4), 0.0002, today, "0")
    served = report.per_day(len(counts.served))
    least = 0.99 * fleet.users
    yield at_least(f"users served a day, {who}", served, least, f"{served:,.0f}", f"{fleet.users:,}")
    resyncs, calls = report.per_day(counts.resyncs), report.per_day(counts.calls)
    yield Figure(f"re-syncs and calls a day, {who}", f"{resyncs:,.0f} and {calls:,.0f}, {report.used:.0%} of the quota")
    late = "/".join(f"{report.delay(share):,.0f}" for share in (0.5, 0.95, 0.99))
    yield Figure(f"minutes from due to started (p50/p95/p99), {who}", late)
    dollars = sum(report.dollars.values())
    services = ", ".join(f"{name} {amount:.4f}" for name, amount in report.dollars.items() if amount >= 0.00005)
    yield at_most(f"dollars a user and month, {who}", dollars, 0.02, f"{dollars:.4f} ({services})", "at most 0.02")
    yield at_most(f"dollars a user and month for insights, {who}", report.insights, 0.0040, f"{report.insights:.4f}")


def small() -> Iterator[Figure]:
    """What a user and month costs besides the stack itself, in a fleet that is simulated in seconds."""
    report = report_of(Fleet(500, 240))
    dollars = sum(amount for name, amount in report.dollars.items() if name not in ("Fixed", "SQS"))
    yield at_most("dollars a user and month, 500 users, without the stack's own", dollars, 0.02, f"{dollars:.4f}")


def main() -> None:
    """Print everything."""
    console = Console(width=200)
    reports = [report_of(fleet) for fleet in FLEETS]
    console.print(table(reports))
    for report in reports:
        costs = ", ".join(f"{name} {dollars:.4f}" for name, dollars in report.dollars.items() if dollars >= 0.00005)
        console.print(f"  {report.fleet.users:,} at {report.fleet.calls_per_minute:,.0f}: {costs}")


if __name__ == "__main__":
    main()
