"""A period against the one before it, of the same length and with the same weekdays."""

from collections.abc import Sequence
from dataclasses import dataclass

from blendify.insights.buckets import First, Known, MonthOfPlays
from blendify.taste import listening
from blendify.taste.days import Period, later
from blendify.taste.discoveries import censored_days
from blendify.taste.listening import Minutes

SHIFTS = 5
"""How many artists are shown that gained the most, and that lost the most."""


@dataclass(frozen=True)
class Sums:
    """What is known of one period."""

    plays: int
    minutes: Minutes | None
    artists: int
    new_artists: int | None
    """None when the period lies in the first weeks, in which everything is new."""


@dataclass(frozen=True)
class Shift:
    """An artist's weight before and now."""

    artist: listening.Played
    before: float
    now: float


@dataclass(frozen=True)
class Comparison:
    """Two periods."""

    period: Period
    before: Period
    now: Sums | None
    """None when plays are not known over the whole period."""
    then: Sums | None
    gained: tuple[Shift, ...]
    lost: tuple[Shift, ...]


def period_before(period: Period) -> Period:
    """As long, over the same weekdays: a whole number of weeks earlier."""
    shift = -(-period.days // 7) * 7
    return Period(later(period.first, -shift), later(period.last, -shift))


def compare(plays: Sequence[MonthOfPlays], firsts: Sequence[First], known: Known, period: Period) -> Comparison:
    """The period and the one before it; a side that began before the first known play is not counted."""
    before = period_before(period)
    now, then = (_sums(plays, firsts, known, side) for side in (period, before))
    gained: tuple[Shift, ...] = ()
    lost: tuple[Shift, ...] = ()
    if now and then:
        gained, lost = _shifts(plays, period, before)
    return Comparison(period, before, now, then, gained, lost)


def _sums(plays: Sequence[MonthOfPlays], firsts: Sequence[First], known: Known, period: Period) -> Sums | None:
    if known.plays_since is None or period.first < known.plays_since:
        return None
    artists = listening.first_artists(plays, period)
    censored = censored_days(known)
    new: int | None = None
    if not any(first <= period.last and period.first <= last for first, last in censored):
        new = sum(first.is_artist and first.day in period and first.key in artists for first in firsts)
    count = sum(listening.by_day(plays, period).values())
    return Sums(count, listening.minutes(plays, period), len(artists), new)


def _shifts(
    plays: Sequence[MonthOfPlays], period: Period, before: Period
) -> tuple[tuple[Shift, ...], tuple[Shift, ...]]:
    now, then = listening.artists(plays, period), listening.artists(plays, before)
    shifts = [
        Shift(
            now.get(key) or then[key],
            then[key].plays if key in then else 0.0,
            now[key].plays if key in now else 0.0,
        )
        for key in now.keys() | then.keys()
    ]
    shifts.sort(key=lambda shift: (shift.before - shift.now, shift.artist.name))
    gained = tuple(shift for shift in shifts[:SHIFTS] if shift.now > shift.before)
    lost = tuple(shift for shift in shifts[::-1][:SHIFTS] if shift.now < shift.before)
    return gained, lost
