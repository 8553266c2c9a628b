"""
What an application's quota allows: which of the connections that are due start now, and whether as a poll or in full.

Two moments in time (ms since 1970, like the rate limiter's slots): each start moves them on by its calls at the
application's rate, and nothing starts that would begin later than the next minute. Polls move both moments and heed
the first; full syncs heed the second. So a poll never waits for a full sync, and full syncs get what polls leave.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Generic, Protocol, TypeVar

from blendify.core import times
from blendify.schedule.polling_plan import NEVER

HORIZON_MS = 60_000
"""How far ahead quota is reserved: until the next dispatch."""
SHARE = 0.8
"""Part of the rate that the schedule may use; the rest is for logins, first syncs and manual syncs."""
DEFAULT_INTERVAL_MS = 6_000
"""Time between two calls until the rate limiter knows its own."""
RESYNC_PATIENCE = timedelta(minutes=10)
"""A connection that is due for a full sync waits this long for room instead of being polled, which would postpone the
full sync by a day. Not longer, as the connections that wait are the first in the queue."""
SAFE_MARGIN = timedelta(hours=6)
"""It waits only if no play can be lost for at least this time."""
ASSUMED_RESYNC_CALLS = 30
"""Calls of a full sync of a connection before its first."""


class Due(Protocol):
    """What the choice needs to know of a connection that is due."""

    @property
    def lost_at(self) -> datetime: ...
    @property
    def resync_at(self) -> datetime: ...
    @property
    def resync_calls(self) -> int | None: ...


@dataclass(frozen=True)
class QuotaState:
    """What the application's rate limiter says now; moments in ms since 1970."""

    next_slot_at: int = 0
    """When its next slot is free: slots until then are reserved. 0 for an application without a limit."""
    interval: int | None = None
    """Milliseconds between two calls."""
    cooldown_until: int = 0
    """No calls before this time."""
    day: int | None = None
    """Calls that the schedule may make in a whole day; None for an application without a quota a day."""
    left_today: int = 0
    """How many of them are left."""

    @property
    def unlimited(self) -> bool:
        """No call has ever waited here: the application has no limit."""
        return not self.next_slot_at


@dataclass(frozen=True)
class QuotaUsage:
    """Until when an application's quota is used by what has started; ms since 1970."""

    polls_until: int = 0
    resyncs_until: int = 0


D = TypeVar("D", bound=Due)


@dataclass(frozen=True)
class Start(Generic[D]):
    """One sync to start."""

    due: D
    full: bool
    """All data types; otherwise a poll of recent plays."""
    seconds: float = 0.0
    """From now until its first call has its turn by the application's rate."""


def choose(
    due: Sequence[D], usage: QuotaUsage, state: QuotaState, now: datetime, max_starts: int
) -> tuple[list[Start[D]], QuotaUsage]:
    """
    What to start, and the quota usage afterwards; the other connections stay due.

    Connections nearest to losing plays start first. Among them, full syncs go to those that have waited longest for
    one; the others are polled, or wait a little for their full sync if they can.
    """
    moment = times.milliseconds(now)
    begin, end = max(moment, state.cooldown_until), moment + HORIZON_MS - max(0, state.next_slot_at - moment)
    call = 0 if state.unlimited else (state.interval or DEFAULT_INTERVAL_MS) / SHARE
    polls: float = max(usage.polls_until, begin)
    resyncs: float = max(usage.resyncs_until, begin)
    if polls >= end:
        return [], usage
    count = min(max_starts, math.ceil((end - polls) / call)) if call else max_starts
    chosen = sorted(due, key=lambda connection: connection.lost_at)[:count]
    for_resync = [connection for connection in chosen if connection.resync_at <= now]
    resyncs += (len(chosen) - len(for_resync)) * call
    full, waiting = set(), set()
    day = math.inf if state.day is None else state.day
    left = math.inf if state.day is None else state.left_today - (len(chosen) - len(for_resync))
    for connection in sorted(for_resync, key=lambda connection: connection.resync_at):
        calls = max(1, ASSUMED_RESYNC_CALLS if connection.resync_calls is None else connection.resync_calls)
        if (resyncs < end or not call) and min(calls, day) <= left:
            full.add(id(connection))
            resyncs += calls * call
            left -= calls
        elif _can_wait(connection, now):
            waiting.add(id(connection))
        else:
            resyncs += call
    started = [connection for connection in chosen if id(connection) not in waiting]
    starts = [
        Start(connection, id(connection) in full, (polls + place * call - moment) / 1000)
        for place, connection in enumerate(started)
    ]
    return starts, QuotaUsage(math.ceil(polls + len(starts) * call), math.ceil(resyncs))


def _can_wait(connection: Due, now: datetime) -> bool:
    """Whether to leave it due instead of polling it: also if there is nothing to poll."""
    left = connection.lost_at - now
    return left > NEVER / 2 or (now - connection.resync_at < RESYNC_PATIENCE and left > SAFE_MARGIN)
