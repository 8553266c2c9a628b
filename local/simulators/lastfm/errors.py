"""How Last.fm refuses: by a number and a message, often with status 200."""

from enum import Enum

from local.simulators.frame.service import Refusal
from local.simulators.lastfm.options import Errors


class Error(Enum):
    """The number, the HTTP status where errors have one of their own, and the message."""

    WITHOUT_METHOD = (3, 400, "Invalid Method - No method with that name in this package")
    AUTHENTICATION = (4, 403, "Invalid authentication token supplied")
    PARAMETERS = (6, 400, "Invalid parameters - Your request is missing a required parameter")
    FAILED = (8, 500, "Operation failed - Most likely the backend service failed. Please try again.")
    SESSION = (9, 403, "Invalid session key - Please re-authenticate")
    KEY = (10, 403, "Invalid API key - You must be granted a valid key by last.fm")
    OFFLINE = (11, 503, "Service Offline - This service is temporarily offline. Try again later.")
    SIGNATURE = (13, 403, "Invalid method signature supplied")
    EXPIRED = (15, 403, "This token has expired")
    LOGIN = (17, 403, "Login: User required to be logged in")
    TOO_MANY = (29, 429, "Rate Limit Exceeded - Your IP has made too many requests in a short period")


_OBSERVED = {Error.WITHOUT_METHOD, Error.PARAMETERS, Error.KEY, Error.LOGIN}
"""Errors that live tests of 2020 to 2026 met with a status other than 200."""


class ApiError(Refusal):
    """A refusal; `message` and `status` where they are not the usual ones of that error."""

    def __init__(self, error: Error, message: str = "", status: int = 0) -> None:
        self.error = error
        self.number, usual, text = error.value
        self.message = message or text
        self.usual = status or usual
        super().__init__(self.message)

    def status(self, errors: Errors) -> int:
        own = errors is Errors.STATUS or (errors is Errors.MIXED and self.error in _OBSERVED)
        return self.usual if own else 200
