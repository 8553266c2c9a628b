"""Which buckets a record of the history touches: by its key alone, as the table's stream tells no more."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from blendify.core import times
from blendify.core.data_types import DataType
from blendify.history.facts import PART, moment_of
from blendify.insights.plays import FURTHEST, OLD
from blendify.insights.queue import Ask

WEST, EAST = timedelta(hours=-12), timedelta(hours=14)
"""How far clocks on Earth are from UTC."""
_DATA_TYPES = frozenset(data_type.value for data_type in DataType)
_MOMENT = len("2026-11-22T17:44:30.123Z")


def touched(partition: str, key: str, now: datetime) -> Iterator[Ask]:
    """
    The buckets to compute after a record was appended.

    partition   `user#type`; other partitions and parts of large answers touch nothing. Nor does what is imported: its
                import asks for years when it has ended
    key         the record's sort key
    """
    user_id, _, name = partition.partition("#")
    if name not in _DATA_TYPES or PART in key:
        return
    if name != DataType.RECENTLY_PLAYED:
        yield Ask.bucket(user_id, name, sync_label(name, moment_of(key), now))
        return
    # A play's key has its moment behind run and provider; holes and entries without one are no plays.
    *_, unique = key.split("#", 2)
    for label in play_labels(unique[:_MOMENT], now):
        yield Ask.bucket(user_id, name, label)


def sync_label(data_type: str, moment: str, now: datetime) -> str:
    """
    The day of UTC of a sync; of an old one's top lists the month.

    Years of old records come at once (a restore, a rebuild), and to know a day's top lists those before are read.
    """
    month = data_type in (DataType.TOP_TRACKS, DataType.TOP_ARTISTS) and moment < times.iso(now - OLD)
    return moment[: len("2026-11" if month else "2026-11-28")]


def play_labels(moment: str, now: datetime) -> list[str]:
    """
    The days of UTC, or of an old play the listener's months, in which a play of this moment may count.

    A play shortly before or after may be the same one, told by another service: its day is touched too.
    """
    try:
        at = times.parse(moment)
        if at < now - OLD:
            return sorted({times.iso(at + WEST - FURTHEST)[:7], times.iso(at + EAST + FURTHEST)[:7]})
        return sorted({times.iso(at - FURTHEST)[:10], times.iso(at + FURTHEST)[:10]})
    except (ValueError, OverflowError):
        return []
