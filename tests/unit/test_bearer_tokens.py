"""Bearer tokens: shown once, only for reading, useless once revoked."""

import json
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from typing import Any

import pytest

from blendify.access import bearer_tokens, sessions, users
from tests.unit.erasures import leave, machine
from tests.unit.http_events import Browser, HttpResponse
from tests.unit.visible import in_clear, items, logged
from tests.unit.world import World

pytestmark = pytest.mark.usefixtures("aws_in_memory", "machines")

TOKENS, READ, SYNCS, LEAVE = "api.bearer_tokens", "api.listener", "api.syncs", "api.leave"


@pytest.fixture
def user_id(world: World) -> str:
    return world.connect()


@pytest.fixture
def browser(user_id: str) -> Browser:
    return Browser({"session": sessions.begin(user_id)})


def make(browser: Browser, body: object = None, **headers: str) -> HttpResponse:
    text = body if isinstance(body, str) else json.dumps({"name": "my app"} if body is None else body)
    return browser.ask("POST", TOKENS, "/me/tokens", headers, text)


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def read(token: str, path: str = "/me") -> HttpResponse:
    """A server's request: without a cookie."""
    return Browser().ask("GET", READ, path, bearer(token))


def test_a_token_is_shown_once(browser: Browser, user_id: str) -> None:
    """201 with the secret; later only its name, id and time."""
    made = make(browser)
    assert made.status == 201
    assert set(made.json) == {"token_id", "token", "name", "created_at", "expires_at"}
    assert made.json["token"].startswith("blendify_")
    assert len(made.json["token"]) == len("blendify_") + 43
    listed = browser.get(TOKENS, "/me/tokens")
    token = {name: made.json[name] for name in ("token_id", "name", "created_at", "expires_at")}
    assert (listed.status, listed.json) == (200, {"items": [token], "next_cursor": None})
    assert made.json["token"] not in listed.body


def test_a_token_is_stored_as_a_hash(browser: Browser, caplog: pytest.LogCaptureFixture) -> None:
    """Reading the table is not enough to use it, and no log contains it."""
    token = make(browser).json["token"]
    read(token)
    assert token not in in_clear() + logged(caplog)
    assert token.removeprefix("blendify_") not in in_clear()
    assert sha256(token.encode()).hexdigest() in in_clear()
    assert token not in repr(bearer_tokens.create(users.find_or_create_user("spotify", "ana"), "x"))


@pytest.mark.parametrize("path", ["/me", "/me/syncs"])
def test_a_token_reads_as_its_listener(browser: Browser, path: str) -> None:
    """The same response as with the cookie."""
    response = read(make(browser).json["token"], path)
    assert (response.status, response.json) == (200, browser.get(READ, path).json)


@pytest.mark.parametrize("scheme", ["bearer", "BEARER", "Bearer  "])
def test_the_scheme_is_case_insensitive(browser: Browser, scheme: str) -> None:
    """RFC 9110, 11.1."""
    headers = {"Authorization": f"{scheme} {make(browser).json['token']}"}
    assert Browser().ask("GET", READ, "/me", headers).status == 200


@pytest.mark.parametrize("path", ["/me", "/me/syncs", "/me/syncs/x"])
@pytest.mark.parametrize("token", ["", "x", "blendify_", "blendify_" + "A" * 43, "blendify_\udc80"], ids=ascii)
def test_an_invalid_token_is_refused(browser: Browser, token: str, path: str) -> None:
    """401, which says that it is the token; a cookie beside the token does not help."""
    for client in (Browser(), browser):
        response = client.ask("GET", READ, path, bearer(token))
        assert (response.status, response.body) == (401, read("blendify_nobody").body)
        assert "token is not valid" in response.body
    assert "token" not in Browser().get(READ, path).body


def test_a_revoked_token_is_void_at_once(browser: Browser) -> None:
    """204, then the same 401 as one that never was; other tokens stay valid. A second revocation is a 404."""
    made, other = make(browser).json, make(browser).json
    response = browser.ask("DELETE", TOKENS, f"/me/tokens/{made['token_id']}")
    assert (response.status, response.body) == (204, "")
    revoked = read(made["token"])
    assert (revoked.status, revoked.body) == (401, read("blendify_nobody").body)
    assert read(other["token"]).status == 200
    for token_id in (made["token_id"], "x", "y" * 3_000):
        assert browser.ask("DELETE", TOKENS, f"/me/tokens/{token_id}").status == 404


def test_a_token_ends_with_its_user(browser: Browser, user_id: str) -> None:
    """It is void from the first step of the erasure, and at the end nothing of it is stored."""
    token = make(browser).json["token"]
    erasure_id = leave(user_id)
    assert read(token).body == read("blendify_nobody").body
    machine(erasure_id)
    assert not [item for item in items() if item["pk"]["S"].startswith("bearer#")]
    assert bearer_tokens.create(user_id, "too late") is None


def test_another_listeners_token_cannot_be_revoked(browser: Browser, world: World) -> None:
    """404, as for one that never existed; it stays valid."""
    made = make(browser).json
    stranger = Browser({"session": sessions.begin(world.connect("stranger"))})
    assert stranger.ask("DELETE", TOKENS, f"/me/tokens/{made['token_id']}").status == 404
    assert stranger.get(TOKENS, "/me/tokens").json["items"] == []
    assert read(made["token"]).status == 200


@pytest.mark.parametrize(
    ("method", "handler", "path"),
    [
        ("POST", SYNCS, "/me/syncs"),
        ("DELETE", LEAVE, "/me"),
        ("DELETE", LEAVE, "/me/connections/spotify"),
        ("GET", TOKENS, "/me/tokens"),
        ("POST", TOKENS, "/me/tokens"),
        ("DELETE", TOKENS, "/me/tokens/x"),
    ],
)
def test_a_token_can_only_read(browser: Browser, user_id: str, method: str, handler: str, path: str) -> None:
    """403 with the reason, also beside a session; nothing changes."""
    token, before = make(browser).json["token"], items()
    for client in (Browser(), browser):
        response = client.ask(method, handler, path, bearer(token), json.dumps({"name": "x"}))
        assert (response.status, response.json["error"]["code"]) == (403, "session_needed")
        assert "needs a session" in response.json["error"]["message"]
    assert items() == before
    assert users.exists(user_id)


def test_a_token_opens_no_page(browser: Browser) -> None:
    """Pages require a session. Another scheme of `Authorization` is ignored."""
    token = make(browser).json["token"]
    assert Browser().ask("GET", READ, "/account", bearer(token)).status == 303
    assert browser.ask("GET", READ, "/me", {"Authorization": "Basic eDp5"}).status == 200


@pytest.mark.parametrize(
    "body",
    [
        "",
        "x",
        "[]",
        "null",
        "{}",
        '"x"',
        {"name": 1},
        {"name": ""},
        {"name": " "},
        {"name": "x" * 101},
        {"nam": "x"},
        {"name": "x", "more": 1},
        {"name": "a\nb"},
        '{"name": "\\ud800"}',
        {"name": "x" * 5_000},
        "[" * 4_000,
    ],
    ids=lambda body: str(body)[:20],
)
def test_a_wrong_body_is_refused(browser: Browser, body: Any) -> None:
    """400 that says what the name may be; no token is created."""
    response = make(browser, body)
    assert (response.status, response.json["error"]["code"]) == (400, "bad_request")
    assert "name is a text of 1 to 100 characters" in response.json["error"]["message"]
    assert browser.get(TOKENS, "/me/tokens").json["items"] == []


def test_names_may_be_in_any_script(browser: Browser) -> None:
    """Only the space around a name is removed."""
    make(browser, {"name": "  Zoës <b>Äpp</b> 美咲 "})
    assert [token["name"] for token in browser.get(TOKENS, "/me/tokens").json["items"]] == ["Zoës <b>Äpp</b> 美咲"]


def test_a_user_has_at_most_twenty_tokens(browser: Browser, user_id: str) -> None:
    """However many are requested at once; a revoked token makes room."""
    with ThreadPoolExecutor(4) as pool:
        made = [token for token in pool.map(lambda _: bearer_tokens.create(user_id, "x"), range(24)) if token]
    assert len(made) == bearer_tokens.MAX_TOKENS == 20
    response = make(browser)
    assert (response.status, response.json["error"]["code"]) == (409, "too_many_tokens")
    assert browser.ask("DELETE", TOKENS, f"/me/tokens/{made[0].bearer_token.token_id}").status == 204
    assert make(browser).status == 201
    assert make(browser).status == 409


@pytest.mark.parametrize("method", ["POST", "DELETE"])
def test_another_site_can_neither_create_nor_revoke_a_token(browser: Browser, method: str) -> None:
    """403 for requests from other sites' pages."""
    token_id = make(browser).json["token_id"]
    path = "/me/tokens" if method == "POST" else f"/me/tokens/{token_id}"
    response = browser.ask(method, TOKENS, path, {"Sec-Fetch-Site": "cross-site"}, json.dumps({"name": "x"}))
    assert (response.status, response.json["error"]["code"]) == (403, "cross_origin")
    assert len(browser.get(TOKENS, "/me/tokens").json["items"]) == 1


@pytest.mark.parametrize(
    ("method", "path"), [("POST", "/me/tokens"), ("GET", "/me/tokens"), ("DELETE", "/me/tokens/x")]
)
def test_tokens_require_a_session(user_id: str, method: str, path: str) -> None:
    """401."""
    assert Browser().ask(method, TOKENS, path, None, json.dumps({"name": "x"})).status == 401
