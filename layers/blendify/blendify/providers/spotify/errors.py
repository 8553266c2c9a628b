"""What Spotify's error responses mean. https://developer.spotify.com/documentation/web-api/concepts/api-calls"""

import re
from collections.abc import Mapping

from blendify.core.errors import (
    AccessTokenRefused,
    ApplicationBlocked,
    CollectError,
    ListenerNotAdmitted,
    NotFound,
    ProviderUnavailable,
    RateLimited,
    RequestRefused,
    ScopeMissing,
    Unreadable,
)
from blendify.core.json_text import NotJson, parsed
from blendify.providers.json_fields import get, text
from blendify.providers.retry_after import retry_after

_NOT_ADMITTED = re.compile(
    r"registered|dashboard|user not approved|allow.?list|white.?list|user management|development mode"
)
"""
Wordings of "not on the application's list of users", as developers have reported them: "User not registered in the
Developer Dashboard", "Check settings on developer.spotify.com/dashboard, the user may not be registered.", "User not
approved for app".
"""


def classify_error(status: int, headers: Mapping[str, str], answer: str) -> CollectError | None:
    """The error that a response stands for, None for data; the message is ours, never the provider's text."""
    if status < 300:
        return None
    message, reason = _message_and_reason(answer)
    if status == 429:
        quota = reason == "QUOTA_EXCEEDED"
        why = "this application has used up its quota at Spotify" if quota else "Spotify asked us to slow down"
        return RateLimited(why, retry_after(headers.get("retry-after")), quota=quota)
    if status == 401:
        return AccessTokenRefused("Spotify refused your login (401)")
    if status == 403:
        return _forbidden(f"{message} {reason}")
    if status == 404:
        return NotFound("Spotify does not find this list (404)")
    if status == 400 and "invalid base62 id" in message.lower():
        return NotFound("Spotify does not know the id of this list (400)")
    if status >= 500:
        return ProviderUnavailable(f"Spotify had an internal error ({status})")
    return RequestRefused(f"Spotify refused the request ({status})")


def _forbidden(message: str) -> CollectError:
    """A 403 has one of four meanings; only the text of message and reason tells them apart. A proxy's page has none."""
    lower = "" if "<html" in message.lower() else message.lower()
    if "scope" in lower:
        return ScopeMissing("your consent does not cover this: connect again and allow it")
    if _NOT_ADMITTED.search(lower):
        return ListenerNotAdmitted(
            "this Spotify account is not on the application's list of users: its owner can add it in Spotify's "
            "dashboard, under User Management"
        )
    if "premium" in lower:
        return ApplicationBlocked(
            "Spotify has stopped this application: its owner needs an active Premium subscription"
        )
    return Unreadable("Spotify does not let this application read this (403)")


def _message_and_reason(answer: str) -> tuple[str, str]:
    """Message and reason in an error body, which is nested JSON or plain text."""
    try:
        body = parsed(answer)
    except NotJson:
        return answer[:500], ""
    error = get(body, "error")
    message = text(error, "message") or text(body, "error") or text(body, "error_description") or text(body, "message")
    return message or "", text(error, "reason") or ""
