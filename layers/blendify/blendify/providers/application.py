"""A provider application: client id and secret, addresses, limits."""

from dataclasses import dataclass, field

from blendify.core.errors import ApplicationBlocked


class ApplicationMissing(ApplicationBlocked):
    """The deployment has no such provider application; the operator must give its client id and secret."""


@dataclass(frozen=True)
class Application:
    """Gates, tokens and limits are keyed by `provider` and `name`."""

    provider: str
    name: str
    client_id: str
    client_secret: str = field(repr=False)
    redirect_uri: str
    api_url: str
    accounts_url: str
    calls_per_minute: float
    """Pace of the application over all users; 0 lifts it."""
    calls_per_minute_and_user: float
    """Pace of one user; 0 lifts it."""
