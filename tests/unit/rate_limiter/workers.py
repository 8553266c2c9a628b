"""Workers that ask the rate limiter, and what providers answer them."""

from collections.abc import Callable

from blendify.calling.rate_limiter import RateLimiter
from blendify.core.errors import RateLimited
from blendify.db.state_table import StateTable
from blendify.providers.application import Application
from tests.unit.timeline import Timeline

Limiter = Callable[..., RateLimiter]


def worker_limiter(
    table: StateTable, application: Application, user_id: str | None = "ua", longest_ms: int = 20_000
) -> RateLimiter:
    return RateLimiter(application, user_id, longest_ms=longest_ms, table=table)


def app(calls_per_minute: float = 0, of_one_user: float = 0, name: str = "default") -> Application:
    return Application("spotify", name, "id", "secret", "uri", "api", "accounts", calls_per_minute, of_one_user)


def limited(seconds: float | None, *, quota: bool = False) -> RateLimited:
    return RateLimited("429", seconds, quota=quota)


def calls(limiter: RateLimiter, timeline: Timeline, count: int) -> list[float]:
    """The times, in seconds, at which some calls in a row were allowed."""
    moments = []
    for _ in range(count):
        limiter.acquire()
        moments.append(timeline.seconds)
    return moments
