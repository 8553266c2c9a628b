"""What a listener loves these weeks, and how it moved since seven days before."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from blendify.insights.buckets import Ranked, TopList
from blendify.taste import rankings
from blendify.taste.days import later

DAYS = 7


class Direction(StrEnum):
    """How an entry moved."""

    UP = "up"
    DOWN = "down"
    SAME = "same"
    NEW = "new"
    """Not in the list seven days before, nor before that as far as is known."""
    BACK = "back"
    """Not in the list seven days before, but earlier."""


@dataclass(frozen=True)
class Moved:
    """An entry of the list now."""

    entry: Ranked
    direction: Direction | None
    """None when the list of seven days before is not known."""
    places: int
    """How many places up or down; 0 otherwise."""


@dataclass(frozen=True)
class TopNow:
    """A top list now, against itself."""

    day: str
    """Since when the list is as it is."""
    moved: tuple[Moved, ...]
    left: tuple[Ranked, ...]
    """What was in the list seven days before and is not now, by its rank then. It may rank just below the end."""
    compared_with: str | None
    """The day seven days before; None when the list of that day is not known."""


def top_now(history: Sequence[TopList], today: str) -> TopNow | None:
    """
    The list in force today against that of seven days before; None without a list.

    history     the snapshots of one list, by day; as far back as `back` shall reach
    """
    now = rankings.in_force(history, today)
    if now is None:
        return None
    week_ago = later(today, -DAYS)
    then = rankings.in_force(history, week_ago)
    ranks = {key: entry.rank for key, entry in rankings.by_key(then).items()} if then else {}
    earlier = {entry.key for snapshot in history if snapshot.day <= week_ago for entry in snapshot.entries}
    present = rankings.by_key(now)
    moved = tuple(_moved(entry, ranks, earlier, known=then is not None) for entry in present.values())
    left = tuple(entry for key, entry in rankings.by_key(then).items() if key not in present) if then else ()
    return TopNow(now.day, moved, left, week_ago if then else None)


def _moved(entry: Ranked, ranks: dict[str, int], earlier: set[str], *, known: bool) -> Moved:
    if not known:
        return Moved(entry, None, 0)
    if entry.key not in ranks:
        return Moved(entry, Direction.BACK if entry.key in earlier else Direction.NEW, 0)
    places = ranks[entry.key] - entry.rank
    direction = Direction.UP if places > 0 else Direction.DOWN if places < 0 else Direction.SAME
    return Moved(entry, direction, abs(places))
