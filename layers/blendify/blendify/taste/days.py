"""Days, weeks and months as texts: `2026-11-28`, `2026-11`. They sort as text in the order of time."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta


@dataclass(frozen=True)
class Period:
    """Days from the first to the last, both included."""

    first: str
    last: str

    @property
    def days(self) -> int:
        """How many days it has."""
        return days_between(self.first, self.last) + 1

    def __contains__(self, day: str) -> bool:
        return self.first <= day <= self.last


def later(day: str, days: int) -> str:
    """The day so many days later, or earlier if the number is negative; the earliest and latest day of all are ends."""
    try:
        return (date.fromisoformat(day) + timedelta(days=days)).isoformat()
    except OverflowError:
        return (date.max if days > 0 else date.min).isoformat()


def days_between(first: str, last: str) -> int:
    """Days from one to the other; 0 for the same day."""
    return (date.fromisoformat(last) - date.fromisoformat(first)).days


def weekday(day: str) -> int:
    """Monday is 0."""
    return date.fromisoformat(day).weekday()


def monday(day: str) -> str:
    """The Monday of the day's week."""
    return later(day, -weekday(day))


def mondays(period: Period) -> list[str]:
    """The Mondays of all weeks that have a day in the period."""
    first, last = monday(period.first), monday(period.last)
    return [later(first, 7 * week) for week in range(days_between(first, last) // 7 + 1)]


def month_of(day: str) -> str:
    """`2026-11` of `2026-11-28`."""
    return day[:7]


def months_later(month: str, months: int) -> str:
    """The month so many months later, or earlier if the number is negative."""
    year, index = divmod(int(month[:4]) * 12 + int(month[5:7]) - 1 + months, 12)
    return f"{year:04}-{index + 1:02}"


def months(first: str, last: str) -> list[str]:
    """The months from the first to the last, both included; none when the last is before the first."""
    return list(_months(first, last))


def _months(first: str, last: str) -> Iterator[str]:
    while first <= last:
        yield first
        first = months_later(first, 1)


def whole_month(month: str) -> Period:
    """The days of a month."""
    return Period(f"{month}-01", later(f"{months_later(month, 1)}-01", -1))


def days_of(period: Period) -> list[str]:
    """Every day of the period."""
    first = date.fromisoformat(period.first)
    return [(first + timedelta(days=days)).isoformat() for days in range(period.days)]
