"""What Spotify's refusals mean. https://developer.spotify.com/documentation/web-api/concepts/api-calls"""

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
    ScopeMissing,
    Unreadable,
)
from blendify.providers.retry_after import retry_after


def refusal(status: int, headers: Mapping[str, str], text: str) -> CollectError | None:
    """The error that an answer stands for; its message is ours, never the provider's text."""
    if status < 300:
        return None
    message, reason = _words(text)
    if status == 429:
        quota = reason == "QUOTA_EXCEEDED"
        why = "Spotify's quota for this application is used up" if quota else "Spotify's rate limit was met"
        return RateLimited(why, retry_after(headers.get("retry-after")), quota=quota)
    if status == 401:
        return AccessTokenRefused("Spotify refused the access token")
    if status == 403:
        return _forbidden(message)
    if status == 404:
        return Unreadable("Spotify no longer has this list")
    if status == 400 and "invalid base62 id" in message.lower():
        return Unreadable("Spotify no longer knows this list's id")
    if status >= 500:
        return ProviderUnavailable(f"Spotify answered with an error of its own ({status})")
    return RequestRefused(f"Spotify refused the request ({status})")


def _forbidden(message: str) -> CollectError:
    """A 403 means one of four things, told apart by its words alone."""
    lower = message.lower()
    if "scope" in lower:
        return ScopeMissing("the listener's consent does not cover this")
    if "not registered" in lower or "developer dashboard" in lower:
        return ApplicationBlocked(
            "this Spotify account is not on the application's list of users: add it in Spotify's dashboard"
        )
    if "premium" in lower:
        return ApplicationBlocked("Spotify has stopped the application: its owner needs an active Premium subscription")
    return Unreadable("Spotify does not let this application read this list")


def _words(text: str) -> tuple[str, str]:
    """Message and reason of an error body, which is nested JSON or plain text."""
    try:
        body: Any = json.loads(text)
    except ValueError:
        return text[:500], ""
    error = body.get("error") if isinstance(body, dict) else None
    if isinstance(error, dict):
        return str(error.get("message", "")), str(error.get("reason", ""))
    return str(error or ""), ""
