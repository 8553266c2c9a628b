"""A callback's address comes more than once: fetched ahead of time, reloaded, by the Back button, twice at once."""

import pytest

from blendify.access import oauth_states
from blendify.access.oauth_states import PENDING_SECONDS
from tests.unit.http_events import Browser
from tests.unit.login_flow import CALLBACK, HOME, LOGIN, LOGOUT, consent, finish_login, logged_in, start_login
from tests.unit.step_functions import StepFunctions
from tests.unit.visible import items
from tests.unit.world import World

pytestmark = pytest.mark.usefixtures("aws_in_memory", "machines")

AHEAD_OF_TIME = [
    {"Sec-Purpose": "prefetch"},
    {"Sec-Purpose": "prefetch;prerender"},
    {"Sec-Purpose": "prefetch;anonymous-client-ip"},
    {"Purpose": "prefetch"},
    {"X-Purpose": "preview"},
    {"X-Moz": "Prefetch"},
    {"sec-purpose": "PREFETCH"},
]
DASHBOARD = "../../dashboard"


def dashboard(browser: Browser) -> int:
    return browser.get(HOME, "/dashboard").status


@pytest.mark.parametrize("headers", AHEAD_OF_TIME, ids=str)
def test_a_prefetched_callback_uses_nothing_up(world: World, machines: StepFunctions, headers: dict[str, str]) -> None:
    """503, which no browser shows in place of the real page: nothing is stored and asked; then the login succeeds."""
    browser = Browser()
    back = consent(start_login(browser))
    before = items()
    ahead = finish_login(browser, back, **headers)
    assert (ahead.status, ahead.headers["cache-control"], ahead.cookie_lines) == (503, "no-store", [])
    assert (items(), machines.started, world.calls("POST /api/token")) == (before, [], 0)
    assert (finish_login(browser, back).location, dashboard(browser)) == (DASHBOARD, 200)


def test_the_head_of_a_callback_uses_nothing_up(world: World, machines: StepFunctions) -> None:
    """Link checkers ask for it. There is no body."""
    browser = Browser()
    back = consent(start_login(browser))
    query = "&".join(f"{name}={value}" for name, value in back.items())
    before = items()
    head = browser.ask("HEAD", CALLBACK, f"/auth/spotify/callback?{query}")
    assert (head.status, head.body, items()) == (503, "", before)
    assert finish_login(browser, back).location == DASHBOARD


@pytest.mark.parametrize("headers", AHEAD_OF_TIME, ids=str)
def test_a_prefetched_login_begins_nothing(world: World, headers: dict[str, str]) -> None:
    """Neither a state nor a cookie, and the login that is under way goes on."""
    browser = Browser()
    back = consent(start_login(browser))
    before, cookies = items(), dict(browser.cookies)
    assert browser.ask("GET", LOGIN, "/auth/spotify/login", headers).status == 503
    assert (items(), browser.cookies) == (before, cookies)
    assert finish_login(browser, back).location == DASHBOARD


def test_a_reload_after_a_login_leads_to_the_dashboard(world: World, machines: StepFunctions) -> None:
    """However often, also ahead of time: one connection, one sync, the same session."""
    browser = Browser()
    back = consent(start_login(browser))
    finish_login(browser, back)
    before, cookies = items(), dict(browser.cookies)
    for headers in ({}, {}, {"Sec_Purpose": "prefetch"}):
        again = finish_login(browser, back, **headers)
        assert (again.status, again.location, again.cookie_lines) == (303, DASHBOARD, [])
    assert (items(), browser.cookies, len(machines.started)) == (before, cookies, 1)


def test_going_back_to_an_older_login_leads_to_the_dashboard(world: World, machines: StepFunctions) -> None:
    """Both logins of the browser have succeeded; the first one's address is in its history."""
    browser = Browser()
    first = consent(start_login(browser))
    finish_login(browser, first)
    finish_login(browser, consent(start_login(browser)))
    assert finish_login(browser, first).location == DASHBOARD


def test_a_reload_without_a_session_says_that_the_login_succeeded(world: World, machines: StepFunctions) -> None:
    """After logging out, or where the session's cookie is blocked: no session for an address that somebody copied."""
    browser = Browser()
    back = consent(start_login(browser))
    finish_login(browser, back)
    browser.post(LOGOUT, "/auth/logout")
    again = finish_login(browser, back)
    assert (again.status, again.cookie_lines) == (400, [])
    assert "It has connected your account" in again.body
    assert "allow cookies" in again.body


def test_a_reload_after_a_failed_login_does_not_look_like_success(world: World, machines: StepFunctions) -> None:
    """Also for a listener who is logged in: the second account was not connected."""
    browser = logged_in(world)
    back = consent(start_login(browser)) | {"code": "wrong"}
    assert finish_login(browser, back).status == 400
    again = finish_login(browser, back)
    assert again.status == 400
    assert "ended before you were logged in" in again.body
    assert "Please start again" in again.body


def test_a_reload_after_declining_begins_no_circle(world: World, machines: StepFunctions) -> None:
    """The page says to start again, and loads itself no more."""
    browser = Browser()
    back = consent(start_login(browser), decision="deny")
    assert finish_login(browser, back).status == 403
    again = finish_login(browser, back)
    assert "ended before you were logged in" in again.body
    assert "refresh" not in again.headers


def test_the_second_of_two_requests_waits_for_the_first(
    world: World, machines: StepFunctions, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its page loads itself again until the login has ended, for as long as the other request can live."""
    browser = Browser()
    back = consent(start_login(browser))
    cookies = dict(browser.cookies)
    now = 1_800_000_000.0
    monkeypatch.setattr("blendify.access.oauth_states.time.time", lambda: now)
    back = consent(start_login(browser))
    cookies = dict(browser.cookies)
    (secret,) = {cookies[name] for name in browser.logins} - {next(iter(cookies.values()))}
    assert oauth_states.consume(back["state"], provider="spotify", browser_secret=secret) is None
    waiting = finish_login(Browser(cookies), back)
    assert waiting.headers["refresh"] == "2"
    assert "is being finished" in waiting.body
    now += PENDING_SECONDS
    died = finish_login(Browser(cookies), back)
    assert "refresh" not in died.headers
    assert "start again" in died.body


def test_an_unknown_state_is_no_success(world: World, machines: StepFunctions) -> None:
    """A listener who is logged in still reads that the link is not one of ours."""
    browser = logged_in(world)
    answer = finish_login(browser, {"state": "made up", "code": "x"})
    assert answer.status == 400
    assert "did not start here" in answer.body
