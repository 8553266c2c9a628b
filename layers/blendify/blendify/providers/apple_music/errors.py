"""
What Apple Music's refusals mean.

Source  https://developer.apple.com/documentation/applemusicapi/errorsresponse and what clients of others have met
"""

import json
from collections.abc import Mapping
from typing import Any

from blendify.core.errors import (
    AccessTokenRefused,
    ApplicationBlocked,
    CollectError,
    ProviderUnavailable,
    RateLimited,
    RequestRefused,
    Unreadable,
)
from blendify.providers.json_fields import of, text
from blendify.providers.retry_after import retry_after

USER_TOKEN_REFUSED, NOTHING_RELATED = "40300", "40403"


def refusal(status: int, headers: Mapping[str, str], body: str) -> CollectError | None:
    """The error that an answer stands for; its message is ours, never the provider's text."""
    if status < 300:
        return None
    match status:
        case 401:
            return ApplicationBlocked("Apple Music does not accept this application's team id, key id and private key")
        case 403 if code(_parsed(body)) == USER_TOKEN_REFUSED:
            return AccessTokenRefused("Apple Music refused the Music User Token")
        case 403:
            return Unreadable("Apple Music does not let this listener read this: it may need a subscription")
        case 404 if code(_parsed(body)) == NOTHING_RELATED:
            # A list with nothing in it is told like this: an answer, and no refusal.
            return None
        case 404:
            return Unreadable("Apple Music no longer has this list")
        case 429:
            return RateLimited("Apple Music's rate limit was met", retry_after(headers.get("retry-after")))
        case _ if status >= 500:
            return ProviderUnavailable(f"Apple Music answered with an error of its own ({status})")
        case _:
            return RequestRefused(f"Apple Music refused the request ({status})")


def code(body: Any) -> str | None:
    """
    The five digits of the first error of an answer; None when it has none.

    Shape   {"errors": [{"id", "title", "detail", "status": "403", "code": "40300"}]}
    """
    errors = of(body, "errors")
    return text(errors[0], "code") if isinstance(errors, list) and errors else None


def _parsed(body: str) -> Any:
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None
