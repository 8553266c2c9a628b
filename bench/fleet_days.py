"""
A fleet of listeners on the schedule, in virtual time: the product's own polling plan and quota, minute by minute.

Assumed  Listeners play 15 tracks an hour in one session a day, whose length is their own: the day's plays are
         distributed as the logarithm of a normal (median 20, a fifth plays more than 46, at most 240), three days of
         ten are silent, others vary. One session a day is the hardest case for polls of a bounded memory.
         A re-sync takes 14 to 24 calls, by the user: `make bench` counts 14 where nothing changed, 21 after a small
         change. A sync ends in the minute in which it starts.
Sampled  Fleets of more than 10,000 are simulated by one user in N, on one Nth of the quota and of every bound of a
         dispatch: a user is served as in the whole fleet.
Left out Provider failures and bans; first syncs of new listeners; delays within a minute.
"""

import heapq
import math
import random
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from bench.planned import Planned
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


class Listener(Planned):
    """One user: what they play, and when."""

    __slots__ = ("began", "calls", "days", "name", "resyncs", "starts")

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


def simulate(fleet: Fleet) -> Counts:
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
    return counts


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
