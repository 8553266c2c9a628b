"""Fields of untrusted rows: an allow-list, cleaned texts, times as the formats write them."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from blendify.core import times
from blendify.importing.formats.text import cleaned

EARLIEST = datetime(2002, 1, 1, tzinfo=UTC)
"""No service is older. Players without a battery begin at 1970, 1980 or 2000."""
LARGEST = 2**53
ONE_DAY = timedelta(days=1)


def allowed(row: Mapping[str, Any], names: Iterable[str]) -> dict[str, Any]:
    """These fields of the row, where they have a plain value; texts are cleaned."""
    return {name: plain for name in names if name in row and (plain := _plain(row[name])) is not None and plain != ""}


def text(row: Mapping[str, Any], *names: str) -> str | None:
    """The first of these fields that has a text, cleaned and without blanks around it."""
    for name in names:
        value = row.get(name)
        if isinstance(value, int) and not isinstance(value, bool) and abs(value) < LARGEST:
            value = str(value)
        if isinstance(value, str) and (value := cleaned(value).strip()):
            return value
    return None


def texts(values: Any) -> tuple[str, ...]:
    """The texts of a list, cleaned; none where it is no list."""
    listed = values if isinstance(values, list) else []
    return tuple(cleaned for value in listed if isinstance(value, str) and (cleaned := text({"value": value}, "value")))


def whole(row: Mapping[str, Any], *names: str) -> int | None:
    """The first of these fields that has a number, rounded; it may be written as a text."""
    for name in names:
        value = row.get(name)
        if isinstance(value, bool):
            continue
        if isinstance(value, str):
            value = _number(value)
        if isinstance(value, int | float) and abs(value) < LARGEST:
            return round(value)
    return None


def flag(row: Mapping[str, Any], name: str) -> bool | None:
    """A boolean, also as a text or a number."""
    value = row.get(name)
    if isinstance(value, bool):
        return value
    return {"true": True, "1": True, "yes": True, "false": False, "0": False, "no": False}.get(str(value).lower())


def moment(written: str | None, zone: str = "UTC") -> datetime | None:
    """The moment of an ISO 8601 text, in UTC; one without a zone is of `zone`."""
    try:
        parsed = datetime.fromisoformat(written.removesuffix(" UTC")) if written else None
        if parsed is None:
            return None
        return in_utc(parsed, zone)
    except (ValueError, OverflowError):
        return None


def in_utc(parsed: datetime, zone: str = "UTC") -> datetime:
    """The moment in UTC; raises OverflowError at the ends of time."""
    if parsed.tzinfo is None:
        if zone == "UTC":
            return parsed.replace(tzinfo=UTC)
        parsed = parsed.replace(tzinfo=ZoneInfo(zone))
    return parsed.astimezone(UTC)


def of_seconds(seconds: int | float | None) -> datetime | None:
    """The moment so many seconds after 1970; also milliseconds and microseconds, which are told by their size."""
    if seconds is None:
        return None
    for divisor in (1, 1_000, 1_000_000):
        if abs(seconds) < 100_000_000_000 * divisor:
            return datetime.fromtimestamp(0, UTC) + timedelta(seconds=seconds / divisor)
    return None


def unlikely(at: datetime, latest: datetime | None) -> bool:
    """Whether a clock must have been wrong."""
    return at < EARLIEST or (latest is not None and at > latest + ONE_DAY)


def iso(at: datetime) -> str:
    """As the history writes times."""
    return times.iso(at)


def _plain(value: Any) -> Any:
    if isinstance(value, str):
        return cleaned(value)
    if isinstance(value, bool):
        return value
    return value if isinstance(value, int | float) and abs(value) < LARGEST else None


def _number(written: str) -> float | None:
    try:
        return float(written) if len(written) <= 40 else None
    except ValueError:
        return None
