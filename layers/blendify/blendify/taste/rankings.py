"""Top lists in time: a list stays in force until the next one. What ranks below its end is unknown, not zero."""

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence

from blendify.insights.buckets import Ranked, TopList

List = tuple[str, str, str]
"""Provider, `tracks` or `artists`, time range: a list that changes from day to day."""


def histories(lists: Iterable[TopList]) -> dict[List, list[TopList]]:
    """The snapshots of each list, by day."""
    by_list: dict[List, list[TopList]] = {}
    for snapshot in sorted(lists, key=lambda snapshot: snapshot.day):
        by_list.setdefault((snapshot.provider, snapshot.what, snapshot.time_range), []).append(snapshot)
    return by_list


def in_force(history: Sequence[TopList], day: str) -> TopList | None:
    """The snapshot of one list that was in force at the end of a day; None before the first."""
    index = bisect_right(history, day, key=lambda snapshot: snapshot.day)
    return history[index - 1] if index else None


def by_key(snapshot: TopList) -> Mapping[str, Ranked]:
    """The entries by key; of several with the same key the best."""
    entries: dict[str, Ranked] = {}
    for entry in sorted(snapshot.entries, key=lambda entry: entry.rank):
        entries.setdefault(entry.key, entry)
    return entries
