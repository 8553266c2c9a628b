"""A callback connects the listener who began the login, and nobody else; in every other case nothing is stored."""

import json
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest

from blendify.access import applications, connections, sessions
from blendify.core import aws, times
from blendify.core.settings import settings
from tests.unit import cloud
from tests.unit.http_events import Answer, Browser
from tests.unit.login_flow import CALLBACK, LISTENER, arrive, consent, depart, logged_in, user_of
from tests.unit.spotify_world import FaultKind, World, items

pytestmark = pytest.mark.usefixtures("aws_in_memory")


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, str]]:
    """What Step Functions was asked to start."""
    asked: list[dict[str, str]] = []
    machine = type("Machine", (), {"start_execution": lambda _, **wish: asked.append(wish)})()
    client = aws.client
    monkeypatch.setattr(aws, "client", lambda service: machine if service == "stepfunctions" else client(service))
    return asked


def nothing_stored(*, state: bool = True) -> None:
    """Only the login's own state and the gate may be there: no user, no connection, no session, no run, no history."""
    kinds = [item["sk"]["S"] for item in items() if item["sk"]["S"] != "gate"]
    assert kinds == (["state"] if state else [])
    assert items("history") == []


def refused(answer: Answer, status: int) -> None:
    """A page of ours with that status, which keeps nothing and starts no session."""
    assert answer.status == status
    assert answer.headers["content-type"].startswith("text/html")
    assert "<h1>" in answer.body
    assert "session" not in answer.cookies
    assert answer.headers["cache-control"] == "no-store"


def test_the_whole_login(world: World, started: list[dict[str, str]]) -> None:
    """303 to the dashboard with a session; the connection is stored, and one sync is asked for and not waited for."""
    browser = Browser()
    answer = arrive(browser, consent(depart(browser)))
    assert (answer.status, answer.location) == (303, "../../dashboard")
    assert answer.body == ""
    me = browser.get(LISTENER, "/me").json
    (connection,) = me["connections"]
    assert (connection["provider"], connection["status"], connection["display_name"]) == ("spotify", "active", "ana")
    (wish,) = started
    assert json.loads(wish["input"]) == {"user_id": me["user_id"], "provider": "spotify"}
    assert world.calls() == 1
    assert "login" not in browser.cookies


def test_the_session_is_a_cookie_that_scripts_cannot_read(world: World, started: list[Any]) -> None:
    """HttpOnly, SameSite=Lax, for the whole API and a month."""
    browser = Browser()
    cookie = arrive(browser, consent(depart(browser))).cookies["session"]
    assert (cookie["httponly"], cookie["samesite"].lower(), cookie["path"]) == (True, "lax", "/")
    assert int(cookie["max-age"]) == sessions.LIFETIME_SECONDS
    assert len(cookie.value) >= 43


def test_the_session_is_bound_to_https_where_there_is_https(
    world: World, started: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Secure and `__Host-`; the login works with such cookies as well."""
    with monkeypatch.context() as patch:
        patch.setenv("PUBLIC_URL", "https://music.example/v1")
        settings.cache_clear()
        try:
            browser = Browser()
            answer = arrive(browser, consent(depart(browser)))
        finally:
            settings.cache_clear()
    settings.cache_clear()
    cookie = answer.cookies["__Host-session"]
    assert (cookie["secure"], cookie["httponly"], cookie["path"], cookie["domain"]) == (True, True, "/", "")


def test_what_was_really_granted_is_stored(world: World, started: list[Any]) -> None:
    """A listener who unticks a scope has a connection without it."""
    world.simulator.listeners["ana"].scopes = frozenset({"user-top-read"})
    user_id = user_of(logged_in(world))
    assert connections.connection(user_id, "spotify").scopes == ("user-top-read",)


def test_a_listener_who_declines_is_told_that_it_is_fine(world: World, started: list[Any]) -> None:
    """`access_denied`: a page, the state used up, no call to the token host."""
    browser = Browser()
    sent_back = consent(depart(browser), decision="deny")
    assert sent_back["error"] == "access_denied"
    refused(arrive(browser, sent_back), 403)
    nothing_stored()
    assert "used_at" in items()[0]
    assert (world.calls("POST /api/token"), started) == (0, [])


@pytest.mark.parametrize("error", ["server_error", "<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', ""])
def test_another_error_is_not_shown(world: World, started: list[Any], error: str) -> None:
    """What stands in the address is never on the page."""
    browser = Browser()
    state = consent(depart(browser))["state"]
    answer = arrive(browser, {"error": error, "error_description": "<b>described</b>", "state": state})
    refused(answer, 502)
    assert "alert" not in answer.body
    assert "described" not in answer.body
    nothing_stored()


@pytest.mark.parametrize("state", ["", "unknown", "<script>alert(1)</script>", "x" * 5_000, "ä🎧"])
def test_a_foreign_state_is_refused(world: World, started: list[Any], state: str) -> None:
    """Missing, invented, with script in it, of any length: no token request, nothing stored, nothing repeated."""
    browser = Browser()
    sent_back = consent(depart(browser)) | {"state": state}
    answer = arrive(browser, sent_back)
    refused(answer, 400)
    assert "alert" not in answer.body
    assert sent_back["code"] not in answer.body
    nothing_stored()
    assert (world.calls("POST /api/token"), started) == (0, [])


def test_no_parameters_at_all_are_refused(world: World) -> None:
    """The bare address is a page as well."""
    refused(Browser().get(CALLBACK, "/auth/spotify/callback"), 400)
    nothing_stored(state=False)


def test_a_state_that_is_too_old_is_refused(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """After ten minutes the login has to begin again, although the item is still there."""
    browser = Browser()
    sent_back = consent(depart(browser))
    real = time.time
    with monkeypatch.context() as patch:
        patch.setattr("blendify.access.oauth_states.time.time", lambda: real() + 601)
        answer = arrive(browser, sent_back)
    refused(answer, 400)
    assert "too long" in answer.body
    nothing_stored()


def test_a_callback_that_comes_twice_connects_once(world: World, started: list[Any]) -> None:
    """The second delivery is a friendly page: no second run, no second session."""
    browser = Browser()
    sent_back = consent(depart(browser))
    cookies = dict(browser.cookies)
    assert arrive(browser, sent_back).status == 303
    before = items()
    again = arrive(Browser(cookies), sent_back)
    refused(again, 400)
    assert "used already" in again.body
    assert (items(), len(started)) == (before, 1)


def test_callbacks_that_come_at_once_connect_once(world: World, started: list[Any]) -> None:
    """Of four deliveries of the same code one goes through."""
    browser = Browser()
    sent_back = consent(depart(browser))
    arrive(Browser(), {})
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda _: arrive(Browser(dict(browser.cookies)), sent_back).status, range(4)))
    assert sorted(found) == [303, 400, 400, 400]
    assert (len(started), world.calls("POST /api/token")) == (1, 1)


@pytest.mark.parametrize("cookies", [{}, {"login": "guessed"}, {"login": ""}], ids=["none", "other", "empty"])
def test_another_browser_cannot_end_a_login(world: World, started: list[Any], cookies: dict[str, str]) -> None:
    """A link with somebody's code and state connects nobody else, and does not use the login up."""
    browser = Browser()
    sent_back = consent(depart(browser))
    refused(arrive(Browser(cookies), sent_back), 400)
    nothing_stored()
    assert world.calls("POST /api/token") == 0
    assert arrive(browser, sent_back).status == 303


def test_a_login_in_another_browser_is_not_mixed_up(world: World, started: list[Any]) -> None:
    """Victim's cookie with attacker's state, and the other way round, are refused."""
    attacker, victim = Browser(), Browser()
    foreign = consent(depart(attacker), "mallory")
    depart(victim)
    refused(arrive(victim, foreign), 400)
    assert (world.calls("POST /api/token"), started) == (0, [])


def test_another_providers_state_is_refused(world: World, started: list[Any], monkeypatch: pytest.MonkeyPatch) -> None:
    """Path and state must name the same provider: mix-up ends before any token request."""
    browser = Browser()
    sent_back = consent(depart(browser))
    (item,) = items()
    item["provider"] = {"S": "another"}
    aws.client("dynamodb").put_item(TableName="accounts", Item=item)
    refused(arrive(browser, sent_back), 400)
    nothing_stored()
    assert world.calls("POST /api/token") == 0


@pytest.mark.parametrize("change", [{"code": "wrong"}, {"code": "<script>alert(1)</script>"}], ids=str)
def test_a_wrong_code_stores_nothing(world: World, started: list[Any], change: dict[str, str]) -> None:
    """The token host refuses it: a page that says to begin again."""
    browser = Browser()
    answer = arrive(browser, consent(depart(browser)) | change)
    refused(answer, 400)
    assert "alert" not in answer.body
    nothing_stored()
    assert started == []


@pytest.mark.parametrize("code", ["", "c" * 5_000], ids=["empty", "too long"])
def test_a_code_that_is_none_stores_nothing(world: World, started: list[Any], code: str) -> None:
    """It is not even sent on."""
    browser = Browser()
    refused(arrive(browser, consent(depart(browser)) | {"code": code}), 400)
    nothing_stored()
    assert world.calls("POST /api/token") == 0


@pytest.mark.parametrize("name", ["state", "code"])
def test_a_parameter_that_comes_twice_counts_for_nothing(world: World, started: list[Any], name: str) -> None:
    """Nobody chooses between two values."""
    browser = Browser()
    sent_back = consent(depart(browser))
    refused(arrive(browser, [*sent_back.items(), (name, sent_back[name])]), 400)
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
def test_a_provider_that_fails_stores_nothing(
    world: World, started: list[Any], endpoint: str, fault: dict[str, Any]
) -> None:
    """Whatever Spotify answers instead of tokens or a profile: a page that says whose turn it is, and no half login."""
    browser = Browser()
    sent_back = consent(depart(browser))
    world.fault(endpoint, **fault)
    refused(arrive(browser, sent_back), 503)
    nothing_stored()
    assert started == []


def test_an_answer_of_another_issuer_is_refused(world: World, started: list[Any]) -> None:
    """RFC 9207: where the provider names itself, it must be the one that the login was begun with."""
    browser = Browser()
    sent_back = consent(depart(browser))
    refused(arrive(browser, {**sent_back, "iss": "https://accounts.example"}), 400)
    nothing_stored()
    assert started == []


def test_a_provider_that_is_down_stores_nothing(world: World, started: list[Any]) -> None:
    """Nobody listens at its address."""
    browser = Browser()
    sent_back = consent(depart(browser))
    cloud.application("http://127.0.0.1:9", "http://127.0.0.1:9/v1")
    refused(arrive(browser, sent_back), 503)
    nothing_stored()


def test_an_account_that_is_not_admitted_is_told_why(world: World, started: list[Any]) -> None:
    """The operator has to add the listener to the application's list of users."""
    browser = Browser()
    sent_back = consent(depart(browser))
    world.fault("GET /v1/me", status=403, body="User not registered in the Developer Dashboard")
    answer = arrive(browser, sent_back)
    assert answer.status == 503
    assert "list of users" in answer.body


def test_a_429_at_a_login_closes_the_gate(world: World, started: list[Any]) -> None:
    """The limit is the application's: what a login hears, the collectors honour."""
    browser = Browser()
    sent_back = consent(depart(browser))
    world.fault("GET /v1/me", status=429, headers={"retry-after": "3600"}, body="Too many requests")
    assert arrive(browser, sent_back).status == 503
    gates = [item for item in items() if item["pk"]["S"] == "gate#spotify#default"]
    assert len(gates) == 1
    assert int(gates[0]["cooldown_until"]["N"]) > times.milliseconds(times.now() + timedelta(minutes=59))


def test_an_application_that_lost_its_secret_is_a_page_of_the_operator(world: World, started: list[Any]) -> None:
    """As at the login's begin: 503, nothing stored, and not our own failure."""
    browser = Browser()
    sent_back = consent(depart(browser))
    secrets = aws.client("secretsmanager")
    name = "blendify/applications/spotify/default"
    row = json.loads(secrets.get_secret_value(SecretId=name)["SecretString"]) | {"client_id": ""}
    secrets.put_secret_value(SecretId=name, SecretString=json.dumps(row))
    applications.forget()
    refused(arrive(browser, sent_back), 503)
    nothing_stored()


@pytest.mark.parametrize("name", ["napster", "<script>alert(1)</script>"])
def test_an_unknown_provider_is_a_page_that_says_so(world: World, name: str) -> None:
    """404; the path is not repeated."""
    answer = Browser().get(CALLBACK, f"/auth/{name}/callback?code=a&state=b")
    assert answer.status == 404
    assert "alert" not in answer.body


@pytest.mark.parametrize("headers", [{"Host": "evil.example"}, {"X_Forwarded_Host": "evil.example"}], ids=str)
def test_a_forged_host_changes_nothing(world: World, started: list[Any], headers: dict[str, str]) -> None:
    """The redirect URI that is sent with the code, and where the listener goes next, do not depend on it."""
    browser = Browser()
    answer = arrive(browser, consent(depart(browser)), **headers)
    assert (answer.status, answer.location) == (303, "../../dashboard")
    assert "evil" not in str(answer.headers)


@pytest.mark.parametrize("name", ["next", "redirect", "return_to", "redirect_uri"])
def test_no_parameter_says_where_to_go(world: World, started: list[Any], name: str) -> None:
    """There is no open redirect."""
    browser = Browser()
    answer = arrive(browser, consent(depart(browser)) | {name: "//evil.example"})
    assert answer.location == "../../dashboard"


def test_a_page_runs_nothing_that_is_not_ours(world: World) -> None:
    """Every page's policy names its own nonce, allows no other script, no frame and no referrer."""
    answers = [Browser().get(CALLBACK, "/auth/spotify/callback") for _ in range(2)]
    for answer in answers:
        policy = answer.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "frame-ancestors 'none'" in policy
        assert "unsafe" not in policy
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert "http://" not in answer.body
        assert "https://" not in answer.body
    assert answers[0].headers["content-security-policy"] != answers[1].headers["content-security-policy"]


def test_a_sync_that_cannot_be_started_does_not_stop_the_login(world: World) -> None:
    """The listener is connected and sees a failed sync."""
    browser = logged_in(world)
    (run,) = browser.get(LISTENER, "/me/syncs").json["items"]
    assert run["status"] == "failed"
    assert "could not be started" in run["why"]


def test_a_second_login_keeps_the_user(world: World, started: list[Any]) -> None:
    """The same account is the same user, from any browser; another account is another."""
    first, second, other = logged_in(world), logged_in(world), logged_in(world, "bea")
    assert user_of(first) == user_of(second) != user_of(other)
    assert first.cookies["session"] != second.cookies["session"]


def test_a_second_login_repairs_a_dead_connection(world: World, started: list[Any]) -> None:
    """`reconnect` becomes `active`, with the new tokens."""
    user_id = user_of(logged_in(world))
    before = connections.connection(user_id, "spotify")
    connections.require_reconnect(before)
    logged_in(world)
    after = connections.connection(user_id, "spotify")
    assert after.status == connections.ACTIVE
    assert after.tokens != before.tokens
    assert after.authorized_at >= before.authorized_at
