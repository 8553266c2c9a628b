"""Two days, by a top list or by the plays up to each: what a listener loved, what came and what went."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from blendify.insights.buckets import LibraryChange, MonthOfLibrary, Ranked, TopList
from blendify.taste import rankings
from blendify.taste.listening import Played


@dataclass(frozen=True)
class Stayed:
    """An entry of both lists."""

    entry: Ranked
    """As it is in the later list."""
    rank_then: int


@dataclass(frozen=True)
class ThenAndNow:
    """Two lists. A list that is not known on its day is None, and then nothing came or went."""

    then: TopList | None
    now: TopList | None
    came: tuple[Ranked, ...]
    went: tuple[Ranked, ...]
    stayed: tuple[Stayed, ...]
    added: tuple[LibraryChange, ...]
    """To the library, after the earlier day and until the later one, newest first."""
    removed: tuple[LibraryChange, ...]


def then_and_now(
    lists: tuple[TopList | None, TopList | None], library: Sequence[MonthOfLibrary], first_day: str, last_day: str
) -> ThenAndNow:
    """
    Two days, and the library between them.

    lists       of the earlier day and of the later one; None where it is not known
    first_day   not after last_day
    """
    then, now = lists
    came: tuple[Ranked, ...] = ()
    went: tuple[Ranked, ...] = ()
    stayed: tuple[Stayed, ...] = ()
    if then and now:
        before, after = rankings.by_key(then), rankings.by_key(now)
        came = tuple(entry for key, entry in after.items() if key not in before)
        went = tuple(entry for key, entry in before.items() if key not in after)
        stayed = tuple(Stayed(entry, before[key].rank) for key, entry in after.items() if key in before)
    # A file says without a date that something was there, not that it came.
    dated = (change for month in library for change in month.added if change.dated or change.origin is None)
    added = [change for change in dated if first_day < change.day <= last_day]
    removed = [change for month in library for change in month.removed if first_day < change.day <= last_day]
    return ThenAndNow(then, now, came, went, stayed, _newest_first(added), _newest_first(removed))


def by_plays(played: Iterable[Played], what: str, day: str) -> TopList | None:
    """What was played up to a day as a list, given as the most played first; None without any."""
    entries = tuple(
        Ranked(rank, each.key, "", each.name, each.artist_line, each.image, round(each.plays))
        for rank, each in enumerate(played, start=1)
    )
    return TopList("", what, "", day, entries) if entries else None


def _newest_first(changes: list[LibraryChange]) -> tuple[LibraryChange, ...]:
    return tuple(sorted(changes, key=lambda change: (change.day, change.record_id), reverse=True))
