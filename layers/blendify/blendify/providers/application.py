"""A provider application: client id and secret, addresses, rate limits."""

from dataclasses import dataclass, field

from blendify.core.errors import ApplicationBlocked


class ApplicationMissing(ApplicationBlocked):
    """The deployment has no such provider application: the operator must give its client id and secret."""


@dataclass(frozen=True)
class Application:
    """Rate limiters and tokens belong to a `provider` and a `name`."""

    provider: str
    name: str
    client_id: str
    client_secret: str = field(repr=False)
    redirect_uri: str
    api_url: str
    accounts_url: str
    calls_per_minute: float
    """Rate limit of the application over all users; 0 for none."""
    calls_per_minute_and_user: float
    """Rate limit of one user; 0 for none."""
