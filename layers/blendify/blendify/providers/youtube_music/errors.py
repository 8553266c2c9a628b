"""What the YouTube Data API's error responses mean. https://developers.google.com/youtube/v3/docs/errors"""

from collections.abc import Mapping

from blendify.core import times
from blendify.core.days import next_day
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
    Unreadable,
)
from blendify.core.json_text import NotJson, parsed
from blendify.providers.json_fields import first, get, text
from blendify.providers.retry_after import retry_after

QUOTA_ZONE = "America/Los_Angeles"
"""The day's quota begins anew at midnight there."""
_QUOTA = frozenset({"quotaExceeded", "dailyLimitExceeded", "dailyLimitExceededUnreg"})
_PACE = frozenset({"rateLimitExceeded", "userRateLimitExceeded", "RATE_LIMIT_EXCEEDED", "RESOURCE_EXHAUSTED"})
_SCOPE = frozenset({"insufficientPermissions", "ACCESS_TOKEN_SCOPE_INSUFFICIENT"})
_APPLICATION = frozenset({"accessNotConfigured", "SERVICE_DISABLED", "keyInvalid", "ipRefererBlocked"})


def classify_error(status: int, headers: Mapping[str, str], answer: str) -> CollectError | None:
    """The error that a response stands for, None for data; the message is ours, never the provider's text."""
    if status < 300:
        return None
    reasons = _reasons(answer)
    return _of_application(status, headers, reasons) or _of_listener(status, reasons)


def _of_application(status: int, headers: Mapping[str, str], reasons: set[str]) -> CollectError | None:
    """What concerns all calls of the application."""
    if reasons & _QUOTA:
        return RateLimited("today's quota of calls to YouTube Music is used up", seconds_to_reset())
    if status == 429 or reasons & _PACE:
        return RateLimited("YouTube Music asked us to slow down", retry_after(headers.get("retry-after")))
    if reasons & _APPLICATION:
        return ApplicationBlocked("the YouTube Data API is not switched on for this application in Google's console")
    if status >= 500:
        return ProviderUnavailable(f"YouTube Music had an internal error ({status})")
    return None


def _of_listener(status: int, reasons: set[str]) -> CollectError:
    """What concerns this listener, or this list."""
    if "youtubeSignupRequired" in reasons:
        return AccountGone("this Google account has no YouTube channel: open YouTube once and create one")
    if reasons & _SCOPE:
        return ScopeMissing("your consent does not cover this: connect again and allow it")
    if status == 401:
        return AccessTokenRefused("YouTube Music refused your login (401)")
    if status == 403:
        return Unreadable("YouTube Music does not let this application read this (403)")
    if status == 404:
        return NotFound("YouTube Music does not find this list (404)")
    return RequestRefused(f"YouTube Music refused the request ({status})")


def seconds_to_reset() -> float:
    """Seconds until the day's quota begins anew."""
    return (next_day(times.now(), QUOTA_ZONE) - times.now()).total_seconds()


def _reasons(answer: str) -> set[str]:
    """
    The reasons in an error body.

    Shape   {"error": {"code", "message", "status", "errors": [{"reason", "domain"}], "details": [{"reason"}]}}
    """
    try:
        error = get(parsed(answer), "error")
    except NotJson:
        return set()
    named = (text(first(error, "errors"), "reason"), text(first(error, "details"), "reason"), text(error, "status"))
    return {reason for reason in named if reason}
