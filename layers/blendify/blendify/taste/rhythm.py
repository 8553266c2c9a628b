"""When a listener listens: plays by day, and by weekday and hour, in their own time zone."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from blendify.insights.buckets import Known, MonthOfPlays
from blendify.taste import listening
from blendify.taste.days import Period, days_of

STEPS = 5


@dataclass(frozen=True)
class Rhythm:
    """Days and hours of a period."""

    days: tuple[tuple[str, int | None], ...]
    """Every day of the period; None where plays are not known yet."""
    hours: dict[tuple[int, int], int]
    """(Weekday with Monday as 0, hour) → plays, of all months that the period touches."""
    day_steps: tuple[int, ...]
    """The least plays of each of the five steps."""
    hour_steps: tuple[int, ...]

    @property
    def busiest_day(self) -> tuple[str, int] | None:
        """The day with the most plays, the later one of two."""
        played = [(plays, day) for day, plays in self.days if plays]
        return (max(played)[1], max(played)[0]) if played else None

    @property
    def busiest_hour(self) -> tuple[int, int] | None:
        """(Weekday, hour) with the most plays."""
        return max(self.hours, key=lambda slot: (self.hours[slot], slot), default=None)


def rhythm(plays: Sequence[MonthOfPlays], known: Known, period: Period) -> Rhythm:
    """Days and hours of the period."""
    by_day = listening.by_day(plays, period)
    since = known.plays_since or "9999-12-31"
    days = tuple((day, by_day.get(day, 0) if day >= since else None) for day in days_of(period))
    hours: Counter[tuple[int, int]] = Counter()
    for month in plays:
        if period.first[:7] <= month.month <= period.last[:7]:
            hours.update(month.by_hour)
    played = {slot: count for slot, count in hours.items() if count > 0}
    return Rhythm(days, played, quantiles(by_day.values()), quantiles(played.values()))


def quantiles(values: Iterable[int]) -> tuple[int, ...]:
    """
    The least value of each of five steps with about as many values: one wild day does not pale the year.

    Equal values are in one step, so there may be fewer steps than five
    """
    ordered = sorted(value for value in values if value > 0)
    if not ordered:
        return ()
    return tuple(dict.fromkeys(ordered[step * len(ordered) // STEPS] for step in range(STEPS)))


def step_of(value: int, steps: tuple[int, ...]) -> int:
    """0 for nothing, else 1 to 5: the highest step whose least value this reaches. Fewer steps end at 5 as well."""
    reached = sum(value >= least for least in steps)
    return 0 if not value or not reached else STEPS - len(steps) + reached
