"""Days, months and hours in a listener's time zone."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property
from zoneinfo import ZoneInfo

from blendify.core import times

DAY = timedelta(days=1)


@dataclass(frozen=True)
class Calendar:
    """A calendar by an IANA name, such as `Europe/Berlin`."""

    time_zone: str = "UTC"

    @cached_property
    def _zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)

    def local(self, moment: str) -> datetime:
        """
        The moment (ISO 8601) on the listener's clock.

        Raises  ValueError when it is none
        """
        return times.parse(moment).astimezone(self._zone)

    def day(self, moment: str) -> str:
        """`2026-11-28`, the listener's day of the moment."""
        return self.local(moment).date().isoformat()

    def span(self, day: str) -> tuple[str, str]:
        """
        First and last moment of a day, or of a month given as `2026-11`; ISO 8601, UTC.

        A day on which the clock changes has 23 or 25 hours.
        """
        first = datetime.fromisoformat(f"{day}-01" if len(day) == len("2026-11") else day)
        following = (first + DAY) if len(day) > len("2026-11") else (first + 31 * DAY).replace(day=1)
        begin, end = (moment.replace(tzinfo=self._zone).astimezone(UTC) for moment in (first, following))
        return times.iso(begin), times.iso(end - timedelta(milliseconds=1))

    def days_in(self, month: str) -> Iterator[str]:
        """The days of a month such as `2026-11`."""
        day = datetime.fromisoformat(f"{month}-01")
        while day.isoformat().startswith(month):
            yield day.date().isoformat()
            day += DAY

    def days_of(self, utc_day: str) -> Iterator[str]:
        """The listener's days that a day of UTC is part of: one, two, or three where clocks leap over a day."""
        first, last = Calendar().span(utc_day)
        day, end = datetime.fromisoformat(self.day(first)), datetime.fromisoformat(self.day(last))
        while day <= end:
            yield day.date().isoformat()
            day += DAY
