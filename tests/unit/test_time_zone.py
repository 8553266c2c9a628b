"""PUT /me keeps a time zone that exists, and makes the insights anew when it is another one."""

import json

import pytest

from blendify.access import bearer_tokens, sessions, users
from blendify.insights import queue
from tests.unit.http_events import Browser, HttpResponse
from tests.unit.insights_stories import Messages, listener

pytestmark = pytest.mark.usefixtures("aws_in_memory")


@pytest.fixture
def user_id(aws_in_memory: None) -> str:
    return listener().user_id


@pytest.fixture
def browser(user_id: str) -> Browser:
    return Browser({"session": sessions.begin(user_id)})


def put(browser: Browser, body: object, **headers: str) -> HttpResponse:
    text = body if isinstance(body, str) else json.dumps(body)
    return browser.ask("PUT", "api.time_zone", "/me", headers, text)


def test_another_time_zone_is_kept_and_asks_for_a_rebuild(browser: Browser, user_id: str, messages: Messages) -> None:
    assert browser.get("api.listener", "/me").json["time_zone"] is None
    for _ in range(2):
        response = put(browser, {"time_zone": "America/Argentina/Ushuaia"})
        assert (response.status, response.json) == (200, {"time_zone": "America/Argentina/Ushuaia"})
    assert browser.get("api.listener", "/me").json["time_zone"] == "America/Argentina/Ushuaia"
    assert [*messages.waiting.values()] == [queue.Ask(user_id, queue.REBUILD).body()]
    messages.waiting.clear()
    put(browser, {"time_zone": "America/Argentina/Ushuaia"})
    assert not messages.waiting


def test_a_browser_in_utc_changes_no_day(browser: Browser, user_id: str, messages: Messages) -> None:
    """Days are those of UTC until a browser has told its zone."""
    assert put(browser, {"time_zone": "UTC"}).status == 200
    assert users.profile(user_id)["time_zone"] == "UTC"
    assert not messages.waiting


@pytest.mark.parametrize("name", ["Europe/Atlantis", "Europe", "CET7", "a/b/c"])
def test_a_zone_that_does_not_exist_is_named_in_the_answer(browser: Browser, name: str) -> None:
    response = put(browser, {"time_zone": name})
    assert (response.status, response.json["error"]["code"]) == (400, "unknown_time_zone")
    assert name in response.json["error"]["message"]


@pytest.mark.parametrize(
    "body",
    ["", "[]", {}, {"time_zone": 1}, {"time_zone": "../../etc/passwd"}, {"time_zone": "UTC", "more": 1}, "{" * 5_000],
)
def test_what_is_no_name_changes_nothing(browser: Browser, user_id: str, body: object) -> None:
    response = put(browser, body)
    assert (response.status, response.json["error"]["code"]) == (400, "bad_request")
    assert "time_zone" not in users.profile(user_id)


def test_only_the_listener_themselves_on_our_own_site(browser: Browser, user_id: str) -> None:
    token = bearer_tokens.create(user_id, "app")
    assert token is not None
    wanted = {"time_zone": "UTC"}
    assert put(Browser(), wanted, Authorization=f"Bearer {token.secret}").status == 403
    assert put(Browser(), wanted).status == 401
    assert put(browser, wanted, Origin="https://evil.example").status == 403
    assert "time_zone" not in users.profile(user_id)
