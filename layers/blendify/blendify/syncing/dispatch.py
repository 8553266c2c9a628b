"""Start the syncs and polls that are due, as many as each application's quota allows; the others stay due."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from itertools import islice

from botocore.exceptions import BotoCoreError, ClientError

from blendify.core import telemetry, times
from blendify.core.data_types import DataType
from blendify.schedule import due_connections, quota, quota_usage
from blendify.schedule.due_connections import RETRY, DueConnection
from blendify.schedule.quota import Start
from blendify.syncing.start_sync import start_sync

MAX_READ = 10_000
"""Entries of the index read in one dispatch: 2 MB. Connections behind them wait for the next minute."""
MAX_STARTS = 4_000
"""Syncs and polls that one dispatch starts for one application."""
STARTERS = 16
"""Threads that start executions."""
RESERVE_SECONDS = 10.0
"""Nothing is claimed with less of the Lambda's time left: a claim without a start delays its listener by `RETRY`."""


def dispatch(state_machine: str, seconds_left: Callable[[], float]) -> dict[str, int]:
    """
    Start what is due now.

    Two dispatches at once start nothing twice: the quota admits only one of them, and each connection is claimed before
    its start.

    Returns     {"due", "syncs", "polls"}: connections due, syncs and polls started
    """
    now = times.now()
    due = list(islice(due_connections.due(now), MAX_READ))
    starts = [
        start
        for application, connections in _by_application(due)
        for start in _affordable(*application, connections, now)
    ]
    with ThreadPoolExecutor(STARTERS, thread_name_prefix="start") as starters:
        started = starters.map(lambda start: _start(state_machine, start, now, seconds_left), starts)
        by_kind = Counter(start.full for start, done in zip(starts, started, strict=True) if done)
    counts = {"due": len(due), "syncs": by_kind[True], "polls": by_kind[False]}
    telemetry.dispatched(counts, (now - times.parse(due[0].due_at)).total_seconds() if due else 0.0)
    return counts


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


def _start(state_machine: str, start: Start[DueConnection], now: datetime, seconds_left: Callable[[], float]) -> bool:
    """Claim the connection, then start its sync; False if that was not possible. It is due again after `RETRY`."""
    if seconds_left() < RESERVE_SECONDS:
        return False
    connection = start.due
    user_id, provider = connection.user_id, connection.provider
    only_plays = {} if start.full else {"data_types": [DataType.RECENTLY_PLAYED.value]}
    try:
        if not due_connections.claim(connection, now + RETRY):
            return False
        start_sync(state_machine, user_id, provider, times.parse(connection.due_at), only_plays)
    except (BotoCoreError, ClientError) as error:
        telemetry.logger.warning(
            "A sync that was due could not be started: %s", error, extra={"user_id": user_id, "provider": provider}
        )
        return False
    return True
