"""Connecting Last.fm, and one listener with several providers: an account belongs to one user."""

from urllib.parse import parse_qs, urlsplit

import pytest

from blendify.access import connections, login
from blendify.core import aws
from blendify.db import keys
from blendify.db.state_table import state_table
from blendify.providers.consent import NEVER
from blendify.providers.lastfm import access
from tests.aws.aws_in_memory import application
from tests.unit.http_events import Browser
from tests.unit.login_flow import LISTENER, LOGOUT, consent, finish_login, logged_in, start_login, user_of
from tests.unit.simulated import callback
from tests.unit.step_functions import StepFunctions
from tests.unit.visible import items
from tests.unit.world import World

pytestmark = pytest.mark.usefixtures("aws_in_memory", "machines")


def connected(browser: Browser, listener: str = "Ana") -> int:
    """The status at the end of a login through Last.fm's pages."""
    return finish_login(browser, consent(start_login(browser, "lastfm"), listener), "lastfm").status


def kinds(kind: str) -> list[str]:
    """The partitions of the items of this kind."""
    return sorted(item["pk"]["S"] for item in items() if item["pk"]["S"].startswith(f"{kind}#"))


def providers(browser: Browser) -> set[str]:
    return {connection["provider"] for connection in browser.get(LISTENER, "/me").json["connections"]}


def test_complete_login(lastfm: World, machines: StepFunctions) -> None:
    """The token of the callback is exchanged for a session; one sync is started, and the access has no end."""
    browser = Browser()
    address = start_login(browser, "lastfm")
    query = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
    assert address.startswith(f"{lastfm.base}/api/auth/?")
    assert set(query) == {"api_key", "cb"}
    assert query["cb"].startswith(f"{callback('lastfm')}?state=")
    back = consent(address, "Ana")
    assert set(back) == {"state", "token"}
    response = finish_login(browser, back, "lastfm")
    assert (response.status, response.location) == (303, "../../dashboard")
    (connection,) = browser.get(LISTENER, "/me").json["connections"]
    assert (connection["provider"], connection["status"], connection["display_name"]) == ("lastfm", "active", "Ana")
    assert connection["access_ends_at"] is None
    assert machines.inputs[0]["provider"] == "lastfm"
    assert connections.connection(user_of(browser), "lastfm").expires_at == NEVER.replace(microsecond=999_000)


def test_token_is_valid_for_one_login(lastfm: World, machines: StepFunctions) -> None:
    """A second login with it is refused and stores nothing."""
    first, second = Browser(), Browser()
    back = consent(start_login(first, "lastfm"))
    assert finish_login(first, back, "lastfm").status == 303
    state = consent(start_login(second, "lastfm"))["state"]
    response = finish_login(second, {"state": state, "token": back["token"]}, "lastfm")
    assert response.status == 400
    assert "Its token was wrong" in response.body
    assert "session" not in second.cookies
    assert len(kinds("account")) == 1


@pytest.mark.parametrize("missing", ["state", "token"])
def test_callback_needs_state_and_token(lastfm: World, missing: str) -> None:
    """A listener who declines comes back without a token; without our state the callback may be forged."""
    browser = Browser()
    back = {name: value for name, value in consent(start_login(browser, "lastfm")).items() if name != missing}
    assert finish_login(browser, back, "lastfm").status == 400
    assert kinds("account") == kinds("user") == []


def test_login_must_end_in_the_browser_that_started_it(lastfm: World) -> None:
    """A listener cannot be made to connect another's account."""
    back = consent(start_login(Browser(), "lastfm"))
    assert finish_login(Browser(), back, "lastfm").status == 400
    other = Browser()
    start_login(other, "lastfm")
    assert finish_login(other, back, "lastfm").status == 400
    assert kinds("account") == []


def test_state_of_another_provider_is_refused(world: World, lastfm: World) -> None:
    """A state is valid for the provider that it was made for."""
    browser = Browser()
    back = consent(start_login(browser, "lastfm"))
    assert finish_login(browser, {"state": back["state"], "code": back["token"]}).status == 400
    assert kinds("account") == []


def test_wrong_secret_of_the_application(lastfm: World) -> None:
    """503 with a page that names the operator as the one who can help."""
    application(f"{lastfm.base}/api/auth", f"{lastfm.base}/2.0", "lastfm", client_secret="another")
    browser = Browser()
    response = finish_login(browser, consent(start_login(browser, "lastfm")), "lastfm")
    assert response.status == 503
    assert "operator" in response.body
    assert kinds("account") == []


def test_second_provider_is_linked_to_the_logged_in_user(world: World, lastfm: World, machines: StepFunctions) -> None:
    """One user, two connections, a sync of each; either login leads to the same user."""
    browser = logged_in(world)
    user_id = user_of(browser)
    assert connected(browser) == 303
    assert user_of(browser) == user_id
    assert providers(browser) == {"spotify", "lastfm"}
    assert [request["provider"] for request in machines.inputs] == ["spotify", "lastfm"]
    later = Browser()
    assert connected(later) == 303
    assert user_of(later) == user_id
    assert {name.split("#")[1] for name in kinds("account")} == {"spotify", "lastfm"}


def test_ended_session_links_nothing(world: World, lastfm: World, machines: StepFunctions) -> None:
    """After logging out, an unknown account is a new user."""
    browser = logged_in(world)
    user_id = user_of(browser)
    browser.post(LOGOUT, "/auth/logout", Origin="http://127.0.0.1:4566")
    assert connected(browser) == 303
    assert user_of(browser) != user_id
    assert providers(browser) == {"lastfm"}


def test_account_of_another_user_is_refused(world: World, lastfm: World, machines: StepFunctions) -> None:
    """Nothing is stored or started, and the sessions and tokens of both users stay as they are."""
    owner = Browser()
    assert connected(owner) == 303
    browser = logged_in(world, "bea")
    user_id, session, before = user_of(browser), browser.cookies["session"], len(machines.started)
    tokens = connections.connection(user_of(owner), "lastfm").tokens
    response = finish_login(browser, consent(start_login(browser, "lastfm"), "Ana"), "lastfm")
    assert response.status == 409
    assert "log out" in response.body
    assert browser.cookies["session"] == session
    assert user_of(browser) == user_id
    assert providers(browser) == {"spotify"}
    assert connections.connection(user_of(owner), "lastfm").tokens == tokens
    assert len(machines.started) == before


def test_second_account_of_one_provider_is_refused(lastfm: World, machines: StepFunctions) -> None:
    """One history could not tell two apart. The first stays connected; the second belongs to no user yet."""
    browser = Browser()
    assert connected(browser, "Ana") == 303
    tokens = connections.connection(user_of(browser), "lastfm").tokens
    assert connected(browser, "Bea") == 409
    assert connections.connection(user_of(browser), "lastfm").tokens == tokens
    assert len(kinds("account")) == 1
    other = Browser()
    assert connected(other, "Bea") == 303
    assert user_of(other) != user_of(browser)


def test_reconnecting_while_logged_in(lastfm: World, machines: StepFunctions) -> None:
    """The user is the same, and the connection is active again."""
    browser = Browser()
    assert connected(browser) == 303
    user_id = user_of(browser)
    connections.require_reconnect(connections.connection(user_id, "lastfm"))
    assert connected(browser) == 303
    assert user_of(browser) == user_id
    assert connections.connection(user_id, "lastfm").status == connections.ACTIVE


def test_login_ends_within_api_gateways_limit() -> None:
    """Waits, exchange, profile and the start of a sync take less than 29 seconds."""
    calls = sum(access.TIMEOUT) + sum(login.TIMEOUT) + sum(aws.HURRIED_SECONDS)
    assert calls + login.LONGEST_WAIT_MS / 1000 < 29


def test_disconnected_account_can_only_be_reconnected(lastfm: World, machines: StepFunctions) -> None:
    """Its history is there, and another account would be mixed into it."""
    browser = Browser()
    assert connected(browser, "Ana") == 303
    user_id = user_of(browser)
    connections.disconnect(user_id, "lastfm")
    assert connected(browser, "Bea") == 409
    assert connected(browser, "Ana") == 303
    assert user_of(browser) == user_id


def test_account_of_an_erased_user_can_be_linked(lastfm: World, world: World, machines: StepFunctions) -> None:
    """Although the account's item still names the former user."""
    owner = Browser()
    assert connected(owner) == 303
    state_table().delete(keys.user(user_of(owner)), keys.profile())
    browser = logged_in(world, "bea")
    user_id = user_of(browser)
    assert connected(browser) == 303
    assert user_of(browser) == user_id
    assert providers(browser) == {"spotify", "lastfm"}
