"""
What Last.fm's error responses mean. They have any status, even 200, and are sometimes XML although JSON was requested.

Source  https://www.last.fm/api/errorcodes
"""

import re
from collections.abc import Mapping

from blendify.core.errors import (
    AccessTokenRefused,
    AccountGone,
    ApplicationBlocked,
    CollectError,
    NotFound,
    ProviderUnavailable,
    RateLimited,
    RequestRefused,
    ScopeMissing,
)
from blendify.core.json_text import NotJson, parsed
from blendify.providers.json_fields import number
from blendify.providers.retry_after import retry_after

LONGEST = 4_096
"""Characters of an error response; a longer one is data."""
_XML = re.compile(r'<error code="(\d+)"')


def classify_error(status: int, headers: Mapping[str, str], text: str) -> CollectError | None:
    """The error that a response stands for, None for data; the message is ours, never the provider's text."""
    error = error_number(text)
    if error is not None:
        return _numbered_error(error, headers)
    if status < 300:
        return None
    if status == 429:
        return RateLimited("Last.fm asked us to slow down", retry_after(headers.get("retry-after")))
    if status >= 500:
        return ProviderUnavailable(f"Last.fm had an internal error ({status})")
    return RequestRefused(f"Last.fm refused the request ({status})")


def error_number(text: str) -> int | None:
    """
    The number of an error response; None for data, and for an error without a number.

    Shape   {"error": int, "message": str} or <lfm status="failed"><error code="29">…
    """
    if len(text) > LONGEST:
        return None
    if match := _XML.search(text):
        return int(match[1])
    try:
        return number(parsed(text), "error")
    except NotJson:
        return None


def _numbered_error(error: int, headers: Mapping[str, str]) -> CollectError:
    match error:
        case 4 | 9:
            return AccessTokenRefused("Last.fm refused your login")
        case 6:
            return AccountGone(
                "Last.fm does not know your account: it was renamed or deleted. If you use it under another name, "
                "connect again"
            )
        case 7:
            return NotFound("Last.fm does not find this list (error 7)")
        case 8 | 11 | 16:
            return ProviderUnavailable(f"Last.fm is temporarily out of order (error {error})")
        case 10 | 13 | 26:
            return ApplicationBlocked(
                f"Last.fm does not accept this application's API key and shared secret (error {error})"
            )
        case 17:
            return ScopeMissing(
                "your Last.fm settings hide this from applications: connect again while logged in to Last.fm"
            )
        case 29:
            return RateLimited("Last.fm asked us to slow down", retry_after(headers.get("retry-after")))
        case _:
            return RequestRefused(f"Last.fm refused the request (error {error})")
