"""
The meaning of Spotify's error responses, whose texts are never shown to a listener; and every provider's rate limit
response starts a cool-down of the same rate limiter.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from blendify.access import connections, users
from blendify.access.connections import Grant
from blendify.access.token_vault import TokenSet, seal
from blendify.core import times
from blendify.core.errors import (
    AccessTokenRefused,
    ApplicationBlocked,
    CollectError,
    ListenerNotAdmitted,
    MustWait,
    NotFound,
    ProviderUnavailable,
    RateLimited,
    RequestRefused,
    ScopeMissing,
    Unreadable,
)
from blendify.fetching.provider_client import ProviderClient
from blendify.providers import PROVIDERS
from blendify.providers.application import Application
from blendify.providers.oauth2 import AuthorizationCode
from blendify.providers.provider import DEFAULT_BACKOFF, Profile, Provider
from blendify.providers.retry_after import LONGEST, retry_after
from blendify.providers.spotify.errors import classify_error
from local.simulators.frame.serving import running
from tests.unit.timeline import Timeline

SPOTIFY = PROVIDERS["spotify"]
NOW = datetime(2026, 11, 22, 18, tzinfo=UTC)

FORBIDDEN: dict[str, tuple[str, type[CollectError]]] = {
    "scope": ("Insufficient client scope", ScopeMissing),
    "not on the list": ("User not registered in the Developer Dashboard", ListenerNotAdmitted),
    "premium": ("Active premium subscription required for the owner of the app", ApplicationBlocked),
    "this list": ("Forbidden", Unreadable),
}


def nested(status: int, message: str, **more: str) -> str:
    return json.dumps({"error": {"status": status, "message": message, **more}})


def limited(value: str | None, text: str = "Too many requests") -> RateLimited:
    error = classify_error(429, {} if value is None else {"retry-after": value}, text)
    assert isinstance(error, RateLimited)
    return error


@pytest.mark.parametrize("status", [200, 201, 204])
def test_success_is_no_error(status: int) -> None:
    """A 2xx is data, whatever its text."""
    assert classify_error(status, {}, nested(429, "API rate limit exceeded")) is None


@pytest.mark.parametrize("as_json", [True, False], ids=["JSON", "plain text"])
@pytest.mark.parametrize(("message", "error_class"), FORBIDDEN.values(), ids=FORBIDDEN)
def test_four_meanings_of_403(message: str, error_class: type[CollectError], as_json: bool) -> None:
    """A missing scope, an unregistered user, a lapsed Premium and a closed list, as JSON and as plain text."""
    assert type(classify_error(403, {}, nested(403, message) if as_json else message)) is error_class


def test_messages_for_the_operator_say_what_to_repair() -> None:
    """An unregistered user and a lapsed Premium are repaired in different ways."""
    unregistered, lapsed = (classify_error(403, {}, FORBIDDEN[name][0]) for name in ("not on the list", "premium"))
    assert "list of users" in str(unregistered)
    assert "Premium" in str(lapsed)


@pytest.mark.parametrize(
    ("status", "text", "error_class"),
    [
        (400, nested(400, "Invalid limit"), RequestRefused),
        (400, nested(400, "Invalid base62 id"), NotFound),
        (401, nested(401, "The access token expired"), AccessTokenRefused),
        (401, "", AccessTokenRefused),
        (404, nested(404, "Resource not found"), NotFound),
        (405, nested(405, "Method not allowed"), RequestRefused),
        (301, "", RequestRefused),
        (500, nested(500, "Server error"), ProviderUnavailable),
        (502, "<html>Bad Gateway</html>", ProviderUnavailable),
        (503, "upstream connect error or disconnect/reset before headers", ProviderUnavailable),
        (504, "", ProviderUnavailable),
    ],
)
def test_error_class_of_a_status(status: int, text: str, error_class: type[CollectError]) -> None:
    """With a body or without."""
    assert type(classify_error(status, {}, text)) is error_class


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
def test_any_429_is_a_rate_limit(text: str) -> None:
    """As JSON, as plain text, empty, and as JSON of an unknown shape."""
    error = limited("7", text)
    assert (error.seconds, error.quota) == (7.0, False)


def test_used_up_quota_is_marked() -> None:
    """`QUOTA_EXCEEDED` makes the rate limiter wait for hours."""
    error = limited("30", nested(429, "Quota exceeded", reason="QUOTA_EXCEEDED"))
    assert (error.seconds, error.quota) == (30.0, True)
    assert "quota" in str(error)


@pytest.mark.parametrize(
    ("value", "seconds"),
    [("17", 17.0), ("0", 0.0), ("86400", 86400.0), ("1.5", 1.5), ("-3", 0.0)],
)
def test_retry_after_in_seconds(value: str, seconds: float) -> None:
    """Any number of seconds, also a day; never negative."""
    assert limited(value).seconds == seconds


@pytest.mark.parametrize(("ahead", "seconds"), [(90, 90.0), (-90, 0.0)])
def test_retry_after_as_a_date(ahead: int, seconds: float, monkeypatch: pytest.MonkeyPatch) -> None:
    """An HTTP date is the time until then; a past one is 0."""
    monkeypatch.setattr("blendify.core.times.now", lambda: NOW)
    assert limited(format_datetime(NOW + timedelta(seconds=ahead), usegmt=True)).seconds == seconds


@pytest.mark.parametrize("value", [None, "", "soon", "nan", "inf", "Thu, 99 Foo 2026 25:61:00 GMT", "12 s"])
def test_unreadable_retry_after_is_none(value: str | None) -> None:
    """Missing, garbage or beyond measure: the rate limiter's own cool-down applies."""
    assert limited(value).seconds is None


@given(st.text(max_size=40))
def test_any_retry_after_is_bounded_or_none(value: str) -> None:
    """Whatever the header has, it raises nothing."""
    seconds = retry_after(value)
    assert seconds is None or 0 <= seconds <= LONGEST


@pytest.mark.parametrize("status", [400, 401, 403, 404, 429, 500])
@pytest.mark.parametrize("shape", ["nested", "flat", "plain"])
def test_messages_have_none_of_the_providers_text(status: int, shape: str) -> None:
    """A message is shown on the dashboard: it is ours."""
    words = "<script>alert(1)</script> Bearer BQsecret"
    text = {"nested": nested(status, words), "flat": json.dumps({"error": words}), "plain": words}[shape]
    message = str(classify_error(status, {}, text))
    assert message
    assert "script" not in message
    assert "BQ" not in message


@dataclass(frozen=True)
class Style:
    """The rate limit response of a provider."""

    provider: Provider
    status: int
    text: str


def provider_with(name: str, classify_body: Callable[[int, Any], CollectError | None]) -> Provider:
    """A provider with this reading of error responses; its other properties do not matter."""

    def classify(status: int, headers: Mapping[str, str], text: str) -> CollectError | None:
        try:
            return classify_body(status, json.loads(text))
        except ValueError:
            return classify_body(status, None)

    access = AuthorizationCode(name, "/authorize", "/token")
    return Provider(name, name, access, dict, ("/me", {}), SPOTIFY.profile, SPOTIFY.links, classify)


def apple(status: int, body: Any) -> CollectError | None:
    """Errors are a list, with the status as a string; a 429 has no Retry-After."""
    errors = body.get("errors", []) if isinstance(body, dict) else []
    if status == 429 or any(error["status"] == "429" for error in errors):
        return RateLimited("Apple Music's rate limit was met", None)
    return ProviderUnavailable("Apple Music does not answer") if status >= 300 else None


def last_fm(status: int, body: Any) -> CollectError | None:
    """An error is a number in the body, also with status 200; 29 is the rate limit and has no Retry-After."""
    code = body.get("error") if isinstance(body, dict) else None
    if code == 29:
        return RateLimited("Last.fm's rate limit was met", None)
    return ProviderUnavailable("Last.fm does not answer") if code or status >= 300 else None


APPLE, LAST_FM = provider_with("apple_music", apple), provider_with("lastfm", last_fm)
TOO_MANY = json.dumps({"errors": [{"id": "X", "title": "Too Many Requests", "status": "429", "code": "42900"}]})
EXCEEDED = json.dumps({"error": 29, "message": "Rate Limit Exceeded - Your IP has made too many requests"})
STYLES = {
    "Spotify": Style(SPOTIFY, 429, nested(429, "API rate limit exceeded")),
    "Spotify, plain text": Style(SPOTIFY, 429, "Too many requests"),
    "Apple": Style(APPLE, 429, TOO_MANY),
    "Last.fm, 200": Style(LAST_FM, 200, EXCEEDED),
    "Last.fm, 403": Style(LAST_FM, 403, EXCEEDED),
}


@dataclass
class Served:
    """A provider on a socket that sends `refusals` rate limit responses first, and records the time of each call."""

    timeline: Timeline
    base: str = ""
    style: Style | None = None
    refusals: int = 0
    moments: list[datetime] = field(default_factory=list)

    async def answer(self, _: Request) -> Response:
        self.moments.append(self.timeline.now())
        if self.style and self.refusals:
            self.refusals -= 1
            return Response(self.style.text, self.style.status)
        return Response('{"items": ["one"]}')


@pytest.fixture
def served(monkeypatch: pytest.MonkeyPatch) -> Iterator[Served]:
    served = Served(Timeline())
    served.timeline.install(monkeypatch)
    with running(Starlette(routes=[Route("/list", served.answer)])) as served.base:
        yield served


def connected(provider: Provider, listener: str) -> str:
    """A listener whose connection is stored."""
    user_id, until = (
        users.find_or_create_user(provider.name, listener),
        times.now() + timedelta(hours=1),
    )
    sealed = seal(TokenSet("access", "refresh", until), provider=provider.name, user_id=user_id)
    profile = Profile(listener, listener, listener)
    connections.connect(user_id, provider.name, profile, Grant("default", (), sealed, until))
    return user_id


def read(provider: Provider, application: Application, user_id: str) -> Any:
    """One call by a new worker."""
    connection = connections.connection(user_id, provider.name)
    return ProviderClient(provider, application, connection).get("/list", {}, lambda body: body["items"])


def waits(provider: Provider, application: Application, user_id: str) -> datetime:
    """The time until which a new worker has to wait."""
    with pytest.raises(MustWait) as raised:
        read(provider, application, user_id)
    return raised.value.until


@pytest.mark.usefixtures("aws_in_memory")
@pytest.mark.parametrize("style", STYLES.values(), ids=STYLES)
def test_rate_limit_of_every_provider_starts_a_cool_down(served: Served, style: Style) -> None:
    """
    Every listener of the application waits, longer after each response in a row without Retry-After, and no call is
    made before the end. Another application of the same provider does not wait.
    """
    provider, until = style.provider, served.timeline.now()
    served.style, served.refusals = style, 4
    here = Application(provider.name, "default", "id", "secret", "uri", served.base, served.base, 0, 0)
    mine, theirs = connected(provider, "ana"), connected(provider, "bea")
    for user_id, seconds in zip((mine, theirs, mine, theirs), DEFAULT_BACKOFF, strict=False):
        earlier, until = until, waits(provider, here, user_id)
        assert served.moments[-1] >= earlier
        assert until == served.moments[-1] + timedelta(seconds=seconds)
    assert [waits(provider, here, user_id) for user_id in (mine, theirs)] == [until, until]
    assert len(served.moments) == 4

    assert read(provider, replace(here, name="other"), mine) == ["one"]
    assert served.moments[-1] < until
    served.timeline.sleep((until - served.timeline.now()).total_seconds())
    assert read(provider, here, theirs) == ["one"]
