"""
When a connection is due next: polls of recent plays follow the listener's listening rate, full re-syncs a fixed period.

Pure functions: AWS and the clock stay outside. What has happened goes in, the plan comes out.
"""

import math
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from hashlib import sha256

from blendify.schedule.cadence import DAY_HOURS, Cadence, hours

DECAY = timedelta(days=10)
"""Time constant at which the listening rate falls: the rate of a busy weekend still counts on the next one."""
JITTER = 0.1
"""A poll comes early by up to this part of its interval, by a fixed part for each connection. It is never late."""
PULLED_FORWARD = 0.25
"""A re-sync due within this part of its period after the next poll replaces that poll."""
NEVER = timedelta(days=3_650)
"""Time until plays are lost if a provider never forgets them, or if they cannot be read at all."""
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Poll(StrEnum):
    """The outcome of the recent plays in a sync."""

    DONE = "done"
    FAILED = "failed"
    NOT_ASKED = "not_asked"
    IMPOSSIBLE = "impossible"
    """The provider does not offer them, or the listener has not permitted it: no poll can succeed."""


@dataclass(frozen=True)
class SyncOutcome:
    """What the plan needs to know of a sync."""

    began_at: datetime
    poll: Poll
    plays: int = 0
    """New plays."""
    gaps: int = 0
    """Times at which plays were lost."""
    full: bool = False
    """The sync was asked for all data types."""
    collected: bool = True
    """At least one data type is complete."""
    calls: int = 0


@dataclass(frozen=True)
class Plan:
    """When a connection is due, and the figures behind it. It is stored in the connection's item."""

    due_at: datetime
    """When a poll is due or, from `resync_at` on, a full sync."""
    lost_at: datetime
    """From then on plays may be lost, by the listening rate."""
    resync_at: datetime
    resync_calls: int | None = None
    """Calls of the latest full sync; None before the first."""
    listening_rate: float | None = None
    """Plays an hour over a day: the highest rate measured, with decay. None until there are two polls."""
    recent_plays: float = 0.0
    """Plays of about the last day."""
    polled_at: datetime | None = None


def plan(connection: str, before: Plan | None, outcome: SyncOutcome, cadence: Cadence, now: datetime) -> Plan:
    """
    The plan after a sync that ends now. The same sync counted twice does not change the listening rate.

    connection  any text that identifies the connection
    """
    rate, recent_plays, polled_at = _updated_rate(before, outcome, cadence)
    calls, resync_at = (before.resync_calls, before.resync_at) if before else (None, now)
    if outcome.full:
        calls = outcome.calls if outcome.collected else calls
        resync_at = _next_resync(connection, now, cadence) if outcome.collected else now + cadence.resync_period / 4
    interval = poll_interval(cadence.first_rate if rate is None else rate, cadence)
    due_at, lost_at = _next_poll(connection, outcome, polled_at, interval, cadence, now)
    if outcome.poll is Poll.IMPOSSIBLE:
        # A poll would fetch nothing: the connection is due for full syncs alone.
        due_at, lost_at = max(resync_at, now + cadence.longest_poll / 4), now + NEVER
    elif now < resync_at <= due_at + cadence.resync_period * PULLED_FORWARD:
        due_at = resync_at = min(due_at, resync_at)
    return Plan(due_at, lost_at, resync_at, calls, rate, recent_plays, polled_at)


def poll_interval(rate: float, cadence: Cadence) -> timedelta:
    """
    Time until the next poll of a listener with this rate, within the cadence's bounds.

    A listener whose plays of a day fit into the share is polled every so many days as fit. Others may play them all in
    one evening, as fast as possible: for them the average says nothing.
    """
    if not cadence.forgets:
        return cadence.longest_poll
    room = cadence.remembered_plays * cadence.share
    if rate * DAY_HOURS <= room:
        spacing = DAY_HOURS * math.floor(room / max(rate * DAY_HOURS, 0.01))
    else:
        spacing = min(cadence.remembered_plays / cadence.fastest_listening, room / rate)
    return timedelta(hours=min(max(spacing, hours(cadence.shortest_poll)), hours(cadence.longest_poll)))


def _updated_rate(
    before: Plan | None, outcome: SyncOutcome, cadence: Cadence
) -> tuple[float | None, float, datetime | None]:
    """The listening rate and the plays of the last day after this sync, and the moment of the latest poll."""
    rate, recent_plays, polled_at = (
        (before.listening_rate, before.recent_plays, before.polled_at) if before else (None, 0.0, None)
    )
    if outcome.poll is not Poll.DONE or (polled_at and outcome.began_at <= polled_at):
        return rate, recent_plays, polled_at
    if polled_at is None or not cadence.forgets:
        # The plays of a first poll may be of any age.
        return rate, recent_plays, outcome.began_at
    span = outcome.began_at - polled_at
    days = hours(span) / DAY_HOURS
    recent_plays = recent_plays * max(0.0, 1 - days) + outcome.plays / max(1.0, days)
    known = cadence.first_rate if rate is None else rate
    updated = max(known * math.exp(-(span / DECAY)), recent_plays / DAY_HOURS)
    if outcome.gaps or outcome.plays >= cadence.remembered_plays:
        # At least so many were played; how many more, the provider has forgotten.
        lowest = max(outcome.plays, cadence.remembered_plays) / hours(span)
        updated = max(updated, 2 * max(known, cadence.first_rate), lowest)
    return min(updated, cadence.max_rate), recent_plays, outcome.began_at


def _next_poll(
    connection: str,
    outcome: SyncOutcome,
    polled_at: datetime | None,
    interval: timedelta,
    cadence: Cadence,
    now: datetime,
) -> tuple[datetime, datetime]:
    """When to poll, and from when on plays may be lost."""
    since = polled_at or now
    lost_at = since + interval / cadence.share if cadence.forgets else now + NEVER
    if outcome.poll is Poll.FAILED:
        return now + max(interval / 4, cadence.shortest_poll), lost_at
    early = interval * (1 - JITTER * fraction_of(connection))
    due_at = max(since + max(early, cadence.shortest_poll), now + min(cadence.shortest_poll, interval))
    return due_at, lost_at


def _next_resync(connection: str, now: datetime, cadence: Cadence) -> datetime:
    """The connection's fixed moment of the period, at least half a period away: this spreads users over the day."""
    earliest = now + cadence.resync_period / 2
    first = EPOCH + cadence.resync_period * fraction_of(connection)
    periods = math.ceil((earliest - first) / cadence.resync_period)
    return first + cadence.resync_period * periods


def fraction_of(connection: str) -> float:
    """A number from 0 to below 1 that is always the same for the same connection."""
    return int.from_bytes(sha256(connection.encode()).digest()[:6], "big") / 2**48
