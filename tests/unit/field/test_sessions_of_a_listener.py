"""A listener sees where they are logged in, and ends what they do not know."""

import time

import pytest

from blendify.access import bearer_tokens, sessions
from tests.unit.http_events import Browser
from tests.unit.login_flow import LISTENER, consent, finish_login, logged_in, start_login, user_of
from tests.unit.step_functions import StepFunctions
from tests.unit.visible import items
from tests.unit.world import World

pytestmark = pytest.mark.usefixtures("aws_in_memory", "machines")

SESSIONS = "api.sessions"


@pytest.fixture
def user_id(world: World) -> str:
    return world.connect()


def test_sessions_are_listed_without_their_secrets(user_id: str) -> None:
    """Oldest first; the one that asks is marked."""
    here, there = Browser({"session": sessions.begin(user_id)}), Browser({"session": sessions.begin(user_id)})
    response = here.get(SESSIONS, "/me/sessions")
    listed = response.json["items"]
    assert [set(session) for session in listed] == [{"session_id", "created_at", "expires_at", "current"}] * 2
    assert sorted(session["current"] for session in listed) == [False, True]
    assert all(browser.cookies["session"] not in response.body for browser in (here, there))


def test_another_session_is_ended(user_id: str) -> None:
    """At once, everywhere; one's own stays. Twice is a 404."""
    here, there = Browser({"session": sessions.begin(user_id)}), Browser({"session": sessions.begin(user_id)})
    (other,) = (each for each in here.get(SESSIONS, "/me/sessions").json["items"] if not each["current"])
    path = f"/me/sessions/{other['session_id']}"
    assert here.ask("DELETE", SESSIONS, path).status == 204
    assert (here.get(LISTENER, "/me").status, there.get(LISTENER, "/me").status) == (200, 401)
    assert here.ask("DELETE", SESSIONS, path).status == 404
    assert len([item for item in items() if item["sk"]["S"] == "session"]) == 1


def test_ones_own_session_is_ended_with_its_cookie(user_id: str) -> None:
    browser = Browser({"session": sessions.begin(user_id)})
    (own,) = browser.get(SESSIONS, "/me/sessions").json["items"]
    assert browser.ask("DELETE", SESSIONS, f"/me/sessions/{own['session_id']}").status == 204
    assert browser.cookies == {}


@pytest.mark.parametrize("session_id", ["", "x", "0" * 16, "session#", "x" * 3_000])
def test_an_unknown_session_is_not_there(user_id: str, session_id: str) -> None:
    """Nor does the beginning of an id end more than one."""
    browser = Browser({"session": sessions.begin(user_id)})
    assert browser.ask("DELETE", SESSIONS, f"/me/sessions/{session_id}").status == 404
    assert browser.get(LISTENER, "/me").status == 200


def test_another_listeners_session_cannot_be_ended(world: World, user_id: str) -> None:
    """404, as for one that never was there."""
    session = sessions.begin(user_id)
    stranger = Browser({"session": sessions.begin(world.connect("bea"))})
    path = f"/me/sessions/{sessions.session_id_of(session)}"
    assert stranger.ask("DELETE", SESSIONS, path).status == 404
    assert Browser({"session": session}).get(LISTENER, "/me").status == 200


def test_expired_sessions_are_not_listed(user_id: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """DynamoDB may take days to delete them."""
    sessions.begin(user_id)
    later = time.time() + sessions.LIFETIME_SECONDS + 1
    monkeypatch.setattr("blendify.access.sessions.time.time", lambda: later)
    assert sessions.list_sessions(user_id) == []


@pytest.mark.parametrize("method", ["GET", "DELETE"])
def test_a_bearer_token_neither_sees_nor_ends_sessions(user_id: str, method: str) -> None:
    """It can only read music."""
    token = bearer_tokens.create(user_id, "x")
    assert token
    path = "/me/sessions" if method == "GET" else "/me/sessions/0"
    response = Browser().ask(method, SESSIONS, path, {"Authorization": f"Bearer {token.secret}"})
    assert (response.status, response.json["error"]["code"]) == (403, "session_needed")


def test_another_site_ends_no_session(user_id: str) -> None:
    browser = Browser({"session": sessions.begin(user_id)})
    path = f"/me/sessions/{sessions.session_id_of(browser.cookies['session'])}"
    assert browser.ask("DELETE", SESSIONS, path, {"Sec-Fetch-Site": "cross-site"}).status == 403
    assert browser.get(LISTENER, "/me").status == 200


def test_connecting_more_accounts_piles_up_no_sessions(world: World, machines: StepFunctions) -> None:
    """A login of the listener who is logged in keeps their session."""
    browser = logged_in(world)
    before = browser.cookies["session"]
    browser = Browser(dict(browser.cookies))
    assert finish_login(browser, consent(start_login(browser))).status == 303
    assert browser.cookies["session"] == before
    assert len(sessions.list_sessions(user_of(browser))) == 1
