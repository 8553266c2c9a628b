"""What can go wrong while collecting. Errors are named for what happens next; no message contains a secret."""

from datetime import datetime


class CollectError(Exception):
    """An error of a provider. Its message must make sense alone on the dashboard."""


class MustWait(CollectError):
    """No calls before `until`. The state machine waits, not the Lambda."""

    def __init__(self, why: str, until: datetime) -> None:
        super().__init__(why)
        self.until = until


class RateLimited(CollectError):
    """Status 429: try again after `seconds`, None if the provider does not say how long."""

    def __init__(self, why: str, seconds: float | None, *, quota: bool = False) -> None:
        super().__init__(why)
        self.seconds = seconds
        self.quota = quota


class ProviderUnavailable(CollectError):
    """Status 5xx, a timeout, or a response that does not parse: try again a little later."""


class Outage(ProviderUnavailable):
    """The provider refuses many listeners at once: make no more calls until the next round."""


class AccessTokenRefused(CollectError):
    """Status 401: refresh the access token once; after a second one the grant is dead."""


class GrantRevoked(CollectError):
    """Only the listener can repair this, by connecting again."""


class ScopeMissing(CollectError):
    """The listener's consent does not cover this data type."""


class Unreadable(CollectError):
    """The listener may not read this list, or it is gone (403, 404). Other lists are not affected."""


class ApplicationBlocked(CollectError):
    """The provider refuses our application for all listeners: the operator must act."""


class RequestRefused(CollectError):
    """Status 400: our request is wrong. This is a defect, and a retry would not help."""


class UnexpectedShape(ProviderUnavailable):
    """The response parses, but is not what the manual says: a passing fault or a proxy's, unless it stays."""


class EndlessList(CollectError):
    """The provider's pages lead back to an earlier page: somebody must look at it."""


class Superseded(Exception):
    """Another worker has stored newer progress of the same data type: this worker must stop."""
