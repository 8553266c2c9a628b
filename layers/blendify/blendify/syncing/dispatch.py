"""
Start the syncs and queue the polls that are due, as many as each application's quota allows; the others stay due.

A full sync is an execution. A poll is a message, delayed until the poll has its turn by the application's rate, so
that the function that makes it does not wait. The same write that claims a connection for a poll plans the next one.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import islice
from typing import TypeVar

from botocore.exceptions import BotoCoreError, ClientError

from blendify.core import telemetry, times
from blendify.schedule import due_connections, poll_queue, quota, quota_usage
from blendify.schedule.due_connections import RETRY, DueConnection
from blendify.schedule.poll_queue import QueuedPoll
from blendify.schedule.polling_plan import Plan
from blendify.schedule.quota import Start
from blendify.syncing import connection_plan
from blendify.syncing.start_sync import start_sync

MAX_READ = 10_000
"""Entries of the index read in one dispatch: 2 MB. Connections behind them wait for the next minute."""
MAX_STARTS = 4_000
"""Syncs and polls that one dispatch starts for one application."""
STARTERS = 16
"""Threads that start syncs and queue polls."""
RESERVE_SECONDS = 10.0
"""Nothing is claimed with less of the Lambda's time left: a claim without a start delays its listener."""
T = TypeVar("T")


def dispatch(state_machine: str, seconds_left: Callable[[], float]) -> dict[str, int]:
    """
    Start what is due now.

    Two dispatches at once start nothing twice: the quota admits only one of them, and each connection is claimed before
    its start.

    Returns     {"due", "syncs", "polls"}: connections due, syncs started, polls queued
    """
    now = times.now()
    due = list(islice(due_connections.due(now), MAX_READ))
    starts = [
        start
        for application, connections in _by_application(due)
        for start in _affordable(*application, connections, now)
    ]
    run = _Dispatch(state_machine, now, seconds_left)
    with ThreadPoolExecutor(STARTERS, thread_name_prefix="start") as starters:
        syncs = list(starters.map(run.start_sync, [start.due for start in starts if start.full]))
        # A connection whose sync still runs, or waits, is polled beside it.
        beside = [Start(outcome, full=False) for outcome in syncs if isinstance(outcome, DueConnection)]
        polls = [start for start in starts if not start.full] + beside
        queued = sum(starters.map(run.queue_polls, _chunks(polls, poll_queue.BATCH)))
    counts = {"due": len(due), "syncs": Counter(syncs)[True], "polls": queued}
    telemetry.dispatched(counts, (now - times.parse(due[0].due_at)).total_seconds() if due else 0.0)
    return counts


@dataclass(frozen=True)
class _Dispatch:
    """One dispatch, whose threads share it."""

    state_machine: str
    now: datetime
    seconds_left: Callable[[], float]

    def start_sync(self, connection: DueConnection) -> bool | DueConnection:
        """
        Claim the connection, then start its full sync; it is due again after `RETRY`.

        Returns     whether it was started; the connection, as it is claimed, if a sync of it runs already
        """
        if self.seconds_left() < RESERVE_SECONDS:
            return False
        user_id, provider, until = connection.user_id, connection.provider, self.now + RETRY
        try:
            item = due_connections.claim_sync(connection, until)
            if item is None:
                return False
            if due_connections.is_syncing(item):
                return replace(connection, due_at=times.iso(until))
        except (BotoCoreError, ClientError) as error:
            _warn("A sync that was due could not be claimed", error, user_id, provider)
            return False
        try:
            start_sync(self.state_machine, user_id, provider, times.parse(connection.due_at))
        except (BotoCoreError, ClientError) as error:
            _warn("A sync that was due could not be started", error, user_id, provider)
            self._release(user_id, provider, connection.plan, times.iso(until))
            return False
        return True

    def queue_polls(self, starts: Sequence[Start[DueConnection]]) -> int:
        """Claim these connections, then queue their polls; returns how many were queued."""
        claimed = []
        for start in starts:
            if self.seconds_left() < RESERVE_SECONDS:
                break
            if queued := self._claim_poll(start):
                claimed.append(queued)
        if not claimed:
            return 0
        try:
            refused = list(poll_queue.send(claimed))
        except (BotoCoreError, ClientError) as error:
            refused = claimed
            _warn("Polls that were due could not be queued", error, refused[0].user_id, refused[0].provider)
        for queued in refused:
            self._release(queued.user_id, queued.provider, queued.before, queued.due_at)
        return len(claimed) - len(refused)

    def _claim_poll(self, start: Start[DueConnection]) -> QueuedPoll | None:
        """Plan the connection as if the poll brings nothing new, so that a poll without news writes no plan."""
        connection = start.due
        planned = connection_plan.without_news(connection.user_id, connection.provider, connection.plan, self.now)
        try:
            if not due_connections.replan(connection.user_id, connection.provider, planned, connection.due_at):
                return None
        except (BotoCoreError, ClientError) as error:
            _warn("A poll that was due could not be claimed", error, connection.user_id, connection.provider)
            return None
        return poll_queue.queued(connection, times.iso(self.now), planned, start.seconds)

    def _release(self, user_id: str, provider: str, before: Plan, due_at: str) -> None:
        """The connection is due as before, for the next dispatch."""
        try:
            due_connections.replan(user_id, provider, before, due_at)
        except (BotoCoreError, ClientError) as error:
            _warn("A claim lasts until the connection is due again", error, user_id, provider)


def _warn(text: str, error: Exception, user_id: str, provider: str) -> None:
    telemetry.logger.warning("%s: %s", text, error, extra={"user_id": user_id, "provider": provider})


def _chunks(values: Sequence[T], size: int) -> list[Sequence[T]]:
    return [values[start : start + size] for start in range(0, len(values), size)]


def _by_application(due: Sequence[DueConnection]) -> Iterable[tuple[tuple[str, str], list[DueConnection]]]:
    """The connections of each (provider, application), longest due first."""
    groups: dict[tuple[str, str], list[DueConnection]] = {}
    for connection in due:
        groups.setdefault((connection.provider, connection.application), []).append(connection)
    return groups.items()


def _affordable(
    provider: str, application: str, due: Sequence[DueConnection], now: datetime
) -> list[Start[DueConnection]]:
    """What this application's quota allows, reserved; nothing if another dispatch reserves at the same time."""
    before = quota_usage.usage(provider, application)
    starts, after = quota.choose(due, before, quota_usage.state(provider, application), now, MAX_STARTS)
    return starts if starts and quota_usage.reserve(provider, application, before, after) else []
