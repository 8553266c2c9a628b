"""
A fleet whose provider counts calls by the day (YouTube Music), in virtual time, with the product's own plan and quota.

    python -m bench.daily_quota      prints the fleets of docs/scale.md

Assumed  Libraries are as large as the logarithm of a normal says: the usual one has 15 playlists of 40 entries, 600
         likes and 60 subscriptions, a sixth of all more than twice that. Nothing changes, and once in `SWEEP` a re-sync
         reads every list whole. A test counts at the simulator that both take as many units as `whole` and `quiet` say.
Left out Logins, first syncs and "Sync now", for which the schedule leaves a fifth of the day; provider failures.
"""

import heapq
import math
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from math import ceil

from rich.console import Console
from rich.table import Table

from bench.figures import Figure, at_most
from bench.planned import Planned
from blendify.core import times
from blendify.core.days import next_day
from blendify.providers import PROVIDERS
from blendify.schedule.cadence import Cadence
from blendify.schedule.polling_plan import Plan, Poll, SyncOutcome, fraction_of, plan
from blendify.schedule.quota import SHARE, QuotaState, QuotaUsage, choose
from blendify.syncing.dispatch import MAX_STARTS

PROVIDER = "youtube_music"
UNITS = 10_000
"""A day; the template's default."""
CALLS_PER_MINUTE = 120
"""The template's default."""
SWEEP = timedelta(days=7 * 0.875)
"""Lists are read whole in the last quarter of seven days (`FullSweepDays`), each at a time of its own."""
PAGE = 50
A_MINUTE = ceil(CALLS_PER_MINUTE * SHARE)
"""So many of the connections that are due are considered in one dispatch."""
START = datetime(2026, 11, 22, tzinfo=UTC)
DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)
WARM_UP, MEASURED = 40 * DAY, 60 * DAY


@dataclass(frozen=True)
class Library:
    """How long the lists are."""

    playlists: tuple[int, ...]
    """Entries of each."""
    likes: int
    subscriptions: int

    @classmethod
    def drawn(cls, chance: random.Random) -> "Library":
        """A listener's."""
        size = min(6.0, math.exp(chance.gauss(0, 0.8)))
        return cls((40,) * max(1, round(15 * size)), round(600 * size), round(60 * size))


def whole(library: Library) -> int:
    """Units of reading everything, as in a first sync: a page of entries takes a second call that completes it."""
    pages = sum(map(_pages, library.playlists)) + _pages(library.likes) + _pages(library.subscriptions)
    return ceil(len(library.playlists) / PAGE) + 2 * pages


def quiet(library: Library) -> int:
    """Units of a re-sync that finds by etags and by a look at the likes that nothing has changed."""
    return ceil(len(library.playlists) / PAGE) + 2 + 2 * _pages(library.subscriptions)


def _pages(entries: int) -> int:
    return max(1, ceil(entries / PAGE))


class Listener(Planned):
    """One connection."""

    __slots__ = ("name", "quiet", "read_at", "swept_at", "whole")

    def __init__(self, number: int, chance: random.Random) -> None:
        self.name = f"{PROVIDER}#u{number}"
        library = Library.drawn(chance)
        self.whole, self.quiet = whole(library), quiet(library)
        self.read_at = START - DAY * chance.random()
        self.swept_at = START - SWEEP * chance.random()
        due_at = START + DAY * fraction_of(self.name)
        self.plan = Plan(due_at, due_at + 3_650 * DAY, due_at, self.whole)


@dataclass
class Days:
    """What happened in the measured days."""

    listeners: int
    units: list[int] = field(default_factory=list)
    """Of each day of the quota."""
    resyncs: int = 0
    gaps: list[timedelta] = field(default_factory=list)
    """Between two re-syncs of a listener, and from the last one to the end."""

    @property
    def busiest(self) -> int:
        """Most units of a day."""
        return max(self.units)

    @property
    def usual(self) -> float:
        """Units of a day on average."""
        return sum(self.units) / len(self.units)

    def gap(self, share: float) -> float:
        """Days that this share of the gaps stays below."""
        gaps = sorted(self.gaps)
        return gaps[min(len(gaps) - 1, int(share * len(gaps)))] / DAY


def simulate(listeners: int, units: int = UNITS) -> Days:
    """Sixty days of a fleet, after forty that are not counted; the same every time."""
    chance = random.Random(listeners)  # noqa: S311 -- a simulation
    fleet = [Listener(number, chance) for number in range(listeners)]
    later = [(listener.plan.due_at, number) for number, listener in enumerate(fleet)]
    due: list[tuple[datetime, int]] = []
    heapq.heapify(later)
    days, usage, most, used = Days(listeners), QuotaUsage(), int(units * SHARE), 0
    now, end = START, START + WARM_UP + MEASURED
    resets_at = next_day(now, PROVIDERS[PROVIDER].quota_zone)
    while now < end:
        if now >= resets_at:
            if now >= START + WARM_UP:
                days.units.append(min(used, units))
            # A sync that meets the end of the quota goes on when it begins anew.
            resets_at, used = next_day(now, PROVIDERS[PROVIDER].quota_zone), max(0, used - units)
        while later and later[0][0] <= now:
            number = heapq.heappop(later)[1]
            heapq.heappush(due, (fleet[number].lost_at, number))
        # What is chosen from is the first by `lost_at`; the others need not be looked at.
        window = [heapq.heappop(due) for _ in range(min(A_MINUTE, len(due)))]
        state = QuotaState(times.milliseconds(now), 60_000 // CALLS_PER_MINUTE, 0, most, max(0, most - used))
        starts, usage = choose([fleet[number] for _, number in window], usage, state, now, MAX_STARTS)
        for start in starts:
            used += _sync(start.due, now, days)
        for lost_at, number in window:
            plan_now = fleet[number].plan
            again = (plan_now.due_at, number) if plan_now.lost_at != lost_at else (lost_at, number)
            heapq.heappush(later if plan_now.lost_at != lost_at else due, again)
        now += MINUTE
        if not starts and max(usage.polls_until, usage.resyncs_until) < times.milliseconds(now):
            # As long as nobody else is due, and the quota's day goes on, nothing will start either.
            now = _minute(max(now, min([resets_at, *(later[0][:1] if later and len(due) < A_MINUTE else ())])))
    days.gaps += [end - listener.read_at for listener in fleet]
    return days


def _minute(moment: datetime) -> datetime:
    """The first whole minute that is not before."""
    return START + MINUTE * ceil((moment - START) / MINUTE)


def _sync(listener: Listener, now: datetime, days: Days) -> int:
    """Re-sync a listener; answers the units that it took."""
    calls = listener.quiet
    if now - listener.swept_at >= SWEEP:
        calls, listener.swept_at = listener.whole, now
    if now >= START + WARM_UP:
        days.resyncs += 1
        days.gaps.append(now - listener.read_at)
    listener.read_at = now
    outcome = SyncOutcome(now, Poll.IMPOSSIBLE, full=True, calls=calls)
    listener.plan = plan(listener.name, listener.plan, outcome, Cadence(), now)
    return calls


LONGEST = {300: 1.1, 600: 2.1, 1_000: 10.1, 2_500: 26.0}
"""Fleets, and their bounds: days until everybody was read again."""
SMALL, LARGE = (300, 600), (1_000, 2_500)


def figures(fleets: Sequence[int]) -> Iterator[Figure]:
    """The figures of these fleets among those of the design."""
    for listeners in fleets:
        days = simulate(listeners)
        who = f"{listeners:,} listeners of YouTube Music, {UNITS:,} units a day"
        yield at_most(f"units of the busiest day, {who}", days.busiest, UNITS, f"{days.busiest:,}")
        gaps = f"{days.gap(1):.1f}, half of them within {days.gap(0.5):.1f}"
        yield at_most(f"days until everybody was read again, {who}", days.gap(1), LONGEST[listeners], gaps, "below 30")


def large() -> list[Figure]:
    """The figures of the fleets that take longer."""
    return list(figures(LARGE))


def main() -> None:
    """Print the table of docs/scale.md."""
    made = Table("listeners", "units/day", "re-syncs/day", "days between, p50/p95/longest", title="Units by the day")
    for listeners in LONGEST:
        days = simulate(listeners)
        gaps = "/".join(f"{days.gap(share):.1f}" for share in (0.5, 0.95, 1))
        made.add_row(f"{listeners:,}", f"{days.usual:,.0f}", f"{days.resyncs / (MEASURED / DAY):,.0f}", gaps)
    Console(width=120).print(made)


if __name__ == "__main__":
    main()
