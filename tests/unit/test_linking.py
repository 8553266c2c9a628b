"""Connecting Last.fm, and one listener with several providers: nobody takes what is another's."""

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from starlette.applications import Starlette

from blendify.access import connections, login
from blendify.core import aws
from blendify.db import keys
from blendify.db.state_table import state_table
from blendify.providers.consent import NEVER
from blendify.providers.lastfm import access
from local.aws_in_memory import application
from tests.unit import lastfm_world
from tests.unit.http_events import Browser
from tests.unit.login_flow import LISTENER, LOGOUT, consent, finish_login, logged_in, start_login, user_of
from tests.unit.spotify_world import World as Spotify
from tests.unit.spotify_world import items

pytestmark = pytest.mark.usefixtures("aws_in_memory")
Lastfm = lastfm_world.World


@pytest.fixture(scope="module")
def lastfm_behind() -> Iterator[tuple[Starlette, str]]:
    with lastfm_world.served() as app:
        yield app


@pytest.fixture
def lastfm(lastfm_behind: tuple[Starlette, str]) -> Lastfm:
    return Lastfm.begin(lastfm_behind)


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, str]]:
    """What Step Functions was asked to start."""
    asked: list[dict[str, str]] = []
    machine = type("Machine", (), {"start_execution": lambda _, **wish: asked.append(wish)})()
    client = aws.client
    monkeypatch.setattr(aws, "client", lambda service: machine if service == "stepfunctions" else client(service))
    return asked


def connected(browser: Browser, listener: str = "Ana") -> int:
    """The status with which a way through Last.fm's pages ends."""
    return finish_login(browser, consent(start_login(browser, "lastfm"), listener), "lastfm").status


def kinds(kind: str) -> list[str]:
    """The partitions of the items of this kind."""
    return sorted(item["pk"]["S"] for item in items() if item["pk"]["S"].startswith(f"{kind}#"))


def providers(browser: Browser) -> set[str]:
    return {one["provider"] for one in browser.get(LISTENER, "/me").json["connections"]}


def test_the_whole_login(lastfm: Lastfm, started: list[dict[str, str]]) -> None:
    """The token that comes back is exchanged for a session; one sync is asked for, and access has no end."""
    browser = Browser()
    address = start_login(browser, "lastfm")
    query = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
    assert address.startswith(f"{lastfm.base}/api/auth/?")
    assert set(query) == {"api_key", "cb"}
    assert query["cb"].startswith(f"{lastfm_world.CALLBACK}?state=")
    back = consent(address, "Ana")
    assert set(back) == {"state", "token"}
    answer = finish_login(browser, back, "lastfm")
    assert (answer.status, answer.location) == (303, "../../dashboard")
    (one,) = browser.get(LISTENER, "/me").json["connections"]
    assert (one["provider"], one["status"], one["display_name"]) == ("lastfm", "active", "Ana")
    assert one["access_ends_at"] is None
    assert json.loads(started[0]["input"])["provider"] == "lastfm"
    assert connections.connection(user_of(browser), "lastfm").expires_at == NEVER.replace(microsecond=999_000)


def test_a_token_is_worth_one_login(lastfm: Lastfm, started: list[Any]) -> None:
    """Another login with it is refused, and stores nothing."""
    one, two = Browser(), Browser()
    back = consent(start_login(one, "lastfm"))
    assert finish_login(one, back, "lastfm").status == 303
    state = consent(start_login(two, "lastfm"))["state"]
    answer = finish_login(two, {"state": state, "token": back["token"]}, "lastfm")
    assert answer.status == 400
    assert "Its token was wrong" in answer.body
    assert "session" not in two.cookies
    assert len(kinds("account")) == 1


@pytest.mark.parametrize("missing", ["state", "token"])
def test_what_must_come_back_must_come_back(lastfm: Lastfm, missing: str) -> None:
    """Whoever declines comes back without a token; without our state anybody could have sent them."""
    browser = Browser()
    back = {name: value for name, value in consent(start_login(browser, "lastfm")).items() if name != missing}
    assert finish_login(browser, back, "lastfm").status == 400
    assert kinds("account") == kinds("user") == []


def test_a_login_is_of_the_browser_that_began_it(lastfm: Lastfm) -> None:
    """Nobody can be made to connect somebody else's account."""
    back = consent(start_login(Browser(), "lastfm"))
    assert finish_login(Browser(), back, "lastfm").status == 400
    other = Browser()
    start_login(other, "lastfm")
    assert finish_login(other, back, "lastfm").status == 400
    assert kinds("account") == []


def test_one_providers_login_is_not_anothers(world: Spotify, lastfm: Lastfm) -> None:
    """A state is good for the provider that it was made for."""
    browser = Browser()
    back = consent(start_login(browser, "lastfm"))
    assert finish_login(browser, {"state": back["state"], "code": back["token"]}).status == 400
    assert kinds("account") == []


def test_an_application_with_a_wrong_secret_is_the_operators(lastfm: Lastfm) -> None:
    """503, and it says who can help."""
    application(f"{lastfm.base}/api/auth", f"{lastfm.base}/2.0", "lastfm", client_secret="another")
    browser = Browser()
    answer = finish_login(browser, consent(start_login(browser, "lastfm")), "lastfm")
    assert answer.status == 503
    assert "operator" in answer.body
    assert kinds("account") == []


def test_a_second_provider_is_linked_to_who_is_logged_in(
    world: Spotify, lastfm: Lastfm, started: list[dict[str, str]]
) -> None:
    """One user, two connections, a sync of each; either login finds the same user again."""
    browser = logged_in(world)
    user_id = user_of(browser)
    assert connected(browser) == 303
    assert user_of(browser) == user_id
    assert providers(browser) == {"spotify", "lastfm"}
    assert [json.loads(wish["input"])["provider"] for wish in started] == ["spotify", "lastfm"]
    later = Browser()
    assert connected(later) == 303
    assert user_of(later) == user_id
    assert len(kinds("account")) == 2


def test_who_is_logged_out_is_somebody_else(world: Spotify, lastfm: Lastfm, started: list[Any]) -> None:
    """A session that has ended links nothing."""
    browser = logged_in(world)
    user_id = user_of(browser)
    browser.post(LOGOUT, "/auth/logout", Origin="http://127.0.0.1:4566")
    assert connected(browser) == 303
    assert user_of(browser) != user_id
    assert providers(browser) == {"lastfm"}


def test_an_account_of_somebody_else_stays_theirs(world: Spotify, lastfm: Lastfm, started: list[Any]) -> None:
    """Who is logged in and comes with it is refused: nothing is stored or started, and nobody's session changes."""
    owner = Browser()
    assert connected(owner) == 303
    browser = logged_in(world, "bea")
    user_id, session, before = user_of(browser), browser.cookies["session"], len(started)
    tokens = connections.connection(user_of(owner), "lastfm").tokens
    answer = finish_login(browser, consent(start_login(browser, "lastfm"), "Ana"), "lastfm")
    assert answer.status == 409
    assert "log out" in answer.body
    assert browser.cookies["session"] == session
    assert user_of(browser) == user_id
    assert providers(browser) == {"spotify"}
    assert connections.connection(user_of(owner), "lastfm").tokens == tokens
    assert len(started) == before


def test_a_second_account_of_one_provider_is_refused(lastfm: Lastfm, started: list[Any]) -> None:
    """Two in one history could not be told apart; the first one stays connected, the other one belongs to nobody."""
    browser = Browser()
    assert connected(browser, "Ana") == 303
    tokens = connections.connection(user_of(browser), "lastfm").tokens
    assert connected(browser, "Bea") == 409
    assert connections.connection(user_of(browser), "lastfm").tokens == tokens
    assert len(kinds("account")) == 1
    other = Browser()
    assert connected(other, "Bea") == 303
    assert user_of(other) != user_of(browser)


def test_who_connects_again_while_logged_in_stays_who_they_are(lastfm: Lastfm, started: list[Any]) -> None:
    """As after an access that has ended."""
    browser = Browser()
    assert connected(browser) == 303
    user_id = user_of(browser)
    connections.require_reconnect(connections.connection(user_id, "lastfm"))
    assert connected(browser) == 303
    assert user_of(browser) == user_id
    assert connections.connection(user_id, "lastfm").status == connections.ACTIVE


def test_a_slow_provider_does_not_outlast_api_gateway() -> None:
    """Exchange and profile end within its 29 seconds, waits included."""
    assert sum(access.TIMEOUT) + sum(login.TIMEOUT) + login.LONGEST_WAIT_MS / 1000 < 29


def test_an_account_that_was_disconnected_is_still_the_only_one(lastfm: Lastfm, started: list[Any]) -> None:
    """Its history is there: another account would be mixed into it. The same one comes back."""
    browser = Browser()
    assert connected(browser, "Ana") == 303
    user_id = user_of(browser)
    connections.disconnect(user_id, "lastfm")
    assert connected(browser, "Bea") == 409
    assert connected(browser, "Ana") == 303
    assert user_of(browser) == user_id


def test_an_account_whose_user_has_left_is_free(lastfm: Lastfm, world: Spotify, started: list[Any]) -> None:
    """Who is logged in gets it, though the mark of its former user is still there."""
    owner = Browser()
    assert connected(owner) == 303
    state_table().delete(keys.user(user_of(owner)), keys.profile())
    browser = logged_in(world, "bea")
    user_id = user_of(browser)
    assert connected(browser) == 303
    assert user_of(browser) == user_id
    assert providers(browser) == {"spotify", "lastfm"}
