"""How long a provider asks to wait."""

from datetime import UTC
from email.utils import parsedate_to_datetime
from math import isfinite

from blendify.core import times

LONGEST = 24 * 3600.0
"""Seconds. Some have been served in milliseconds, or as a date in the year 9999. A day is the longest that was ever
meant; after it the next call shows whether to wait on."""


def retry_after(value: str | None) -> float | None:
    """
    Seconds to wait by a Retry-After header: a number of seconds or an HTTP date (RFC 9110, 10.2.3).

    None when it is absent or cannot be used; never negative, and never longer than a day.
    """
    if not value:
        return None
    try:
        seconds = float(value)
    except ValueError:
        return _until(value)
    return min(max(0.0, seconds), LONGEST) if isfinite(seconds) else None


def _until(date: str) -> float | None:
    try:
        until = parsedate_to_datetime(date)
        seconds = (until.replace(tzinfo=until.tzinfo or UTC) - times.now()).total_seconds()
    except ValueError:
        return None
    except OverflowError:
        return LONGEST
    return min(max(0.0, seconds), LONGEST)
