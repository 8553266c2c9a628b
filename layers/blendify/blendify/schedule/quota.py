"""
What an application's quota can carry: which of the connections that are due are synced now, and as what.

Two lines in time, as the gate's own (ms since 1970): each start moves them on by its calls at the application's pace,
and nothing starts that would begin behind the next minute. Polls move both and heed one; syncs of everything heed the
other. So a poll never waits for a long sync, and a sync of everything gets what polls leave.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Generic, Protocol, TypeVar

from blendify.core import times
from blendify.schedule.polling_plan import NEVER

HORIZON_MS = 60_000
"""How far ahead is spent: until the schedule comes round again."""
SHARE = 0.8
"""Part of the pace that the schedule may use; logins, first syncs and listeners' wishes have the rest."""
UNTOLD_INTERVAL_MS = 6_000
"""Pace of a gate that has not told one yet."""
PATIENCE, UNHURRIED = timedelta(minutes=10), timedelta(hours=6)
"""Who is due for everything and finds no room for it waits so long, if no play is lost for at least so long: a poll now
would put the re-sync off by a day. Not longer, as those who wait stand at the head of the queue."""
UNKNOWN_CALLS = 30
"""What a sync of everything is taken to need as long as none has ended."""


class Wanted(Protocol):
    """What a choice depends on."""

    @property
    def lost_at(self) -> datetime: ...
    @property
    def resync_at(self) -> datetime: ...
    @property
    def resync_calls(self) -> int | None: ...


@dataclass(frozen=True)
class QuotaState:
    """What an application's gate says now."""

    tat: int = 0
    """When its next slot is free: what is reserved until then is its backlog. 0 for one without a limit."""
    interval: int | None = None
    """Milliseconds between two calls."""
    cool: int = 0
    """Nobody calls before that."""

    @property
    def lifted(self) -> bool:
        """No call has ever waited here: the application has no limit."""
        return not self.tat


@dataclass(frozen=True)
class QuotaUsage:
    """Until when an application's quota is spent on what has been started."""

    polls_until: int = 0
    everything_until: int = 0


W = TypeVar("W", bound=Wanted)


@dataclass(frozen=True)
class Start(Generic[W]):
    """One run to start."""

    due: W
    everything: bool
    """Else it polls recent plays alone."""


def choose(
    due: Sequence[W], ledger: QuotaUsage, pace: QuotaState, now: datetime, most: int
) -> tuple[list[Start[W]], QuotaUsage]:
    """
    What to start, and the ledger afterwards; what is not chosen stays due.

    Who is nearest to losing plays comes first. Of those whose turn it is, the ones whose re-sync has waited longest get
    it; the others are polled at least, or wait for it a little if they can.
    """
    moment = times.milliseconds(now)
    polls: float
    everything: float
    begin, end = max(moment, pace.cool), moment + HORIZON_MS - max(0, pace.tat - moment)
    each = 0 if pace.lifted else (pace.interval or UNTOLD_INTERVAL_MS) / SHARE
    polls, everything = max(ledger.polls_until, begin), max(ledger.everything_until, begin)
    if polls >= end:
        return [], ledger
    count = min(most, math.ceil((end - polls) / each)) if each else most
    chosen = sorted(due, key=lambda one: one.lost_at)[:count]
    wanting = sorted((one for one in chosen if one.resync_at <= now), key=lambda one: one.resync_at)
    everything += (len(chosen) - len(wanting)) * each
    whole, waiting = set(), set()
    for one in wanting:
        if everything < end or not each:
            whole.add(id(one))
            everything += max(1, UNKNOWN_CALLS if one.resync_calls is None else one.resync_calls) * each
        elif _waits(one, now):
            waiting.add(id(one))
        else:
            everything += each
    starts = [Start(one, id(one) in whole) for one in chosen if id(one) not in waiting]
    return starts, QuotaUsage(math.ceil(polls + len(starts) * each), math.ceil(everything))


def _waits(one: Wanted, now: datetime) -> bool:
    """Whether it is better left due than polled; it is, where there is nothing to poll."""
    left = one.lost_at - now
    return left > NEVER / 2 or (now - one.resync_at < PATIENCE and left > UNHURRIED)
