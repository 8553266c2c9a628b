"""
A fleet of listeners on the schedule, in virtual time: the product's own polling plan and quota, minute by minute.

    python -m bench.fleet      prints every fleet of docs/scale.md

Assumed  Listeners play 15 tracks an hour in one session a day, whose length is their own: the day's plays are
         distributed as the logarithm of a normal (median 20, a fifth plays more than 46, at most 240), three days of
         ten are silent, others vary. One session a day is the hardest case for polls of a bounded memory.
         A re-sync takes 14 to 24 calls, by the user: `make bench` counts 14 where nothing changed, 21 after a small
         change. A sync ends in the minute in which it starts.
Sampled  Fleets of more than 10,000 are simulated by one user in N, on one Nth of the quota and of every bound of a
         dispatch: a user is served as in the whole fleet, and the fleet's figures are multiplied by N.
Costs    Of scheduled syncs and of two visits a day; a first sync is 1.1 cents more, once.
Left out Provider failures and bans; first syncs of new listeners; delays within a minute. Computing insights is counted
         apart (`bench/insights.py`).
"""

import heapq
import math
import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

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
from bench.prices import fixed_month
from blendify.core import times
from blendify.schedule.cadence import Cadence
from blendify.schedule.polling_plan import Plan, Poll, SyncOutcome, fraction_of, plan
from blendify.schedule.quota import QuotaState, QuotaUsage, choose
from blendify.syncing.dispatch import MAX_READ, MAX_STARTS

START = datetime(2026, 11, 22, tzinfo=UTC)
WARM_UP, MEASURED = 4, 2
"""Days."""
SIMULATED = 10_000
DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)
SESSION_RATE = 15.0
"""Tracks an hour without a pause, at four minutes each."""
BUSIEST = 1.5
"""Plays of a listener's busiest day, as a multiple of the usual day's."""


class Listener:
    """One user: what they play, and when."""

    __slots__ = ("began", "calls", "days", "name", "plan", "resyncs", "starts")

    def __init__(self, number: int, days: int, chance: random.Random) -> None:
        self.name = f"provider#u{number}"
        usual = min(240.0, 20 * math.exp(chance.gauss(0, 1)))
        self.starts = chance.random() * (1 - usual * BUSIEST / SESSION_RATE / 24)
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
        so_far = max(0.0, at - day - self.starts) * 24 * SESSION_RATE
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
class Counts:
    """Counts of the measured days."""

    polls: int = 0
    news: int = 0
    """Polls that found plays."""
    resyncs: int = 0
    calls: int = 0
    plays: int = 0
    lost: int = 0
    losers: set[str] = field(default_factory=set)
    served: set[tuple[int, str]] = field(default_factory=set)
    """Day and user of every sync."""
    delays: list[float] = field(default_factory=list)


@dataclass(frozen=True)
class Fleet:
    """This many users share one application with this limit of calls."""

    users: int
    calls_per_minute: float
    cadence: Cadence = field(default_factory=Cadence)

    @property
    def each(self) -> int:
        """One user in this number is simulated."""
        return max(1, self.users // SIMULATED)


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


def simulate(fleet: Fleet) -> Report:
    """Two days of this fleet, after four that are not counted; the same every time."""
    chance = random.Random(fleet.users)  # noqa: S311 -- a simulation
    days = WARM_UP + MEASURED
    listeners = [Listener(number, days, chance) for number in range(fleet.users // fleet.each)]
    heap = [(listener.plan.due_at, number) for number, listener in enumerate(listeners)]
    heapq.heapify(heap)
    read, most = (max(1, bound // fleet.each) for bound in (MAX_READ, MAX_STARTS))
    interval = round(60_000 * fleet.each / fleet.calls_per_minute)
    usage, counts = QuotaUsage(), Counts()
    for minute in range(days * 1_440):
        now = START + minute * MINUTE
        window = [heapq.heappop(heap) for _ in range(min(read, len(heap))) if heap[0][0] <= now]
        due = [listeners[number] for _, number in window]
        starts, usage = choose(due, usage, QuotaState(times.milliseconds(now), interval), now, most)
        started = {start.due.name for start in starts}
        counted = counts if minute >= WARM_UP * 1_440 else Counts()
        for start in starts:
            _sync(start.due, now, fleet.cadence, counted, full=start.full)
        for due_at, number in window:
            again = listeners[number].plan.due_at if listeners[number].name in started else due_at
            heapq.heappush(heap, (again, number))
    for listener in listeners:
        _leave(listener, START + days * DAY, fleet.cadence, counts)
    return Report(fleet, counts)


def _leave(listener: Listener, now: datetime, cadence: Cadence, counts: Counts) -> None:
    """Count the plays that a listener has lost since the last poll."""
    unread = listener.played(now) - listener.played(listener.plan.polled_at or START)
    lost = unread - cadence.remembered_plays
    if lost > 0:
        counts.lost += lost
        counts.losers.add(listener.name)


def _sync(listener: Listener, now: datetime, cadence: Cadence, counts: Counts, *, full: bool) -> None:
    before = listener.plan
    plays = listener.played(now) - listener.played(before.polled_at or START)
    lost = max(0, plays - cadence.remembered_plays)
    calls = listener.calls if full else 1
    outcome = SyncOutcome(now, Poll.DONE, plays - lost, int(lost > 0), full, calls=calls)
    listener.plan = plan(listener.name, before, outcome, cadence, now)
    counts.delays.append((now - before.due_at) / MINUTE)
    counts.calls += calls
    counts.plays += plays - lost
    counts.lost += lost
    counts.served.add(((now - START).days, listener.name))
    if lost:
        counts.losers.add(listener.name)
    if full:
        counts.resyncs += 1
    else:
        counts.polls += 1
        counts.news += plays > 0


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
    report = simulate(Fleet(500, 240))
    dollars = sum(amount for name, amount in report.dollars.items() if name not in ("Fixed", "SQS"))
    yield at_most("dollars a user and month, 500 users, without the stack's own", dollars, 0.02, f"{dollars:.4f}")


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
