"""How Last.fm answers: errors as a number and a message, as JSON or XML, often with status 200."""

from collections.abc import Iterator, Mapping
from xml.sax.saxutils import escape, quoteattr

from starlette.responses import Response

from local.simulators.lastfm.options import Errors
from local.simulators.previous.answers import Json, answer, encoded

AUTHENTICATION, WITHOUT_METHOD, PARAMETERS, FAILED, SESSION, KEY = 4, 3, 6, 8, 9, 10
OFFLINE, SIGNATURE, UNAUTHORIZED, EXPIRED, LOGIN, TOO_MANY = 11, 13, 14, 15, 17, 29

_MESSAGES = {
    WITHOUT_METHOD: "Invalid Method - No method with that name in this package",
    AUTHENTICATION: "Invalid authentication token supplied",
    PARAMETERS: "Invalid parameters - Your request is missing a required parameter",
    FAILED: "Operation failed - Most likely the backend service failed. Please try again.",
    SESSION: "Invalid session key - Please re-authenticate",
    KEY: "Invalid API key - You must be granted a valid key by last.fm",
    OFFLINE: "Service Offline - This service is temporarily offline. Try again later.",
    SIGNATURE: "Invalid method signature supplied",
    UNAUTHORIZED: "Unauthorized Token - This token has not been authorized",
    EXPIRED: "This token has expired",
    LOGIN: "Login: User required to be logged in",
    TOO_MANY: "Rate Limit Exceeded - Your IP has made too many requests in a short period",
}
_STATUSES = {PARAMETERS: 400, WITHOUT_METHOD: 400, FAILED: 500, OFFLINE: 503, TOO_MANY: 429}
_SEEN = {WITHOUT_METHOD, PARAMETERS, KEY, LOGIN}
"""Errors that live tests of 2020 to 2026 met with a status other than 200."""


class ApiError(Exception):
    """A refusal by its number; `status` where it is not the usual one of that number."""

    def __init__(self, number: int, message: str | None = None, status: int | None = None) -> None:
        super().__init__(message or _MESSAGES[number])
        self.number = number
        self.message = message or _MESSAGES[number]
        self.usual = status or _STATUSES.get(number, 403)

    def status(self, errors: Errors) -> int:
        """The HTTP status that it comes with."""
        return self.usual if errors is Errors.STATUS or (errors is Errors.MIXED and self.number in _SEEN) else 200


class Refusal(Response):
    """An error, which is counted as such even where its status is 200."""

    def __init__(self, number: int, body: bytes, status: int, media: str, headers: Mapping[str, str] | None) -> None:
        super().__init__(body, status, headers, media)
        self.ending = f"{status} error {number}"


def refusal(error: ApiError, status: int, *, xml: bool = False, headers: Mapping[str, str] | None = None) -> Response:
    """An error as an answer."""
    if xml:
        inner = f'<error code="{error.number}">{escape(error.message)}</error>'
        return Refusal(error.number, _document("failed", inner), status, "text/xml", headers)
    body = encoded({"message": error.message, "error": error.number})
    return Refusal(error.number, body, status, "application/json", headers)


def found(value: Json, *, xml: bool = False) -> Response:
    """What was asked for."""
    if not xml:
        return answer(value)
    return Response(_document("ok", "".join(_elements(value))), media_type="text/xml")


def _document(status: str, inner: str) -> bytes:
    head = '<?xml version="1.0" encoding="UTF-8"?>\n'
    return f'{head}<lfm status="{status}">{inner}</lfm>\n'.encode("utf-8", "replace")


def _elements(value: dict[str, Json]) -> Iterator[str]:
    """An element per member, one per entry of a list; `@attr` becomes attributes and `#text` the text."""
    for name, member in value.items():
        for each in member if isinstance(member, list) else [member]:
            if not isinstance(each, dict):
                yield f"<{name}>{escape(_legal(each))}</{name}>"
                continue
            attributes = "".join(f" {key}={quoteattr(_legal(of))}" for key, of in each.get("@attr", {}).items())
            inner = {key: of for key, of in each.items() if key not in {"@attr", "#text"}}
            yield f"<{name}{attributes}>{escape(_legal(each.get('#text', '')))}{''.join(_elements(inner))}</{name}>"


def _legal(value: Json) -> str:
    """Without the characters that XML has no way to write."""
    return "".join(letter if letter >= " " or letter in "\t\n" else "\ufffd" for letter in str(value))
