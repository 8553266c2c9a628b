"""How the ranks of today came to be: lines over weeks, months or years, from top lists or from plays."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from blendify.insights.buckets import MonthOfPlays, TopList
from blendify.taste import listening, rankings
from blendify.taste.days import Period, days_between, later, mondays, month_of, months, whole_month

LINES = 10
MOST_WEEKS = 60
MOST_MONTHS = 48
"""What is longer is shown by years: a hundred months of ten lines are a thicket."""
WINDOW = 28
"""Days of plays behind one rank, as in the shortest range of the services."""
DEPTH = 50


Unit = Literal["week", "month", "year"]


@dataclass(frozen=True)
class Standing:
    """One place at one time, whatever it was made of."""

    key: str
    name: str
    artist_line: str | None
    image: str | None
    rank: int


@dataclass(frozen=True)
class Line:
    """A song or artist over time."""

    key: str
    name: str
    artist_line: str | None
    image: str | None
    ranks: tuple[int | None, ...]
    """One for each step; None where it is not in the list: unknown, not last."""

    @property
    def best(self) -> int:
        """The best rank it had."""
        return min(rank for rank in self.ranks if rank)

    @property
    def steps(self) -> int:
        """In how many weeks, months or years it was in the list."""
        return sum(rank is not None for rank in self.ranks)

    @property
    def points(self) -> int:
        """Sum of (51 − rank): a long time at a middle rank counts more than a week at the top."""
        return sum(max(0, DEPTH + 1 - rank) for rank in self.ranks if rank)


@dataclass(frozen=True)
class RankLines:
    """Lines over the same steps."""

    ends: tuple[str, ...]
    """The last day of each step."""
    unit: Unit
    lines: tuple[Line, ...]


def from_lists(
    history: Sequence[TopList],
    period: Period,
    always: str | None = None,
    most_weeks: int = MOST_WEEKS,
    most_months: int = MOST_MONTHS,
) -> RankLines:
    """
    Lines from the snapshots of one list, by day: the last of each week, month or year.

    always      the key of a line that is there whatever its rank
    most_weeks  a longer period is shown by months
    most_months a longer one by years
    """
    ends, unit = _ends(period, most_weeks, most_months)
    standings = [_of_list(rankings.in_force(history, end)) for end in ends]
    return RankLines(ends, unit, _lines(standings, always))


def from_plays(plays: Sequence[MonthOfPlays], what: str, period: Period, always: str | None = None) -> RankLines:
    """Lines from plays: a week's rank by the plays of the 28 days before its end, a month's and a year's by its own."""
    ends, unit = _ends(period)
    count: Callable[[Sequence[MonthOfPlays], Period], Mapping[str, listening.Played]]
    count = listening.artists if what == "artists" else listening.songs

    def standing(end: str) -> list[Standing]:
        first = {"week": later(end, 1 - WINDOW), "month": f"{end[:7]}-01", "year": f"{end[:4]}-01-01"}[unit]
        ranked = list(count(plays, Period(first, end)).values())[:DEPTH]
        return [
            Standing(played.key, played.name, played.artist_line, played.image, place)
            for place, played in enumerate(ranked, start=1)
        ]

    return RankLines(ends, unit, _lines([standing(end) for end in ends], always))


def _ends(period: Period, most_weeks: int = MOST_WEEKS, most_months: int = MOST_MONTHS) -> tuple[tuple[str, ...], Unit]:
    """The last days of the period's weeks, months or years; the last of all is the period's own."""
    if days_between(period.first, period.last) <= 7 * most_weeks:
        ends = [min(later(monday, 6), period.last) for monday in mondays(period)]
        return tuple(ends), "week"
    names = months(month_of(period.first), month_of(period.last))
    if len(names) <= most_months:
        return tuple(min(whole_month(month).last, period.last) for month in names), "month"
    years = range(int(period.first[:4]), int(period.last[:4]) + 1)
    return tuple(min(f"{year:04}-12-31", period.last) for year in years), "year"


def _of_list(snapshot: TopList | None) -> list[Standing]:
    if snapshot is None:
        return []
    return [
        Standing(entry.key, entry.name, entry.artist_line, entry.image, entry.rank)
        for entry in rankings.by_key(snapshot).values()
    ]


def _lines(standings: Iterable[list[Standing]], always: str | None) -> tuple[Line, ...]:
    """The first ten of the last step; where that has fewer, the others with the most points."""
    steps = [{standing.key: standing for standing in step} for step in standings]
    newest = {key: standing for step in steps for key, standing in step.items()}
    last = steps[-1] if steps else {}
    points: Counter[str] = Counter()
    for step in steps:
        points.update({key: max(0, DEPTH + 1 - standing.rank) for key, standing in step.items()})
    order = sorted(newest, key=lambda key: (last[key].rank if key in last else DEPTH + 1, -points[key], key))
    chosen = order[:LINES]
    if always in newest and always not in chosen:
        chosen.append(str(always))
    return tuple(_line(newest[key], steps) for key in chosen)


def _line(newest: Standing, steps: list[dict[str, Standing]]) -> Line:
    ranks = tuple(step[newest.key].rank if newest.key in step else None for step in steps)
    return Line(newest.key, newest.name, newest.artist_line, newest.image, ranks)
