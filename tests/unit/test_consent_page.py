"""Connecting on our own consent page: what it shows, what it may run, and whom its form connects."""

import json
import re
from base64 import urlsafe_b64decode
from urllib.parse import urlencode

import pytest

from blendify.access import connections
from blendify.web.callback import MAX_VALUE_CHARACTERS
from blendify.web.parameters import MAX_FORM_CHARACTERS
from tests.unit.consent_page import ADDRESS, approved, opened, post
from tests.unit.http_events import Browser, HttpResponse
from tests.unit.login_flow import CALLBACK, LISTENER, LOGIN, LOGOUT, logged_in, user_of
from tests.unit.simulated import ORIGIN
from tests.unit.step_functions import StepFunctions
from tests.unit.visible import items
from tests.unit.world import World

pytestmark = pytest.mark.usefixtures("aws_in_memory", "machines")


def connected(world: World, browser: Browser, listener: str = "Ana") -> HttpResponse:
    """A complete login."""
    _, state, parameters = opened(browser)
    return post(browser, {"state": state, "music_user_token": approved(world, parameters, listener)})


def kinds() -> list[str]:
    return sorted({item["pk"]["S"].partition("#")[0] for item in items()})


def refused(response: HttpResponse, status: int) -> None:
    """One of our pages, and no connection is stored."""
    assert response.status == status, response.body
    assert "<h1>" in response.body
    assert "session" not in response.cookies
    assert set(kinds()) <= {"state", "gate"}


def test_the_whole_login(apple: World, machines: StepFunctions) -> None:
    """303 to the dashboard with a session; the connection is stored, and one sync is asked for and not waited for."""
    browser = Browser()
    response = connected(apple, browser)
    assert (response.status, response.location, response.body) == (303, "../../dashboard", "")
    me = browser.get(LISTENER, "/me").json
    (connection,) = me["connections"]
    assert (connection["provider"], connection["status"]) == ("apple_music", "active")
    assert connection["display_name"] == "Apple Music, Sweden"
    assert connection["access_ends_at"] is not None
    ((_, request),) = machines.started
    assert request == {"user_id": me["user_id"], "provider": "apple_music"}
    assert browser.logins == {}


def test_the_page_runs_our_script_and_the_providers(apple: World) -> None:
    """Scripts are files of ours or of the provider; no site may frame the page; it posts to our origin and names it."""
    page, _, _ = opened(Browser())
    policy = page.headers["content-security-policy"]
    parts = dict(part.strip().partition(" ")[::2] for part in policy.split(";"))
    assert parts["script-src"].split() == ["'self'", apple.base]
    assert (parts["default-src"], parts["form-action"], parts["style-src"]) == ("'none'", "'self'", "'self'")
    assert (parts["frame-ancestors"], parts["base-uri"]) == ("'none'", "'none'")
    assert {"'self'", apple.base} <= set(parts["connect-src"].split())
    assert "unsafe" not in policy
    assert page.headers["referrer-policy"] == "same-origin"
    assert page.headers["cross-origin-opener-policy"] == "same-origin-allow-popups"
    assert page.headers["cache-control"] == "no-store"
    assert re.findall(r"<script(?! (?:defer|type=\"module\") src=)|\son\w+=|javascript:", page.body) == []


def test_the_page_can_be_read_and_used_by_everybody(apple: World) -> None:
    """A heading, a button that is one, a status that is read out, words for those without JavaScript."""
    page = opened(Browser())[0].body
    assert page.count("<h1>Connect Apple Music</h1>") == 1
    assert '<button id="ask" type="button"' in page
    assert 'role="status"' in page
    assert "<noscript>" in page


def test_the_page_gets_a_token_that_only_it_can_use(apple: World) -> None:
    """Short-lived, and of this origin alone; the key stays here."""
    page, _, parameters = opened(Browser())
    assert list(parameters) == ["developer_token"]
    claims = json.loads(urlsafe_b64decode(parameters["developer_token"].split(".")[1] + "=="))
    assert claims["origin"] == [ORIGIN]
    assert claims["exp"] - claims["iat"] == 3600
    accepts = apple.simulator.developer_tokens.accepts
    assert accepts(parameters["developer_token"], ORIGIN)
    assert not accepts(parameters["developer_token"], "https://evil.example")
    assert "PRIVATE" not in page.body


def test_a_logged_in_listener_is_not_warned(apple: World, machines: StepFunctions) -> None:
    """All others read that a new history begins, because the provider does not identify listeners."""
    browser = Browser()
    assert "does not tell us who you are" in opened(browser)[0].body
    connected(apple, browser)
    assert "does not tell us who you are" not in opened(browser)[0].body


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
    ids=str,
)
def test_another_sites_page_posts_in_vain(apple: World, machines: StepFunctions, headers: dict[str, str]) -> None:
    """Not even the state is used up: the listener's own page still works."""
    browser = Browser()
    _, state, parameters = opened(browser)
    fields = {"state": state, "music_user_token": approved(apple, parameters)}
    refused(post(browser, fields, **headers), 403)
    assert post(browser, fields).status == 303


def test_a_state_is_good_once(apple: World, machines: StepFunctions) -> None:
    """Whatever token is sent the second time."""
    browser = Browser()
    _, state, parameters = opened(browser)
    login = dict(browser.cookies)
    assert post(browser, {"state": state, "music_user_token": approved(apple, parameters)}).status == 303
    again = post(Browser(login), {"state": state, "music_user_token": approved(apple, parameters, "Ben")})
    assert again.status == 400
    assert "session" not in again.cookies
    assert kinds().count("account") == 1


def test_a_login_is_of_the_browser_that_began_it(apple: World) -> None:
    """A form from another person logs nobody in to that person's account."""
    _, state, parameters = opened(Browser())
    other = Browser()
    opened(other)
    refused(post(other, {"state": state, "music_user_token": approved(apple, parameters)}), 400)
    refused(post(Browser(), {"state": state, "music_user_token": approved(apple, parameters)}), 400)


def test_one_providers_state_is_not_anothers(world: World, apple: World) -> None:
    browser = Browser()
    browser.get(LOGIN, "/auth/spotify/login")
    refused(post(browser, {"state": "x" * 43, "music_user_token": apple.consent("Ana").tokens.access_token}), 400)
    browser.get(LOGIN, "/auth/spotify/login")
    refused(browser.ask("POST", CALLBACK, "/auth/spotify/callback", {"Origin": ORIGIN}, "state=x&code=y"), 400)


def test_a_token_in_an_address_is_refused(apple: World) -> None:
    """Addresses are logged by whatever they pass; the state is still good for the form."""
    browser = Browser()
    _, state, parameters = opened(browser)
    query = urlencode({"state": state, "music_user_token": approved(apple, parameters)})
    refused(browser.get(CALLBACK, f"{ADDRESS}?{query}"), 400)
    refused(browser.ask("POST", CALLBACK, f"{ADDRESS}?{query}", {"Origin": ORIGIN}, ""), 400)


@pytest.mark.parametrize(
    "token",
    ["", "short", "0." + "a" * MAX_VALUE_CHARACTERS, "0.line\r\nX-Header: 1 and more", "0.not-ascii-ü-and-more-of-it"],
    ids=["none", "short", "oversized", "header", "foreign"],
)
def test_what_can_be_no_token_is_not_used(apple: World, machines: StepFunctions, token: str) -> None:
    """No call is made with it."""
    browser = Browser()
    _, state, _ = opened(browser)
    refused(post(browser, {"state": state, "music_user_token": token}), 400)
    assert apple.calls("/me/") == 0
    assert machines.started == []


def test_a_body_that_no_page_of_ours_sends_is_not_read(apple: World) -> None:
    """Too long, too many fields, no form at all, or a field twice."""
    browser = Browser()
    _, state, parameters = opened(browser)
    fields = {"state": state, "music_user_token": approved(apple, parameters)}
    refused(post(browser, urlencode({**fields, "more": "x" * MAX_FORM_CHARACTERS})), 400)
    refused(post(browser, urlencode({**fields, **{f"f{number}": "x" for number in range(30)}})), 400)
    refused(post(browser, json.dumps(fields)), 400)
    refused(post(browser, f"{urlencode(fields)}&state=another"), 400)


def test_a_token_unknown_to_the_provider_connects_nothing(apple: World) -> None:
    browser = Browser()
    _, state, _ = opened(browser)
    response = post(browser, {"state": state, "music_user_token": "0.invented-but-of-the-right-form"})
    refused(response, 400)
    assert "did not accept" in response.body


def test_a_listener_who_declines_reads_that_nothing_happened(apple: World, machines: StepFunctions) -> None:
    browser = Browser()
    _, state, _ = opened(browser)
    response = post(browser, {"state": state, "error": "access_denied"})
    refused(response, 403)
    assert "did not give access" in response.body
    assert (machines.started, apple.calls("/me/")) == ([], 0)


@pytest.mark.parametrize(
    "wrong",
    [{"client_id": "."}, {"client_id": "TEAM.KEY"}, {"client_secret": "bm8ga2V5"}, {"client_secret": "!"}],
    ids=["empty", "short", "other", "text"],
)
def test_an_application_that_cannot_be_used_is_the_operators(apple: World, wrong: dict[str, str]) -> None:
    """The page says so and shows no part of the key; no login starts."""
    apple.register(**wrong)
    response = Browser().get(LOGIN, "/auth/apple_music/login")
    refused(response, 503)
    assert "cannot be connected here yet" in response.body
    assert kinds() == []


def test_a_new_consent_renews_the_connection_of_the_session(apple: World, machines: StepFunctions) -> None:
    """The session identifies the user, because the provider does not; the same history even after a disconnection."""
    browser = Browser()
    connected(apple, browser)
    user_id = user_of(browser)
    before = connections.connection(user_id, "apple_music")
    connections.require_reconnect(before)
    connected(apple, browser)
    after = connections.connection(user_id, "apple_music")
    assert (user_of(browser), after.status, after.account_id) == (user_id, connections.ACTIVE, before.account_id)
    assert after.tokens != before.tokens
    connections.disconnect(user_id, "apple_music")
    connected(apple, browser)
    assert connections.connection(user_id, "apple_music").account_id == before.account_id


def test_a_login_without_a_session_makes_a_new_user(apple: World, machines: StepFunctions) -> None:
    """Listeners of the same storefront do not share a history."""
    first, second = Browser(), Browser()
    connected(apple, first)
    connected(apple, second)
    assert user_of(first) != user_of(second)


def test_a_connection_is_linked_to_the_session(world: World, apple: World, machines: StepFunctions) -> None:
    """A second provider of the same user; logged in again by the first one, a new consent finds the connection."""
    browser = logged_in(world)
    user_id = user_of(browser)
    connected(apple, browser)
    browser.post(LOGOUT, "/auth/logout")
    browser = logged_in(world)
    connected(apple, browser)
    assert user_of(browser) == user_id
    connections_of = browser.get(LISTENER, "/me").json["connections"]
    assert {connection["provider"] for connection in connections_of} == {"spotify", "apple_music"}
