"""The words of a data type's outcome: what could not be read, and what is known of it."""

from collections.abc import Mapping

from blendify.collecting.list_queue import ListQueue
from blendify.core.data_types import DataType
from blendify.core.errors import CollectError
from blendify.history.list_versions import ListVersion

MOST_NAMED = 5
"""Lists that are named by their ids."""


def failure(data_type: DataType, queue: ListQueue, known: Mapping[str, ListVersion], lost: int) -> CollectError | None:
    """Why a data type has failed in which pages or lists could not be read; None if all could be read."""
    broken, error = queue.next.broken, queue.error
    if not lost and not broken:
        why = "the provider refuses all lists that it gave before: what was read of them stays"
        return CollectError(why) if _closed_for_all(queue, known) else None
    if len(broken) == len(queue.lists) and error:
        return error
    parts = [counted(lost, "page")] if lost else []
    if broken:
        names = [queue.lists[index].list_id for index in broken]
        noun = "playlist" if data_type is DataType.PLAYLIST_TRACKS else "list"
        more = f" and {len(names) - MOST_NAMED} more" if len(names) > MOST_NAMED else ""
        parts.append(f"{counted(len(names), noun)} ({', '.join(names[:MOST_NAMED])}{more})")
    why = f": {error}" if error else ""
    return CollectError(f"{' and '.join(parts)} could not be read, all others are stored{why}")


def _closed_for_all(queue: ListQueue, known: Mapping[str, ListVersion]) -> bool:
    """Whether every list that could be read before is refused all at once: then it is no list that is closed."""
    readable = {listed.list_id for listed in queue.lists if (version := known.get(listed.list_id)) and version.count}
    closed = {queue.lists[index].list_id for index in queue.next.closed}
    return len(readable) > 1 and readable <= closed and not readable <= queue.before.closed


def notes(counts: Mapping[str, int]) -> str | None:
    """What a listener is told of a data type that is complete."""
    parts = []
    if closed := counts.get("unavailable"):
        lists = counted(closed, "list")
        parts.append(f"{lists} cannot be read by this application: not the listener's own, or gone")
    if doubtful := counts.get("doubtful"):
        changed = (
            "1 list changed while it was read, or holds"
            if doubtful == 1
            else f"{doubtful} lists changed while they were read, or hold"
        )
        parts.append(f"{changed} less than the provider counts: nothing is removed there")
    if miscounted := counts.get("miscounted"):
        parts.append(f"the provider miscounts {counted(miscounted, 'list')}: what it gives is recorded")
    if holes := counts.get("holes"):
        places = counted(holes, "place")
        parts.append(f"more was played than the provider remembers: plays may be missing in {places}")
    return "; ".join(parts) or None


def counted(count: int, noun: str) -> str:
    """`1 page`, `2 pages`."""
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"
