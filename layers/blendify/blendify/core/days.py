"""Days of a time zone. A module of its own, as most functions load no time zones."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo


def next_day(now: datetime, zone: str) -> datetime:
    """The next midnight in a time zone, in UTC."""
    midnight = (now.astimezone(ZoneInfo(zone)) + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
    return midnight.astimezone(UTC)
