"""Songs that were played again and again for a week."""

from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from blendify.insights.buckets import MonthOfPlays, Song
from blendify.taste.days import months_later

ROWS = 6
DAYS, PLAYS = 7, 10


@dataclass(frozen=True)
class Obsession:
    """A song that took a large part of seven days."""

    song: Song
    first_day: str
    plays: int
    share: float
    """Of all plays of these days."""


def obsessions(plays: Sequence[MonthOfPlays]) -> tuple[Obsession, ...]:
    """The songs with the largest share of seven days in a row, ten plays at least; each song's greatest alone."""
    days: list[int] = []
    sums = [0]
    played: defaultdict[str, list[tuple[int, int]]] = defaultdict(list)
    often = _often_played(plays)
    songs: dict[str, Song] = {}
    for month in sorted(plays, key=lambda month: month.month):
        of_month = often.get(month.month, set())
        songs.update((key, month.songs[key]) for key in of_month & month.songs.keys())
        before = date.fromisoformat(f"{month.month}-01").toordinal() - 1
        for number, counts in sorted(month.by_day.items()):
            for key in of_month & counts.keys():
                played[key].append((len(days), counts[key]))
            days.append(before + number)
            sums.append(sums[-1] + sum(counts.values()))
    rows = [row for key in sorted(played) if (row := _greatest(songs[key], played[key], days, sums))]
    rows.sort(key=lambda row: (-row.share, row.first_day, row.song.key))
    return tuple(rows[:ROWS])


def _greatest(
    song: Song, played: Sequence[tuple[int, int]], days: Sequence[int], sums: Sequence[int]
) -> Obsession | None:
    """
    The seven days in which a song had its largest share; None where it was never played often enough.

    played  places of days, and plays of the song
    days    of all plays, as ordinals
    sums    of all plays before each day
    """
    greatest: tuple[float, int, int] | None = None
    plays = start = 0
    for place, count in played:
        plays += count
        while days[played[start][0]] <= days[place] - DAYS:
            plays -= played[start][1]
            start += 1
        # Seven days are looked at when they end with a play of the song.
        if plays >= PLAYS:
            first = bisect_right(days, days[place] - DAYS)
            share = plays / (sums[place + 1] - sums[first])
            if greatest is None or share > greatest[0]:
                greatest = share, first, plays
    if greatest is None:
        return None
    share, first, plays = greatest
    return Obsession(song, date.fromordinal(days[first]).isoformat(), plays, share)


def _often_played(plays: Sequence[MonthOfPlays]) -> Mapping[str, set[str]]:
    """Month → the songs with ten plays in it and one of its neighbours: no other has ten in seven days."""
    by_month = {month.month: month.by_song for month in plays}
    often: defaultdict[str, set[str]] = defaultdict(set)
    nothing: Counter[str] = Counter()
    for month, counts in by_month.items():
        following = months_later(month, 1)
        after = by_month.get(following, nothing)
        for key, count in counts.items():
            if count + after.get(key, 0) >= PLAYS:
                often[month].add(key)
                often[following].add(key)
    return often
