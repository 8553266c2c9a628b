"""Starting what is due, as far as each application's quota carries it now; the rest stays due for the next round."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from itertools import islice

from botocore.exceptions import BotoCoreError, ClientError

from blendify.core import state_machines, telemetry, times
from blendify.core.data_types import DataType
from blendify.schedule import due_connections, quota, quota_usage
from blendify.schedule.due_connections import RETRY, Due
from blendify.schedule.quota import Start

MOST_READ = 10_000
"""Entries of the index that are looked at: 2 MB. Behind them, what is due waits for the next minute."""
MOST_STARTS = 4_000
"""Runs that one dispatch starts of one application."""
STARTERS = 16
RESERVE_SECONDS = 10.0
"""Nothing is claimed with less of the Lambda's time left: a claim without a start costs its user half an hour."""


def dispatch(state_machine: str, seconds_left: Callable[[], float]) -> dict[str, int]:
    """
    One round of the schedule; answers how many connections were due and how many runs were started, by kind.

    Two at once start nothing twice: the ledger admits one of them, and a connection is claimed before it is started.
    """
    now = times.now()
    found = list(islice(due_connections.due(now), MOST_READ))
    starts = [start for application, due in _by_application(found) for start in _affordable(*application, due, now)]
    with ThreadPoolExecutor(STARTERS, thread_name_prefix="start") as starters:
        begun = starters.map(lambda start: _begin(state_machine, start, now, seconds_left), starts)
        counts = Counter(start.everything for start, done in zip(starts, begun, strict=True) if done)
    told = {"due": len(found), "syncs": counts[True], "polls": counts[False]}
    telemetry.dispatched(told, (now - times.parse(found[0].due_at)).total_seconds() if found else 0.0)
    return told


def _by_application(found: Sequence[Due]) -> Iterable[tuple[tuple[str, str], list[Due]]]:
    """In the order in which they have been waiting."""
    groups: dict[tuple[str, str], list[Due]] = {}
    for one in found:
        groups.setdefault((one.provider, one.application), []).append(one)
    return groups.items()


def _affordable(provider: str, application: str, due: Sequence[Due], now: datetime) -> list[Start[Due]]:
    """What this application's quota carries, paid for; nothing when another dispatch is paying at the same time."""
    seen = quota_usage.ledger(provider, application)
    starts, spent = quota.choose(due, seen, quota_usage.pace(provider, application), now, MOST_STARTS)
    return starts if starts and quota_usage.spend(provider, application, seen, spent) else []


def _begin(state_machine: str, start: Start[Due], now: datetime, seconds_left: Callable[[], float]) -> bool:
    """Claim, then start; whether it was started. What AWS refuses is due again after `RETRY`."""
    if seconds_left() < RESERVE_SECONDS:
        return False
    one = start.due
    more = {} if start.everything else {"data_types": [DataType.RECENTLY_PLAYED.value]}
    try:
        if not due_connections.claim(one, now + RETRY):
            return False
        state_machines.start(state_machine, one.user_id, one.provider, times.parse(one.due_at), more)
    except (BotoCoreError, ClientError) as error:
        keys = {"user_id": one.user_id, "provider": one.provider}
        telemetry.logger.warning("A sync that was due could not be started: %s", error, extra=keys)
        return False
    return True
