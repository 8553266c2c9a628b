"""What can go wrong while collecting. Errors are named for what happens next; no message contains a secret."""

from datetime import datetime
from typing import ClassVar

from blendify.core.data_types import Outcome


class CollectError(Exception):
    """An error of a provider. Its message must make sense alone on the dashboard."""

    outcome: ClassVar[Outcome] = Outcome.FAILED
    """Of a data type that it stops."""


class MustWait(CollectError):
    """No calls before `until`. The state machine waits, not the Lambda."""

    outcome = Outcome.WAITING

    def __init__(self, why: str, until: datetime, *, limited: bool = False) -> None:
        super().__init__(why)
        self.until = until
        self.limited = limited
        """Whether a call of this very worker was answered 429."""


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


class Refused(CollectError):
    """
    The provider refused a call. Refusals come in passing, for seconds or hours: the call is repeated as after a 5xx,
    and only a refusal that repeats later, in another call, says anything about a list, a grant or an application.
    """


class AccessTokenRefused(Refused):
    """Status 401, or what stands for it: refresh the access token if it can be refreshed, and ask again."""


class GrantRevoked(CollectError):
    """Only the listener can repair this, by connecting again."""

    outcome = Outcome.RECONNECT


class NotGranted(CollectError):
    """The consent that we stored lacks a scope that this data type needs."""

    outcome = Outcome.NOT_PERMITTED


class ScopeMissing(Refused):
    """The provider says that the listener's consent does not cover this data type."""

    outcome = Outcome.NOT_PERMITTED


class Unreadable(Refused):
    """The listener may not read this list (403). Other lists are not affected."""


class NotFound(Unreadable):
    """The provider does not find this list (404): it is gone, or it is empty and the provider says so in this way."""


class AccountGone(Refused):
    """The provider does not know the listener's account: it was deleted or renamed. The listener is asked."""

    outcome = Outcome.RECONNECT


class ApplicationBlocked(Refused):
    """The provider refuses our application for all listeners: the operator must act."""


class ListenerNotAdmitted(ApplicationBlocked):
    """The application admits named listeners only, and this one is not among them: the operator must add them."""


class RequestRefused(Refused):
    """Status 400: our request is wrong, or a server on the way says so."""


class UnexpectedShape(ProviderUnavailable):
    """The response parses, but is not what the manual says: a passing fault or a proxy's, unless it stays."""


class Superseded(Exception):
    """Another worker has stored newer progress of the same data type: this worker must stop."""
