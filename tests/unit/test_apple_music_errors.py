"""Apple Music: the meaning of its error responses."""

import json

import pytest

from blendify.core.errors import (
    AccessTokenRefused,
    ApplicationBlocked,
    NotFound,
    ProviderUnavailable,
    RateLimited,
    RequestRefused,
    Unreadable,
)
from blendify.providers import PROVIDERS
from blendify.providers.apple_music.errors import classify_error


def error(code: str) -> str:
    return json.dumps({"errors": [{"id": "A", "title": "T", "detail": "D", "status": code[:3], "code": code}]})


@pytest.mark.parametrize(
    ("status", "body", "error_class"),
    [
        (401, "", ApplicationBlocked),
        (401, error("40100"), ApplicationBlocked),
        (403, error("40300"), AccessTokenRefused),
        (403, error("40301"), Unreadable),
        (403, "<html>", Unreadable),
        (404, error("40400"), NotFound),
        (404, "", NotFound),
        (429, error("42900"), RateLimited),
        (400, error("40005"), RequestRefused),
        (500, "<html>", ProviderUnavailable),
        (504, error("50400"), ProviderUnavailable),
        (302, "", RequestRefused),
    ],
)
def test_error_class_of_an_error_response(status: int, body: str, error_class: type[Exception]) -> None:
    """Only 40300 is about the listener's token. The message is ours and has nothing of Apple's `detail`."""
    classified = classify_error(status, {}, body)
    assert type(classified) is error_class
    assert "D" not in str(classified).split()


def test_429_has_no_retry_after() -> None:
    """Apple's limit ends after seconds, so our pauses are seconds."""
    classified = classify_error(429, {}, error("42900"))
    assert isinstance(classified, RateLimited)
    assert classified.seconds is None
    assert sum(PROVIDERS["apple_music"].backoff) < 20
