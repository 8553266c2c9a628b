"""Moments in time as this project writes them: UTC, ISO 8601, milliseconds, `Z`."""

from datetime import UTC, datetime


def now() -> datetime:
    """The present moment, aware, in UTC."""
    return datetime.now(UTC)


def iso(moment: datetime) -> str:
    """`2026-11-22T17:44:30.123Z`: sorts as text in the order of time."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def parse(text: str) -> datetime:
    """
    The moment of an ISO 8601 text; a text without a zone is UTC.

    Raises  ValueError if it is not a date and time
    """
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def milliseconds(moment: datetime) -> int:
    """Milliseconds since 1970, as the rate limiter counts."""
    return round(moment.timestamp() * 1000)


def from_milliseconds(value: int) -> datetime:
    """The inverse of `milliseconds`."""
    return datetime.fromtimestamp(value / 1000, UTC)
