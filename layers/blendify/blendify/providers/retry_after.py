"""How long a provider asks to wait."""

from datetime import UTC
from email.utils import parsedate_to_datetime

from blendify.core import times


def retry_after(value: str | None) -> float | None:
    """
    Seconds to wait by a Retry-After header: a number of seconds or an HTTP date (RFC 9110, 10.2.3).

    None when it is absent or cannot be used; never negative.
    """
    if not value:
        return None
    try:
        return max(0.0, float(value)) if float(value) < 1e9 else None
    except ValueError:
        pass
    try:
        until = parsedate_to_datetime(value)
    except ValueError:
        return None
    return max(0.0, (until.replace(tzinfo=until.tzinfo or UTC) - times.now()).total_seconds())
