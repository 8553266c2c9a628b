"""A provider application: client id and secret, addresses, rate limits; the operator's, or a listener's own."""

from dataclasses import dataclass, field

from blendify.core.errors import ApplicationBlocked

DEFAULT = "default"
"""The name of the operator's application at each provider."""


class ApplicationMissing(ApplicationBlocked):
    """There is no such provider application: whoever it belongs to must give its client id and secret."""


@dataclass(frozen=True)
class BroughtApplication:
    """What a listener registered with a provider; its client secret is sealed."""

    provider: str
    name: str
    """Random: rate limits, quota and grants are kept under it."""
    client_id: str
    created_at: str
    """When the listener gave it (ISO 8601)."""
    sealed: bytes = field(repr=False)


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
    calls_per_day: int = 0
    """The provider's quota of calls a day over all users; 0 for none."""
    brought: BroughtApplication | None = field(default=None, repr=False)
    """What the listener gave, for an application of theirs; None for the operator's."""

    def naming(self, error: ApplicationBlocked) -> ApplicationBlocked:
        """The error; if the application is a listener's own, one that says so."""
        return type(error)(f"your own application: {error}") if self.brought else error
