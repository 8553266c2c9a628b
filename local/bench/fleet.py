"""
A fleet of listeners on the schedule, in virtual time: the product's own planning and budget, minute by minute.

    python -m local.bench.fleet      prints every fleet of docs/scale.md

Assumed  Listeners play 15 tracks an hour in one session a day, whose length is their own: the day's plays are
         distributed as the logarithm of a normal (median 20, a fifth plays more than 46, at most 240), three days of
         ten are silent, others vary. One session a day is the hardest case for polls of a bounded memory.
         A re-sync takes 14 to 24 calls, by the user: `make bench` counts 14 where nothing changed, 21 after a small
         change. Runs end in the minute in which they start.
Sampled  Fleets of more than 10,000 are simulated by one user in N, on one Nth of the quota and of every bound of a
         dispatch: what a user meets is the same, what the fleet does is multiplied by N.
Costs    Of what the schedule does and of two visits a day; a first sync is half a cent more, once.
Left out Provider failures and bans; first syncs of new listeners; delays within a minute.
"""

import heapq
import math
import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from rich.console import Console
from rich.table import Table

from blendify.core import times
from blendify.schedule.cadence import Cadence
from blendify.schedule.polling_plan import Plan, Poll, SyncOutcome, fraction_of, plan
from blendify.schedule.quota import QuotaState, QuotaUsage, choose
from blendify.syncing.dispatch import MAX_READ, MAX_STARTS
from local.bench.machine import transitions
from local.bench.prices import FIXED_MONTH, Use

START = datetime(2026, 11, 22, tzinfo=UTC)
WARM_UP, MEASURED = 4, 2
"""Days."""
SIMULATED = 10_000
DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)
MONTH_DAYS = 30.4
SESSION_PACE = 15.0
"""Tracks an hour of somebody who listens without a pause: four minutes each."""
BUSIEST = 1.5
"""A listener's busiest day by their usual one."""

# Counted on the emulator, 2026-11-23: the requests of one run, its claim, and two writes a call at the gate included.
# Functions have 0.5 GB; seconds are estimates of warm functions with 80 ms a provider call.
POLL_RUN = Use(
    transitions=transitions("PollRecentlyPlayed"),
    lambda_requests=3,
    gb_seconds=0.5 * (0.25 + 0.4 + 0.15),
    write_units=13 + 4 + 2,
    read_units=10,
    kms_requests=3,
    log_gb=2.5e-6,
)
RESYNC_RUN = Use(
    transitions=transitions(),
    lambda_requests=10,
    gb_seconds=0.5 * (0.3 + 8 * 0.6 + 0.2),
    write_units=52 + 4,
    read_units=55,
    kms_requests=10,
    log_gb=9e-6,
)
CALL = Use(write_units=2)
PLAY = Use(write_units=2, table_gb_months=1e-6)
"""An appended record of a kilobyte; what a play weighs for a month."""
USER_MONTH = Use(api_requests=60, lambda_requests=60, gb_seconds=60 * 0.05, read_units=600, table_gb_months=0.006)
"""Two visits a day with the dashboard's own requests, and what a first sync of 5,330 records has stored."""
DISPATCH = Use(lambda_requests=1, gb_seconds=1.73 * 0.3, read_units=8, scheduler_invocations=1)
START_OF_RUN = Use(gb_seconds=1.73 * 0.01)
"""The dispatch's own part."""


class Listener:
    """One user: what they play, and when."""

    __slots__ = ("began", "calls", "days", "name", "plan", "resyncs", "starts")

    def __init__(self, number: int, days: int, chance: random.Random) -> None:
        self.name = f"provider#u{number}"
        usual = min(240.0, 20 * math.exp(chance.gauss(0, 1)))
        self.starts = chance.random() * (1 - usual * BUSIEST / SESSION_PACE / 24)
        played = [
            0.0 if chance.random() < 0.3 else usual * min(BUSIEST, chance.lognormvariate(0, 0.4)) for _ in range(days)
        ]
        self.days = [0.0]
        for plays in played:
            self.days.append(self.days[-1] + plays)
        self.calls = chance.randint(14, 24)
        self.began = -chance.random()
        self.resyncs = 0
        polled_at = START + DAY * self.began / 4
        due_at = START + DAY * chance.random() / 2
        resync_at = START + DAY * fraction_of(self.name)
        self.plan = Plan(due_at, due_at + DAY, resync_at, self.calls, usual / 24, usual * 0.7, polled_at)

    def played(self, moment: datetime) -> int:
        """Plays since the beginning."""
        at = max(0.0, (moment - START) / DAY)
        day = min(int(at), len(self.days) - 2)
        so_far = max(0.0, at - day - self.starts) * 24 * SESSION_PACE
        return int(min(self.days[day] + so_far, self.days[day + 1]))

    @property
    def lost_at(self) -> datetime:
        return self.plan.lost_at

    @property
    def resync_at(self) -> datetime:
        return self.plan.resync_at

    @property
    def resync_calls(self) -> int | None:
        return self.plan.resync_calls


@dataclass
class Seen:
    """What was counted on the measured days."""

    polls: int = 0
    resyncs: int = 0
    calls: int = 0
    plays: int = 0
    lost: int = 0
    losers: set[str] = field(default_factory=set)
    served: set[tuple[int, str]] = field(default_factory=set)
    """Day and user of every run."""
    delays: list[float] = field(default_factory=list)


@dataclass(frozen=True)
class Fleet:
    """So many users on one application of this pace."""

    users: int
    calls_per_minute: float
    cadence: Cadence = field(default_factory=Cadence)

    @property
    def each(self) -> int:
        """One user in so many is simulated."""
        return max(1, self.users // SIMULATED)


@dataclass(frozen=True)
class Report:
    """A fleet's days, per day unless said otherwise."""

    fleet: Fleet
    seen: Seen

    def per_day(self, count: float) -> float:
        """Of the whole fleet."""
        return count * self.fleet.each / MEASURED

    @property
    def lost_share(self) -> float:
        """Plays that nobody will ever see, of all."""
        return self.seen.lost / max(1, self.seen.plays + self.seen.lost)

    def delay(self, share: float) -> float:
        """Minutes from due to started that this share of all runs stays below."""
        delays = sorted(self.seen.delays)
        return delays[min(len(delays) - 1, int(share * len(delays)))] if delays else math.inf

    @property
    def used(self) -> float:
        """Part of the application's quota that is called."""
        return self.per_day(self.seen.calls) / (self.fleet.calls_per_minute * 1_440)

    @property
    def dollars(self) -> dict[str, float]:
        """Dollars a user and month, by service."""
        seen, users = self.seen, self.fleet.users
        month = MONTH_DAYS / users
        runs = POLL_RUN.times(self.per_day(seen.polls) * month) + RESYNC_RUN.times(self.per_day(seen.resyncs) * month)
        runs += START_OF_RUN.times(self.per_day(seen.polls + seen.resyncs) * month)
        calls = CALL.times(self.per_day(seen.calls - seen.polls) * month)
        plays = PLAY.times(self.per_day(seen.plays) * month)
        use = runs + calls + plays + USER_MONTH + DISPATCH.times(1_440 * month)
        return {**use.dollars, "Fixed": FIXED_MONTH / users}


def simulate(fleet: Fleet) -> Report:
    """Two days of this fleet, after four that nobody counts; the same every time."""
    chance = random.Random(fleet.users)  # noqa: S311 -- a simulation
    days = WARM_UP + MEASURED
    listeners = [Listener(number, days, chance) for number in range(fleet.users // fleet.each)]
    heap = [(one.plan.due_at, number) for number, one in enumerate(listeners)]
    heapq.heapify(heap)
    read, most = (max(1, bound // fleet.each) for bound in (MAX_READ, MAX_STARTS))
    interval = round(60_000 * fleet.each / fleet.calls_per_minute)
    ledger, seen = QuotaUsage(), Seen()
    for minute in range(days * 1_440):
        now = START + minute * MINUTE
        window = [heapq.heappop(heap) for _ in range(min(read, len(heap))) if heap[0][0] <= now]
        due = [listeners[number] for _, number in window]
        starts, ledger = choose(due, ledger, QuotaState(times.milliseconds(now), interval), now, most)
        started = {start.due.name for start in starts}
        counted = seen if minute >= WARM_UP * 1_440 else Seen()
        for start in starts:
            _run(start.due, now, fleet.cadence, counted, full=start.full)
        for due_at, number in window:
            again = listeners[number].plan.due_at if listeners[number].name in started else due_at
            heapq.heappush(heap, (again, number))
    for one in listeners:
        _leave(one, START + days * DAY, fleet.cadence, seen)
    return Report(fleet, seen)


def _leave(one: Listener, now: datetime, cadence: Cadence, seen: Seen) -> None:
    """What is lost by now of a listener who has not been polled, and never will be."""
    lost = one.played(now) - one.played(one.plan.polled_at or START) - cadence.remembered_plays
    if lost > 0:
        seen.lost += lost
        seen.losers.add(one.name)


def _run(one: Listener, now: datetime, cadence: Cadence, seen: Seen, *, full: bool) -> None:
    before = one.plan
    plays = one.played(now) - one.played(before.polled_at or START)
    lost = max(0, plays - cadence.remembered_plays)
    calls = one.calls if full else 1
    ran = SyncOutcome(now, Poll.DONE, plays - lost, int(lost > 0), full, calls=calls)
    one.plan = plan(one.name, before, ran, cadence, now)
    seen.delays.append((now - before.due_at) / MINUTE)
    seen.calls += calls
    seen.plays += plays - lost
    seen.lost += lost
    seen.served.add(((now - START).days, one.name))
    if lost:
        seen.losers.add(one.name)
    if full:
        seen.resyncs += 1
    else:
        seen.polls += 1


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
    """The figures that docs/scale.md shows."""
    head = ["users", "calls/min", "served/day", "re-synced/day", "calls/day", "of quota", "runs/user/day"]
    head += ["plays lost", "users with a hole", "delay p50/p95/p99 min", "$/user/month"]
    made = Table(*head, title="The fleet in virtual time", title_justify="left")
    for report in reports:
        made.add_row(*_row(report))
    return made


def _row(report: Report) -> Iterator[str]:
    fleet, seen = report.fleet, report.seen
    users = fleet.users // fleet.each
    yield from (f"{fleet.users:,}", f"{fleet.calls_per_minute:,.0f}")
    yield f"{report.per_day(len(seen.served)):,.0f}"
    yield f"{report.per_day(seen.resyncs):,.0f}"
    yield f"{report.per_day(seen.calls):,.0f}"
    yield f"{report.used:.0%}"
    yield f"{report.per_day(seen.polls + seen.resyncs) / fleet.users:.1f}"
    yield f"{report.lost_share:.2%}"
    yield f"{len(seen.losers) / users:.1%}"
    yield "/".join(f"{report.delay(share):,.0f}" for share in (0.5, 0.95, 0.99))
    yield f"{sum(report.dollars.values()):.4f}"


def rows(report: Report) -> Iterator[tuple[str, str, str]]:
    """What, aim, figure: as the table of all figures has them."""
    fleet, seen = report.fleet, report.seen
    who = f"{fleet.users:,} users, {fleet.calls_per_minute:,.0f} calls/min"
    yield f"plays lost, {who}", "0", f"{report.lost_share:.2%}, {len(seen.losers) * fleet.each:,} users with a hole"
    yield f"users served a day, {who}", f"{fleet.users:,}", f"{report.per_day(len(seen.served)):,.0f}"
    resyncs, calls = report.per_day(seen.resyncs), report.per_day(seen.calls)
    yield f"re-syncs and calls a day, {who}", "", f"{resyncs:,.0f} and {calls:,.0f}, {report.used:.0%} of the quota"
    late = "/".join(f"{report.delay(share):,.0f}" for share in (0.5, 0.95, 0.99))
    yield f"minutes from due to started (p50/p95/p99), {who}", "", late
    yield f"dollars a user and month, {who}", "", f"{sum(report.dollars.values()):.4f}"


def main() -> None:
    """Print everything."""
    console = Console(width=200)
    reports = [simulate(fleet) for fleet in FLEETS]
    console.print(table(reports))
    for report in reports:
        costs = ", ".join(f"{name} {dollars:.4f}" for name, dollars in report.dollars.items() if dollars >= 0.00005)
        console.print(f"  {report.fleet.users:,} at {report.fleet.calls_per_minute:,.0f}: {costs}")


if __name__ == "__main__":
    main()
