"""
What Apple Music's error responses mean.

Source  https://developer.apple.com/documentation/applemusicapi/errorsresponse and what other clients report
"""

from collections.abc import Mapping
from typing import Any

from blendify.core.errors import (
    AccessTokenRefused,
    ApplicationBlocked,
    CollectError,
    NotFound,
    ProviderUnavailable,
    RateLimited,
    RequestRefused,
    Unreadable,
)
from blendify.core.json_text import NotJson, parsed
from blendify.providers.json_fields import first, text
from blendify.providers.retry_after import retry_after

USER_TOKEN_REFUSED, NOTHING_RELATED = "40300", "40403"


def classify_error(status: int, headers: Mapping[str, str], body: str) -> CollectError | None:
    """The error that a response stands for, None for data; the message is ours, never the provider's text."""
    if status < 300:
        return None
    match status:
        case 401:
            return ApplicationBlocked("Apple Music does not accept this application's team id, key id and private key")
        case 403 if error_code(_parsed(body)) == USER_TOKEN_REFUSED:
            return AccessTokenRefused("Apple Music refused your login")
        case 403:
            return Unreadable("Apple Music does not allow this (403): your account may need a subscription")
        case 404 if error_code(_parsed(body)) == NOTHING_RELATED:
            # This is how Apple describes an empty list: data, not an error.
            return None
        case 404:
            return NotFound("Apple Music does not find this list (404)")
        case 429:
            return RateLimited("Apple Music asked us to slow down", retry_after(headers.get("retry-after")))
        case _ if status >= 500:
            return ProviderUnavailable(f"Apple Music had an internal error ({status})")
        case _:
            return RequestRefused(f"Apple Music refused the request ({status})")


def error_code(body: Any) -> str | None:
    """
    The five-digit code of a response's first error; None without one.

    Shape   {"errors": [{"id", "title", "detail", "status": "403", "code": "40300"}]}
    """
    return text(first(body, "errors"), "code")


def _parsed(body: str) -> Any:
    try:
        return parsed(body)
    except NotJson:
        return None
