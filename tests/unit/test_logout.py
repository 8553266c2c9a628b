"""A session ends everywhere when its listener says so, and only then."""

import pytest

from blendify.access import sessions
from blendify.core.settings import settings
from tests.unit.http_events import Browser
from tests.unit.login_flow import LISTENER, LOGOUT
from tests.unit.visible import items
from tests.unit.world import Socket, World

pytestmark = pytest.mark.usefixtures("aws_in_memory")


@pytest.fixture
def browser(behind: Socket) -> Browser:
    """A listener with a session."""
    return Browser({"session": sessions.begin(World.begin(behind).connect())})


def test_a_logout_ends_the_session_everywhere(browser: Browser) -> None:
    """303 to the start page; the cookie is deleted, and a copy of it opens nothing."""
    copy = Browser(dict(browser.cookies))
    assert copy.get(LISTENER, "/me").status == 200
    response = browser.post(LOGOUT, "/auth/logout", Sec_Fetch_Site="same-origin")
    assert (response.status, response.location) == (303, "../")
    assert response.cookies["session"]["max-age"] == "0"
    assert copy.get(LISTENER, "/me").status == 401
    assert not [item for item in items() if item["sk"]["S"] == "session"]


def test_a_logout_without_a_session_is_no_error(browser: Browser) -> None:
    """Twice is as good as once."""
    assert Browser().post(LOGOUT, "/auth/logout").status == 303
    assert browser.get(LISTENER, "/me").status == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec_Fetch_Site": "cross-site"},
        {"Sec_Fetch_Site": "same-site"},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://127.0.0.1:9999"},
        {"Origin": "https://127.0.0.1:4566"},
    ],
    ids=str,
)
def test_another_site_cannot_log_a_listener_out(browser: Browser, headers: dict[str, str]) -> None:
    """403, and the session stays valid."""
    assert browser.post(LOGOUT, "/auth/logout", **headers).status == 403
    assert browser.get(LISTENER, "/me").status == 200


@pytest.mark.parametrize("headers", [{}, {"Origin": "http://127.0.0.1:4566"}, {"Sec_Fetch_Site": "none"}], ids=str)
def test_our_own_page_may(browser: Browser, headers: dict[str, str]) -> None:
    """Same origin by either header, and a client that sends none."""
    assert browser.post(LOGOUT, "/auth/logout", **headers).status == 303


def test_without_a_public_url_the_own_origin_is_api_gateways(browser: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    """A deployment without a domain of its own compares with the address that it was called by."""
    with monkeypatch.context() as patch:
        patch.setenv("PUBLIC_URL", "")
        settings.cache_clear()
        try:
            origin = "https://abc123.execute-api.us-east-1.amazonaws.com"
            assert browser.post(LOGOUT, "/auth/logout", Origin=origin).status == 303
            assert browser.post(LOGOUT, "/auth/logout", Origin="https://evil.example").status == 403
        finally:
            settings.cache_clear()
    settings.cache_clear()


def test_a_link_cannot_log_a_listener_out(browser: Browser) -> None:
    """GET does nothing."""
    assert browser.get(LOGOUT, "/auth/logout").status == 404
    assert browser.get(LISTENER, "/me").status == 200
