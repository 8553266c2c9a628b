"""What each of Spotify's refusals means, and that none is shown to a listener in Spotify's own words."""

import json
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blendify.errors import (
    AccessTokenRefused,
    ApplicationBlocked,
    CollectError,
    ProviderUnavailable,
    RateLimited,
    RequestRefused,
    ScopeMissing,
    Unreadable,
)
from blendify.providers.spotify.refusals import refusal, retry_after

NOW = datetime(2026, 11, 22, 18, tzinfo=UTC)

FORBIDDEN: dict[str, tuple[str, type[CollectError]]] = {
    "scope": ("Insufficient client scope", ScopeMissing),
    "not on the list": ("User not registered in the Developer Dashboard", ApplicationBlocked),
    "premium": ("Active premium subscription required for the owner of the app", ApplicationBlocked),
    "this list": ("Forbidden", Unreadable),
}


def nested(status: int, message: str, **more: str) -> str:
    return json.dumps({"error": {"status": status, "message": message, **more}})


def limited(value: str | None, text: str = "Too many requests") -> RateLimited:
    error = refusal(429, {} if value is None else {"retry-after": value}, text)
    assert isinstance(error, RateLimited)
    return error


@pytest.mark.parametrize("status", [200, 201, 204])
def test_an_answer_is_no_refusal(status: int) -> None:
    """2xx is data, whatever its text says."""
    assert refusal(status, {}, nested(429, "API rate limit exceeded")) is None


@pytest.mark.parametrize("as_json", [True, False], ids=["JSON", "plain text"])
@pytest.mark.parametrize(("message", "meaning"), FORBIDDEN.values(), ids=FORBIDDEN)
def test_the_four_meanings_of_403(message: str, meaning: type[CollectError], as_json: bool) -> None:
    """Missing scope, unknown user, lapsed Premium and a closed list are told apart, as JSON and as plain text."""
    assert type(refusal(403, {}, nested(403, message) if as_json else message)) is meaning


def test_the_operator_is_told_what_to_repair() -> None:
    """The two refusals of an application say different things, as different things repair them."""
    unregistered, lapsed = (refusal(403, {}, FORBIDDEN[name][0]) for name in ("not on the list", "premium"))
    assert "list of users" in str(unregistered)
    assert "Premium" in str(lapsed)


@pytest.mark.parametrize(
    ("status", "text", "meaning"),
    [
        (400, nested(400, "Invalid limit"), RequestRefused),
        (400, nested(400, "Invalid base62 id"), Unreadable),
        (401, nested(401, "The access token expired"), AccessTokenRefused),
        (401, "", AccessTokenRefused),
        (404, nested(404, "Resource not found"), Unreadable),
        (405, nested(405, "Method not allowed"), RequestRefused),
        (301, "", RequestRefused),
        (500, nested(500, "Server error"), ProviderUnavailable),
        (502, "<html>Bad Gateway</html>", ProviderUnavailable),
        (503, "upstream connect error or disconnect/reset before headers", ProviderUnavailable),
        (504, "", ProviderUnavailable),
    ],
)
def test_a_status_says_what_happens_next(status: int, text: str, meaning: type[CollectError]) -> None:
    """Each status leads to one next step, with a body or without."""
    assert type(refusal(status, {}, text)) is meaning


@pytest.mark.parametrize(
    "text",
    [
        "Too many requests",
        "",
        nested(429, "API rate limit exceeded"),
        '{"error": null}',
        '{"error": "slow"}',
        "[1]",
        "7",
    ],
)
def test_a_rate_limit_needs_no_particular_body(text: str) -> None:
    """429 is a rate limit as JSON, as plain text, empty, and as JSON of an unknown shape."""
    error = limited("7", text)
    assert (error.seconds, error.quota) == (7.0, False)


def test_a_used_up_quota_is_another_thing_than_a_rate_limit() -> None:
    """`QUOTA_EXCEEDED` is marked, so that the gate stays closed for hours."""
    error = limited("30", nested(429, "Quota exceeded", reason="QUOTA_EXCEEDED"))
    assert (error.seconds, error.quota) == (30.0, True)
    assert "quota" in str(error)


@pytest.mark.parametrize(
    ("value", "seconds"),
    [("17", 17.0), ("0", 0.0), ("86400", 86400.0), ("1.5", 1.5), ("-3", 0.0)],
)
def test_retry_after_in_seconds(value: str, seconds: float) -> None:
    """Seconds are taken as they are, a day as well; never negative."""
    assert limited(value).seconds == seconds


@pytest.mark.parametrize(("ahead", "seconds"), [(90, 90.0), (-90, 0.0)])
def test_retry_after_as_a_date(ahead: int, seconds: float, monkeypatch: pytest.MonkeyPatch) -> None:
    """An HTTP date is the time until then; one that is over is no wait."""
    monkeypatch.setattr("blendify.times.now", lambda: NOW)
    assert limited(format_datetime(NOW + timedelta(seconds=ahead), usegmt=True)).seconds == seconds


@pytest.mark.parametrize("value", [None, "", "soon", "nan", "inf", "1e99", "Thu, 99 Foo 2026 25:61:00 GMT", "12 s"])
def test_retry_after_that_says_nothing(value: str | None) -> None:
    """Absent, garbage and beyond all measure are `None`: the gate's own cool-down counts."""
    assert limited(value).seconds is None


@given(st.text(max_size=40))
def test_no_retry_after_ends_a_collector(value: str) -> None:
    """Whatever the header holds, it is a bounded wait or nothing, never a crash."""
    seconds = retry_after(value)
    assert seconds is None or 0 <= seconds < 1e12


@pytest.mark.parametrize("status", [400, 401, 403, 404, 429, 500])
@pytest.mark.parametrize("shape", ["nested", "flat", "plain"])
def test_the_providers_words_are_not_repeated(status: int, shape: str) -> None:
    """A message stands on a dashboard: it is ours, whatever the provider wrote."""
    words = "<script>alert(1)</script> Bearer BQsecret"
    text = {"nested": nested(status, words), "flat": json.dumps({"error": words}), "plain": words}[shape]
    message = str(refusal(status, {}, text))
    assert message
    assert "script" not in message
    assert "BQ" not in message
