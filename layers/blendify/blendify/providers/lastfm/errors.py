"""
What Last.fm's refusals mean. They come with any status, 200 included, and as XML at times even when JSON was asked for.

Source  https://www.last.fm/api/errorcodes
"""

import json
import re
from collections.abc import Mapping
from typing import Any

from blendify.core.errors import (
    AccessTokenRefused,
    ApplicationBlocked,
    CollectError,
    ProviderUnavailable,
    RateLimited,
    RequestRefused,
    ScopeMissing,
    Unreadable,
)
from blendify.providers.retry_after import retry_after

LONGEST = 4_096
"""Characters of a refusal; what is longer is data."""
_XML = re.compile(r'<error code="(\d+)"')


def refusal(status: int, headers: Mapping[str, str], text: str) -> CollectError | None:
    """The error that an answer stands for; its message is ours, never the provider's text."""
    number = error_number(text)
    if number is not None:
        return _meaning(number, headers)
    if status < 300:
        return None
    if status == 429:
        return RateLimited("Last.fm's rate limit was met", retry_after(headers.get("retry-after")))
    if status >= 500:
        return ProviderUnavailable(f"Last.fm answered with an error of its own ({status})")
    return RequestRefused(f"Last.fm refused the request ({status})")


def error_number(text: str) -> int | None:
    """
    The number of a refusal; None when it is none, or has no number.

    Shape   {"error": int, "message": str} or <lfm status="failed"><error code="29">…
    """
    if len(text) > LONGEST:
        return None
    if found := _XML.search(text):
        return int(found[1])
    try:
        body: Any = json.loads(text)
    except (ValueError, RecursionError):
        return None
    number = body.get("error") if isinstance(body, dict) else None
    if isinstance(number, str) and number.isdecimal():
        return int(number)
    return number if isinstance(number, int) else None


def _meaning(number: int, headers: Mapping[str, str]) -> CollectError:
    match number:
        case 4 | 9:
            return AccessTokenRefused("Last.fm refused the session key")
        case 6 | 7:
            return Unreadable("Last.fm does not know this listener or list any more")
        case 8 | 11 | 16:
            return ProviderUnavailable(f"Last.fm says that it is out of order for a while (error {number})")
        case 10 | 13 | 26:
            return ApplicationBlocked(
                f"Last.fm does not accept this application's API key and shared secret (error {number})"
            )
        case 17:
            return ScopeMissing("the listener hides this from applications: connect again, logged in to Last.fm")
        case 29:
            return RateLimited("Last.fm's rate limit was met", retry_after(headers.get("retry-after")))
        case _:
            return RequestRefused(f"Last.fm refused the request (error {number})")
