"""When the application is refused: the rate limit, what a Retry-After tells, and the ban that follows a 429."""

import math
import re
from collections import deque
from dataclasses import dataclass, field
from datetime import UTC
from email.utils import parsedate_to_datetime


@dataclass(slots=True)
class RateLimit:
    """
    At most `calls` in any `seconds`, over all listeners; once exceeded, all are refused until a deadline.

    The deadline is `retry_after` seconds later; without it, when the window has room again. `silent` tells no deadline.
    """

    calls: int
    seconds: float
    retry_after: float | None = None
    silent: bool = False
    _accepted: deque[float] = field(default_factory=deque)

    def admits(self, now: float) -> bool:
        """Take note of a call, and whether there was room for it."""
        while self._accepted and self._accepted[0] <= now - self.seconds:
            self._accepted.popleft()
        if len(self._accepted) >= self.calls:
            return False
        self._accepted.append(now)
        return True

    def deadline(self, now: float) -> float:
        """Until when a call is refused that came now, and for which there was no room."""
        if self.retry_after is not None:
            return now + self.retry_after
        return (self._accepted[0] if self._accepted else now) + self.seconds


@dataclass(slots=True)
class Ban:
    """All API calls of the application are refused from a 429 on until a deadline."""

    until: float
    limit: RateLimit | None = None
    """What it came of: it ends with that limit, and is as silent."""
    answered: float | None = None
    """When the 429 that began it was answered; None while that is on its way."""

    def headers(self, now: float) -> dict[str, str]:
        if self.limit is not None and self.limit.silent:
            return {}
        return {"retry-after": str(max(1, math.ceil(self.until - now)))}


def deadline(retry_after: str | None, now: float) -> float | None:
    """The moment that a Retry-After tells, in seconds or as an HTTP date; None for anything else."""
    if retry_after is None:
        return None
    if re.fullmatch(r"[0-9]{1,9}(\.[0-9]+)?", retry_after):
        return now + float(retry_after)
    try:
        date = parsedate_to_datetime(retry_after)
    except (ValueError, OverflowError):
        return None
    return date.replace(tzinfo=date.tzinfo or UTC).timestamp()
