"""
What SoundCloud's error responses mean. They need not be JSON: a gateway says "upstream request timeout" in plain text.

Source  https://developers.soundcloud.com/docs/api/rate-limits and the issues of https://github.com/soundcloud/api
"""

from collections.abc import Mapping
from datetime import datetime

from blendify.core import times
from blendify.core.errors import (
    AccessTokenRefused,
    CollectError,
    NotFound,
    ProviderUnavailable,
    RateLimited,
    RequestRefused,
    Unreadable,
)
from blendify.core.json_text import NotJson, parsed
from blendify.providers.json_fields import first, get, text
from blendify.providers.retry_after import LONGEST, retry_after


def classify_error(status: int, headers: Mapping[str, str], answer: str) -> CollectError | None:
    """The error that a response stands for, None for data; the message is ours, never the provider's text."""
    if status < 300:
        return None
    match status:
        case 401:
            return AccessTokenRefused("SoundCloud refused your login (401)")
        case 403:
            return Unreadable("SoundCloud does not let this application read this (403)")
        case 404:
            return NotFound("SoundCloud does not find this list (404)")
        case 429:
            seconds = retry_after(headers.get("retry-after"))
            return RateLimited("SoundCloud asked us to slow down", _until_reset(answer) if seconds is None else seconds)
        case _ if status >= 500:
            return ProviderUnavailable(f"SoundCloud had an internal error ({status})")
        case _:
            return RequestRefused(f"SoundCloud refused the request ({status})")


def _until_reset(answer: str) -> float | None:
    """
    Seconds until the limit begins anew; None where the response does not say: that of the gateway in front never does.

    Shape   {"errors": [{"meta": {"rate_limit": {…}, "reset_time": "2015/06/01 09:49:40 +0000"}}]}
    """
    try:
        body = parsed(answer)
    except NotJson:
        return None
    moment = text(get(first(body, "errors"), "meta"), "reset_time") or text(body, "reset_time")
    try:
        until = datetime.strptime(moment or "", "%Y/%m/%d %H:%M:%S %z")
    except ValueError:
        return None
    return min(max(0.0, (until - times.now()).total_seconds()), LONGEST)
