"""
When a connection is due next: polls of recent plays as the listener's pace asks for them, full re-syncs once a period.

Nothing here knows AWS or the clock: what has happened goes in, the plan comes out.
"""

import math
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from hashlib import sha256

from blendify.schedule.cadence import DAY_HOURS, Cadence, hours

FALLING = timedelta(days=10)
"""Time constant of the pace when less is played: a busy weekend is remembered until the next one."""
JITTER = 0.1
"""A poll is up to this part of its interval early, each connection by a part of its own: never later."""
PULLED_FORWARD = 0.25
"""A re-sync that is due within this part of its period after the next poll is made instead of that poll."""
NEVER = timedelta(days=3_650)
"""Until plays are lost of somebody whose plays cannot be read, or are never forgotten."""
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Poll(StrEnum):
    """What became of the recent plays in a run."""

    DONE = "done"
    FAILED = "failed"
    NOT_ASKED = "not_asked"
    IMPOSSIBLE = "impossible"
    """The provider does not offer them, or the listener has not permitted it: there is nothing to poll."""


@dataclass(frozen=True)
class SyncOutcome:
    """What a run did, as far as the plan depends on it."""

    began_at: datetime
    poll: Poll
    plays: int = 0
    """Plays that were new."""
    holes: int = 0
    """Times at which plays were found to be lost."""
    everything: bool = False
    """It was asked for every data type."""
    collected: bool = True
    """At least one data type is complete."""
    calls: int = 0


@dataclass(frozen=True)
class Plan:
    """When a connection is due, and what that was computed from. It is kept with the connection."""

    due_at: datetime
    """A poll or, from `resync_at` on, a sync of everything."""
    lost_at: datetime
    """From then on plays may be lost, as far as one can tell."""
    resync_at: datetime
    resync_calls: int | None = None
    """What the latest sync of everything has taken; None until there was one."""
    pace: float | None = None
    """Plays an hour over a day: the most that was seen, slowly forgotten. None until two polls are known."""
    recent: float = 0.0
    """Plays of about the latest day."""
    polled_at: datetime | None = None


def plan(connection: str, before: Plan | None, ran: SyncOutcome, cadence: Cadence, now: datetime) -> Plan:
    """
    The plan of a connection (any text that is its own) after a run that has ended now.

    The same run counted twice leaves the pace as it is.
    """
    pace, recent, polled_at = _heard(before, ran, cadence)
    calls, resync_at = before.resync_calls if before else None, before.resync_at if before else now
    if ran.everything:
        calls = ran.calls if ran.collected else calls
        resync_at = _next_resync(connection, now, cadence) if ran.collected else now + cadence.resync / 4
    interval = poll_interval(cadence.first_pace if pace is None else pace, cadence)
    due_at, lost_at = _next_poll(connection, ran, polled_at, interval, cadence, now)
    if ran.poll is Poll.IMPOSSIBLE:
        # A poll would be in vain: it is due for everything or not at all.
        due_at, lost_at = max(resync_at, now + cadence.longest / 4), now + NEVER
    elif now < resync_at <= due_at + cadence.resync * PULLED_FORWARD:
        due_at = resync_at = min(due_at, resync_at)
    return Plan(due_at, lost_at, resync_at, calls, pace, recent, polled_at)


def poll_interval(pace: float, cadence: Cadence) -> timedelta:
    """
    How long a listener of this pace may be left alone; never outside of the cadence's bounds.

    Who plays no more in a day than may pass is left alone for as many days as do. Others may play it all in one
    evening, as fast as one can: the average says nothing then.
    """
    if not cadence.forgets:
        return cadence.longest
    room = cadence.kept * cadence.share
    if pace * DAY_HOURS <= room:
        spacing = DAY_HOURS * math.floor(room / max(pace * DAY_HOURS, 0.01))
    else:
        spacing = min(cadence.kept / cadence.fastest, room / pace)
    return timedelta(hours=min(max(spacing, hours(cadence.least)), hours(cadence.longest)))


def _heard(before: Plan | None, ran: SyncOutcome, cadence: Cadence) -> tuple[float | None, float, datetime | None]:
    """The pace and the day's plays with what this run has heard, and the moment of the latest poll."""
    pace, recent, polled_at = (before.pace, before.recent, before.polled_at) if before else (None, 0.0, None)
    if ran.poll is not Poll.DONE or (polled_at and ran.began_at <= polled_at):
        return pace, recent, polled_at
    if polled_at is None or not cadence.forgets:
        # What a first poll brings has been played since nobody knows when.
        return pace, recent, ran.began_at
    span = ran.began_at - polled_at
    recent = recent * max(0.0, 1 - hours(span) / DAY_HOURS) + ran.plays / max(1.0, hours(span) / DAY_HOURS)
    known = cadence.first_pace if pace is None else pace
    heard = max(known * math.exp(-(span / FALLING)), recent / DAY_HOURS)
    if ran.holes or ran.plays >= cadence.kept:
        # At least so many were played: how many more, nobody can tell.
        heard = max(heard, 2 * max(known, cadence.first_pace), max(ran.plays, cadence.kept) / hours(span))
    return min(heard, cadence.most_pace), recent, ran.began_at


def _next_poll(
    connection: str, ran: SyncOutcome, polled_at: datetime | None, interval: timedelta, cadence: Cadence, now: datetime
) -> tuple[datetime, datetime]:
    """When to poll, and from when on plays may be lost."""
    since = polled_at or now
    lost_at = since + interval / cadence.share
    if not cadence.forgets:
        lost_at = now + NEVER
    if ran.poll is Poll.FAILED:
        return now + max(interval / 4, cadence.least), lost_at
    early = interval * (1 - JITTER * part_of(connection))
    return max(since + max(early, cadence.least), now + min(cadence.least, interval)), lost_at


def _next_resync(connection: str, now: datetime, cadence: Cadence) -> datetime:
    """The connection's own moment of the period, at least half a period away: so users spread over the whole day."""
    earliest = now + cadence.resync / 2
    own = EPOCH + cadence.resync * part_of(connection)
    periods = math.ceil((earliest - own) / cadence.resync)
    return own + cadence.resync * periods


def part_of(connection: str) -> float:
    """A number from 0 to below 1 that is the connection's own, and the same for ever."""
    return int.from_bytes(sha256(connection.encode()).digest()[:6], "big") / 2**48
