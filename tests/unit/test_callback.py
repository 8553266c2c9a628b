"""A callback connects the listener who started the login. In every other case nothing is stored."""

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest

from blendify.access import connections, sessions
from blendify.core import aws, times
from blendify.core.settings import settings
from local.simulators.frame.faults import FaultKind
from tests.aws import aws_in_memory
from tests.unit.http_events import Browser, HttpResponse
from tests.unit.login_flow import CALLBACK, LISTENER, consent, finish_login, logged_in, start_login, user_of
from tests.unit.step_functions import StepFunctions
from tests.unit.visible import items
from tests.unit.world import World

pytestmark = pytest.mark.usefixtures("aws_in_memory", "machines")


def nothing_stored(*, state: bool = True) -> None:
    """The table has at most the login's state and the rate limiter's items; the history has none."""
    kinds = [item["sk"]["S"] for item in items() if item["sk"]["S"] != "gate"]
    assert kinds == (["state"] if state else [])
    assert items("history") == []


def refused(response: HttpResponse, status: int) -> None:
    """A page of ours with that status that is not cached and starts no session."""
    assert response.status == status
    assert response.headers["content-type"].startswith("text/html")
    assert "<h1>" in response.body
    assert "session" not in response.cookies
    assert response.headers["cache-control"] == "no-store"


def test_complete_login(world: World, machines: StepFunctions) -> None:
    """303 to the dashboard with a session; the connection is stored, and one sync is started and not waited for."""
    browser = Browser()
    response = finish_login(browser, consent(start_login(browser)))
    assert (response.status, response.location) == (303, "../../dashboard")
    assert response.body == ""
    me = browser.get(LISTENER, "/me").json
    (connection,) = me["connections"]
    assert (connection["provider"], connection["status"], connection["display_name"]) == ("spotify", "active", "ana")
    ((_, request),) = machines.started
    assert request == {"user_id": me["user_id"], "provider": "spotify"}
    assert world.calls() == 1
    assert browser.logins == {}


def test_session_cookie(world: World, machines: StepFunctions) -> None:
    """HttpOnly and SameSite=Lax, for the whole API, for a month."""
    browser = Browser()
    cookie = finish_login(browser, consent(start_login(browser))).cookies["session"]
    assert (cookie["httponly"], cookie["samesite"].lower(), cookie["path"]) == (True, "lax", "/")
    assert int(cookie["max-age"]) == sessions.LIFETIME_SECONDS
    assert len(cookie.value) >= 43


def test_session_cookie_over_https(world: World, machines: StepFunctions, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is Secure and has the prefix `__Host-`; the login works with such cookies."""
    with monkeypatch.context() as patch:
        patch.setenv("PUBLIC_URL", "https://music.example/v1")
        settings.cache_clear()
        try:
            browser = Browser()
            response = finish_login(browser, consent(start_login(browser)))
        finally:
            settings.cache_clear()
    settings.cache_clear()
    cookie = response.cookies["__Host-session"]
    assert (cookie["secure"], cookie["httponly"], cookie["path"], cookie["domain"]) == (True, True, "/", "")


def test_granted_scopes_are_stored(world: World, machines: StepFunctions) -> None:
    """A listener may untick scopes."""
    world.simulator.listeners["ana"].scopes = frozenset({"user-top-read"})
    user_id = user_of(logged_in(world))
    assert connections.connection(user_id, "spotify").scopes == ("user-top-read",)


def test_declined_consent(world: World, machines: StepFunctions) -> None:
    """`access_denied` shows a page and uses up the state; the token host is not called."""
    browser = Browser()
    sent_back = consent(start_login(browser), decision="deny")
    assert sent_back["error"] == "access_denied"
    refused(finish_login(browser, sent_back), 403)
    nothing_stored()
    assert "used_at" in items()[0]
    assert (world.calls("POST /api/token"), machines.started) == (0, [])


@pytest.mark.parametrize("error", ["server_error", "<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', ""])
def test_other_errors_are_not_shown(world: World, machines: StepFunctions, error: str) -> None:
    """The page has nothing of the address. Anybody can make an error up, so none counts as a failure of ours."""
    browser = Browser()
    state = consent(start_login(browser))["state"]
    response = finish_login(browser, {"error": error, "error_description": "<b>described</b>", "state": state})
    refused(response, 400)
    assert "alert" not in response.body
    assert "described" not in response.body
    nothing_stored()


@pytest.mark.parametrize("state", ["", "unknown", "<script>alert(1)</script>", "x" * 5_000, "ä🎧"])
def test_unknown_state_is_refused(world: World, machines: StepFunctions, state: str) -> None:
    """Missing, invented, with a script, of any length: no token request, nothing stored, nothing on the page."""
    browser = Browser()
    sent_back = consent(start_login(browser)) | {"state": state}
    response = finish_login(browser, sent_back)
    refused(response, 400)
    assert "alert" not in response.body
    assert sent_back["code"] not in response.body
    nothing_stored()
    assert (world.calls("POST /api/token"), machines.started) == (0, [])


def test_callback_without_parameters(world: World) -> None:
    """The bare address shows a page too."""
    refused(Browser().get(CALLBACK, "/auth/spotify/callback"), 400)
    nothing_stored(state=False)


def test_expired_state_is_refused(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """After ten minutes the login must be started again, although the item still exists."""
    browser = Browser()
    sent_back = consent(start_login(browser))
    real = time.time
    with monkeypatch.context() as patch:
        patch.setattr("blendify.access.oauth_states.time.time", lambda: real() + 601)
        response = finish_login(browser, sent_back)
    refused(response, 400)
    assert "too long" in response.body
    nothing_stored()


def test_repeated_callback_connects_once(world: World, machines: StepFunctions) -> None:
    """The second request shows a friendly page and starts neither a sync nor a session."""
    browser = Browser()
    sent_back = consent(start_login(browser))
    cookies = dict(browser.cookies)
    assert finish_login(browser, sent_back).status == 303
    before = items()
    again = finish_login(Browser(cookies), sent_back)
    refused(again, 400)
    assert "used already" in again.body
    assert (items(), len(machines.started)) == (before, 1)


def test_concurrent_callbacks_connect_once(world: World, machines: StepFunctions) -> None:
    """Of four requests with the same code one succeeds."""
    browser = Browser()
    sent_back = consent(start_login(browser))
    finish_login(Browser(), {})
    with ThreadPoolExecutor(4) as pool:
        statuses = list(pool.map(lambda _: finish_login(Browser(dict(browser.cookies)), sent_back).status, range(4)))
    assert sorted(statuses) == [303, 400, 400, 400]
    assert (len(machines.started), world.calls("POST /api/token")) == (1, 1)


@pytest.mark.parametrize("value", [None, "guessed", ""], ids=["none", "other", "empty"])
def test_login_must_end_in_the_browser_that_started_it(
    world: World, machines: StepFunctions, value: str | None
) -> None:
    """A link with a code and state connects no other browser, and does not use up the login."""
    browser = Browser()
    sent_back = consent(start_login(browser))
    cookies = {} if value is None else dict.fromkeys(browser.logins, value)
    refused(finish_login(Browser(cookies), sent_back), 400)
    nothing_stored()
    assert world.calls("POST /api/token") == 0
    assert finish_login(browser, sent_back).status == 303


def test_state_of_another_browsers_login_is_refused(world: World, machines: StepFunctions) -> None:
    """A victim's cookie with an attacker's state, and the reverse."""
    attacker, victim = Browser(), Browser()
    foreign = consent(start_login(attacker), "mallory")
    start_login(victim)
    refused(finish_login(victim, foreign), 400)
    assert (world.calls("POST /api/token"), machines.started) == (0, [])


def test_state_of_another_provider_is_refused(
    world: World, machines: StepFunctions, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Path and state must name the same provider; no token is requested otherwise (mix-up attack)."""
    browser = Browser()
    sent_back = consent(start_login(browser))
    (item,) = items()
    item["provider"] = {"S": "another"}
    aws.client("dynamodb").put_item(TableName="accounts", Item=item)
    refused(finish_login(browser, sent_back), 400)
    nothing_stored()
    assert world.calls("POST /api/token") == 0


@pytest.mark.parametrize("change", [{"code": "wrong"}, {"code": "<script>alert(1)</script>"}], ids=str)
def test_wrong_code_stores_nothing(world: World, machines: StepFunctions, change: dict[str, str]) -> None:
    """The token host refuses it; the page says to start again."""
    browser = Browser()
    response = finish_login(browser, consent(start_login(browser)) | change)
    refused(response, 400)
    assert "alert" not in response.body
    nothing_stored()
    assert machines.started == []


@pytest.mark.parametrize("code", ["", "c" * 5_000], ids=["empty", "too long"])
def test_impossible_code_stores_nothing(world: World, machines: StepFunctions, code: str) -> None:
    """It is not sent to the token host."""
    browser = Browser()
    refused(finish_login(browser, consent(start_login(browser)) | {"code": code}), 400)
    nothing_stored()
    assert world.calls("POST /api/token") == 0


@pytest.mark.parametrize("name", ["state", "code"])
def test_repeated_parameter_is_refused(world: World, machines: StepFunctions, name: str) -> None:
    """Which of two values counts is not guessed."""
    browser = Browser()
    sent_back = consent(start_login(browser))
    refused(finish_login(browser, [*sent_back.items(), (name, sent_back[name])]), 400)
    nothing_stored()
    assert world.calls("POST /api/token") == 0


@pytest.mark.parametrize("endpoint", ["POST /api/token", "GET /v1/me"])
@pytest.mark.parametrize(
    "fault",
    [
        {"status": 500},
        {"kind": FaultKind.HTML},
        {"kind": FaultKind.EMPTY},
        {"kind": FaultKind.RESET},
        {"status": 429, "body": "Too many requests"},
        {"status": 200, "body": []},
        {"status": 200, "body": {}},
        {"status": 403, "body": "User not registered in the Developer Dashboard"},
    ],
    ids=str,
)
def test_failing_provider_stores_nothing(
    world: World, machines: StepFunctions, endpoint: str, fault: dict[str, Any]
) -> None:
    """Whatever Spotify sends instead of tokens or profile: a page says what to do, and no half login is stored."""
    browser = Browser()
    sent_back = consent(start_login(browser))
    world.fault(endpoint, **fault)
    refused(finish_login(browser, sent_back), 503)
    nothing_stored()
    assert machines.started == []


def test_callback_of_another_issuer_is_refused(world: World, machines: StepFunctions) -> None:
    """RFC 9207: a provider that names itself must be the one of this login."""
    browser = Browser()
    sent_back = consent(start_login(browser))
    refused(finish_login(browser, {**sent_back, "iss": "https://accounts.example"}), 400)
    nothing_stored()
    assert machines.started == []


def test_unreachable_provider_stores_nothing(world: World, machines: StepFunctions) -> None:
    """No connection can be made to its address."""
    browser = Browser()
    sent_back = consent(start_login(browser))
    aws_in_memory.application("http://127.0.0.1:9", "http://127.0.0.1:9/v1")
    refused(finish_login(browser, sent_back), 503)
    nothing_stored()


def test_unregistered_account(world: World, machines: StepFunctions) -> None:
    """The operator has to add the listener to the application's list of users."""
    browser = Browser()
    sent_back = consent(start_login(browser))
    world.fault("GET /v1/me", status=403, body="User not registered in the Developer Dashboard")
    response = finish_login(browser, sent_back)
    assert response.status == 503
    assert "list of users" in response.body


def test_429_at_a_login_starts_a_cool_down(world: World, machines: StepFunctions) -> None:
    """The limit is the application's: collectors wait too."""
    browser = Browser()
    sent_back = consent(start_login(browser))
    world.fault("GET /v1/me", status=429, headers={"retry-after": "3600"}, body="Too many requests")
    assert finish_login(browser, sent_back).status == 503
    gates = [item for item in items() if item["pk"]["S"] == "gate#spotify#default"]
    assert len(gates) == 1
    assert int(gates[0]["cooldown_until"]["N"]) > times.milliseconds(times.now() + timedelta(minutes=59))


def test_application_without_credentials(world: World, machines: StepFunctions) -> None:
    """As at the start of the login: 503, nothing stored, and no error of ours."""
    browser = Browser()
    sent_back = consent(start_login(browser))
    world.register(client_id="")
    refused(finish_login(browser, sent_back), 503)
    nothing_stored()


@pytest.mark.parametrize("name", ["napster", "<script>alert(1)</script>"])
def test_unknown_provider(world: World, name: str) -> None:
    """404; the page does not repeat the path."""
    response = Browser().get(CALLBACK, f"/auth/{name}/callback?code=a&state=b")
    assert response.status == 404
    assert "alert" not in response.body


@pytest.mark.parametrize("headers", [{"Host": "evil.example"}, {"X_Forwarded_Host": "evil.example"}], ids=str)
def test_forged_host_changes_nothing(world: World, machines: StepFunctions, headers: dict[str, str]) -> None:
    """Neither the redirect URI that is sent with the code nor the next page depends on it."""
    browser = Browser()
    response = finish_login(browser, consent(start_login(browser)), **headers)
    assert (response.status, response.location) == (303, "../../dashboard")
    assert "evil" not in str(response.headers)


@pytest.mark.parametrize("name", ["next", "redirect", "return_to", "redirect_uri"])
def test_no_open_redirect(world: World, machines: StepFunctions, name: str) -> None:
    """No parameter decides the next page."""
    browser = Browser()
    response = finish_login(browser, consent(start_login(browser)) | {name: "//evil.example"})
    assert response.location == "../../dashboard"


def test_content_security_policy_of_pages(world: World) -> None:
    """Scripts and styles are files of ours; nothing in the page itself runs. No frame, no referrer, no other host."""
    response = Browser().get(CALLBACK, "/auth/spotify/callback")
    policy = response.headers["content-security-policy"]
    for source in ("default-src 'none'", "script-src 'self'", "style-src 'self'", "frame-ancestors 'none'"):
        assert f"{source};" in f"{policy};"
    assert "unsafe" not in policy
    assert "nonce" not in policy
    assert response.headers["x-content-type-options"] == "nosniff"
    assert response.headers["referrer-policy"] == "no-referrer"
    assert "http://" not in response.body
    assert "https://" not in response.body


def test_login_survives_a_sync_that_cannot_be_started(world: World, machines: StepFunctions) -> None:
    """The listener is connected and sees a failed sync."""
    machines.refuses = True
    browser = logged_in(world)
    (run,) = browser.get(LISTENER, "/me/syncs").json["items"]
    assert run["status"] == "failed"
    assert "could not be started" in run["why"]


def test_second_login_has_the_same_user(world: World, machines: StepFunctions) -> None:
    """The same account is the same user, from any browser; another account is another user."""
    first, second, other = logged_in(world), logged_in(world), logged_in(world, "bea")
    assert user_of(first) == user_of(second) != user_of(other)
    assert first.cookies["session"] != second.cookies["session"]


def test_second_login_repairs_a_connection(world: World, machines: StepFunctions) -> None:
    """`reconnect` becomes `active`, with the new tokens."""
    user_id = user_of(logged_in(world))
    before = connections.connection(user_id, "spotify")
    connections.require_reconnect(before)
    logged_in(world)
    after = connections.connection(user_id, "spotify")
    assert after.status == connections.ACTIVE
    assert after.tokens != before.tokens
    assert after.authorized_at >= before.authorized_at
