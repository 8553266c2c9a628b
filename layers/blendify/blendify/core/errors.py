"""What can go wrong while collecting, named for what happens next. No message ever holds a secret."""

from datetime import datetime


class CollectError(Exception):
    """Something that the provider said or did; the message stands alone on a dashboard."""


class MustWait(CollectError):
    """Nothing may be called before `until`; the state machine waits, not the Lambda."""

    def __init__(self, why: str, until: datetime) -> None:
        super().__init__(why)
        self.until = until


class RateLimited(CollectError):
    """The provider answered 429: wait `seconds` when it said how long, then again."""

    def __init__(self, why: str, seconds: float | None, *, quota: bool = False) -> None:
        super().__init__(why)
        self.seconds = seconds
        self.quota = quota


class ProviderUnavailable(CollectError):
    """5xx, silence until the timeout, or an answer that does not parse: again, a little later."""


class Outage(ProviderUnavailable):
    """The provider refuses many listeners at once: nothing is asked again before the next round."""


class AccessTokenRefused(CollectError):
    """The provider answered 401: refresh the access token once, then the grant is dead."""


class GrantRevoked(CollectError):
    """Only the listener can repair this, by connecting again."""


class ScopeMissing(CollectError):
    """The listener's consent does not cover this data type."""


class Unreadable(CollectError):
    """This one list is closed to the listener or gone (403, 404); the others are not affected."""


class ApplicationBlocked(CollectError):
    """The provider refuses our application as a whole: the operator must act."""


class RequestRefused(CollectError):
    """The provider calls our request wrong (400): a defect of ours, a retry would not help."""


class UnexpectedShape(ProviderUnavailable):
    """The answer parsed but is not what the manual says: a proxy's or a passing fault, unless it stays."""


class EndlessList(CollectError):
    """The provider's pages lead back to where they came from: someone must look."""


class Superseded(Exception):
    """Another worker has stored newer progress of the same data type: this worker must stop."""
