"""
Watching over the history: nothing in it ever changes, and nothing is deleted but by an erasure.

The table's stream tells of each change. A deletion is explained while an erasure of that listener is under way, which
lasts minutes longer than its last deletion; nothing explains a record that was overwritten.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from blendify.core import telemetry
from blendify.db import keys
from blendify.db.state_table import state_table


def look_at(changes: Iterable[Mapping[str, Any]]) -> int:
    """
    How many of these changes nothing explains; they are counted and logged.

    changes     records of the stream: {"eventName", "dynamodb": {"Keys": {"user#type": {"S": …}}}}
    """
    unexplained: Counter[tuple[str, str]] = Counter()
    leaving: dict[str, bool] = {}
    for change in changes:
        partition, kind = change["dynamodb"]["Keys"]["user#type"]["S"], change["eventName"]
        user_id = partition.partition("#")[0]
        if user_id not in leaving:
            leaving[user_id] = _leaves(user_id)
        if kind != "REMOVE" or not leaving[user_id]:
            unexplained[partition, kind] += 1
    for (partition, kind), records in unexplained.items():
        extra = {"partition": partition, "change": kind, "records": records}
        telemetry.logger.error("The history was changed outside an erasure", extra=extra)
    if count := unexplained.total():
        telemetry.history_changed(count)
    return count


def _leaves(user_id: str) -> bool:
    """Whether an erasure of this listener, or of one of their accounts, is under way."""
    return any(True for _ in state_table().query(keys.user(user_id), keys.leaving(), limit=1))
