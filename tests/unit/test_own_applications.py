"""A listener brings an application of their own: logins, syncs, rate limits and refusals are that application's."""

import json
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

import pytest

from blendify.access import brought_applications, connections, sessions
from blendify.access.applications import of_connection
from blendify.collecting.collector import collect
from blendify.core import aws, settings
from blendify.core.data_types import DataType, Outcome
from blendify.db.state_table import state_table
from blendify.providers import PROVIDERS
from blendify.providers.application import ApplicationMissing
from blendify.syncing.begin_sync import begin_sync
from blendify.webhooks import subscriptions
from local.template import template
from tests.unit.exports import exported
from tests.unit.http_events import Browser, HttpResponse
from tests.unit.login_flow import CALLBACK, LISTENER, consent, finish_login, logged_in, start_login, user_of
from tests.unit.sync_steps import STARTED, begun, plenty, standing
from tests.unit.visible import items
from tests.unit.world import World

pytestmark = pytest.mark.usefixtures("aws_in_memory")

OWN, LEAVE = "auth.own_applications", "api.leave"
MINE = {"client_id": "simulated-client", "client_secret": "simulated-secret"}
"""What the simulator knows. The operator's application is then another one, which it refuses."""


@pytest.fixture
def foreign(world: World) -> World:
    """The simulator does not accept the operator's application."""
    world.register(client_id="operators-client", client_secret="operators-secret")
    return world


def rule(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setenv("OWN_APPLICATIONS", text)
    settings._own_applications.cache_clear()


@pytest.fixture(autouse=True)
def rules_again() -> Any:
    settings._own_applications.cache_clear()
    yield
    settings._own_applications.cache_clear()


def put(browser: Browser, body: Any = MINE, provider: str = "spotify") -> HttpResponse:
    return browser.ask("PUT", OWN, f"/me/applications/{provider}", body=json.dumps(body))


def by_form(browser: Browser, provider: str = "spotify", **fields: str) -> HttpResponse:
    return browser.ask("POST", OWN, f"/applications/{provider}", body=urlencode({**MINE, **fields}))


def everything_stored() -> str:
    table = aws.client("dynamodb").scan(TableName="accounts")
    return repr(table["Items"])


def test_a_stranger_brings_an_application_and_is_connected_with_it(
    foreign: World, caplog: pytest.LogCaptureFixture
) -> None:
    """In one go, from the page; grant, tokens and rate limits are kept under it, its secret is nowhere in clear."""
    browser = Browser()
    page = browser.get(OWN, "/applications/spotify")
    assert page.status == 200
    assert "http://127.0.0.1:4566/v1/auth/spotify/callback" in page.body
    assert f"form-action 'self' {foreign.base}" in page.headers["content-security-policy"]
    started = by_form(browser)
    assert started.status == 303
    assert "client_id=simulated-client" in started.location
    assert finish_login(browser, consent(started.location)).status == 303
    user_id = user_of(browser)
    connection = connections.connection(user_id, "spotify")
    brought = brought_applications.current(user_id, "spotify")
    assert brought is not None
    assert connection.application == brought.name != "default"
    assert begin_sync({"user_id": user_id, "provider": "spotify"}, "arn:e", STARTED)["outcome"] == "started"
    application = of_connection(connection)
    assert application.client_secret == MINE["client_secret"]
    assert MINE["client_secret"] not in everything_stored() + repr(application) + repr(brought) + caplog.text


def test_calls_are_paced_by_the_listeners_own_gate(foreign: World, pauses: list[float]) -> None:
    """And a refusal of the application in a sync says whose it is."""
    browser = Browser()
    finish_login(browser, consent(by_form(browser).location))
    user_id = user_of(browser)
    name = connections.connection(user_id, "spotify").application
    foreign.register(client_id="operators-client", client_secret="operators-secret", calls_per_minute=60_000)
    job = begun(user_id, DataType.SAVED_ALBUMS, DataType.TOP_TRACKS)
    collect(DataType.SAVED_ALBUMS, job, plenty)
    assert standing(job, DataType.SAVED_ALBUMS).outcome is Outcome.COMPLETE
    assert state_table().get(f"gate#spotify#{name}", "gate")
    assert state_table().get("gate#spotify#default", "gate") is None
    foreign.fault("*", status=403, body="Your application is blocked: Premium subscription required for its owner")
    collect(DataType.TOP_TRACKS, job, plenty)
    assert "your own application: Spotify has stopped this application" in str(standing(job, DataType.TOP_TRACKS).why)


def test_a_listener_who_is_logged_out_comes_back_with_their_own(foreign: World) -> None:
    """Their browser knows it: the operator's application would be another one, with other users."""
    browser = Browser()
    finish_login(browser, consent(by_form(browser).location))
    user_id = user_of(browser)
    browser.cookies.pop("session")
    assert finish_login(browser, consent(start_login(browser))).status == 303
    assert user_of(browser) == user_id


def test_nobody_else_logs_in_with_a_listeners_own(foreign: World) -> None:
    """Not on the same machine either: nothing is stored, and the browser forgets whose it was."""
    browser = Browser()
    finish_login(browser, consent(by_form(browser).location))
    browser.cookies.pop("session")
    before = len(items())
    response = finish_login(browser, consent(start_login(browser), "bea"))
    assert (response.status, len(items())) == (409, before + 1)
    assert "application-spotify" not in browser.cookies
    assert "client_id=operators-client" in start_login(browser)


@pytest.mark.parametrize("value", ["x", "u1.own", "." * 9, "a" * 99 + ".own"])
def test_a_forged_cookie_opens_nothing(foreign: World, value: str) -> None:
    """The login is the operator's."""
    assert "client_id=operators-client" in start_login(Browser({"application-spotify": value}))


def test_a_stranger_who_gives_up_leaves_nothing_of_an_account(foreign: World) -> None:
    """What was given goes with the login's state: it is gone once that is used, and expires else."""
    browser = Browser()
    state = consent(by_form(browser).location, decision="deny")
    assert "brought" in everything_stored()
    assert finish_login(browser, state).status == 403
    assert "brought" not in everything_stored()


def test_a_listener_reads_theirs_back_without_the_secret(world: World) -> None:
    """PUT stores it, GET shows it, the next login uses it."""
    browser = logged_in(world)
    assert browser.get(OWN, "/me/applications/spotify").status == 404
    stored = put(browser)
    assert stored.status == 200
    assert stored.json == browser.get(OWN, "/me/applications/spotify").json
    assert stored.json | {"created_at": ""} == {
        "provider": "spotify",
        "client_id": MINE["client_id"],
        "created_at": "",
        "connected": False,
        "redirect_uri": "http://127.0.0.1:4566/v1/auth/spotify/callback",
    }
    assert finish_login(browser, consent(start_login(browser))).status == 303
    assert browser.get(OWN, "/me/applications/spotify").json["connected"] is True
    assert MINE["client_secret"] not in browser.get(LISTENER, "/account").body
    assert MINE["client_id"] in browser.get(LISTENER, "/account").body


def test_another_secret_counts_at_once_and_another_client_id_with_the_next_login(foreign: World) -> None:
    """A grant belongs to the client id to which it was given: until then that one stays."""
    browser = Browser()
    finish_login(browser, consent(by_form(browser).location))
    user_id = user_of(browser)
    first = connections.connection(user_id, "spotify").application
    put(browser, {**MINE, "client_secret": "rotated"})
    connection = connections.connection(user_id, "spotify")
    assert of_connection(connection).client_secret == "rotated"
    put(browser, {"client_id": "another", "client_secret": "other"})
    assert of_connection(connection).client_id == MINE["client_id"]
    put(browser, {"client_id": "a-third", "client_secret": "other"})
    assert {each.client_id for each in brought_applications.all_brought(user_id)} == {MINE["client_id"], "a-third"}
    put(browser)
    assert finish_login(browser, consent(start_login(browser))).status == 303
    (left,) = brought_applications.all_brought(user_id)
    assert left.name == connections.connection(user_id, "spotify").application == first


def test_removing_it_disconnects(foreign: World) -> None:
    """Secret, tokens and what was known of its pace are gone; the history stays."""
    browser = Browser()
    finish_login(browser, consent(by_form(browser).location))
    user_id = user_of(browser)
    assert "Remove and disconnect" in browser.get(LISTENER, "/account").body
    connection = connections.connection(user_id, "spotify")
    state_table().put(f"gate#spotify#{connection.application}", "gate", {"interval": 1})
    assert browser.ask("DELETE", LEAVE, "/me/applications/spotify").status == 204
    assert list(connections.connections(user_id)) == []
    assert list(brought_applications.all_brought(user_id)) == []
    assert state_table().get(f"gate#spotify#{connection.application}", "gate") is None
    assert browser.ask("DELETE", LEAVE, "/me/applications/spotify").status == 404
    with pytest.raises(ApplicationMissing, match="was removed"):
        of_connection(connection)


def test_removing_one_that_is_not_in_use_leaves_the_connection(world: World) -> None:
    """The operator's goes on."""
    browser = logged_in(world)
    put(browser)
    assert "Remove<span" in browser.get(LISTENER, "/account").body
    assert browser.ask("POST", LEAVE, "/account/applications", body="provider=spotify").status == 303
    assert len(list(connections.connections(user_of(browser)))) == 1


def test_a_refusal_names_the_listeners_own_application(foreign: World) -> None:
    """And leads back to the page where it can be mended."""
    browser = Browser()
    back = consent(by_form(browser, client_secret="wrong").location)
    response = finish_login(browser, back)
    assert response.status == 400
    assert "your own application: Spotify does not accept this application" in response.body
    assert "applications/spotify" in response.body


def test_the_operator_can_require_one(foreign: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever has none is led to the page, from a start page that offers the provider even if the operator has none."""
    rule(monkeypatch, "forbid spotify:require")
    response = Browser().get("auth.login", "/auth/spotify/login")
    assert (response.status, response.location) == (303, "../../applications/spotify")
    start = Browser().get(LISTENER, "/").body
    assert "applications/spotify" in start
    assert "applications/lastfm" not in start


def test_the_operator_can_forbid_them(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody brings one, and logins use the operator's, also of somebody who brought theirs before."""
    browser = logged_in(world)
    put(browser, {"client_id": "mine-alone", "client_secret": "x"})
    rule(monkeypatch, "forbid")
    assert put(browser).status == 403
    assert by_form(browser).status == Browser().get(OWN, "/applications/spotify").status == 404
    assert "client_id=simulated-client" in start_login(browser)


@pytest.mark.parametrize(
    "body", [{}, {"client_id": "x"}, {**MINE, "more": 1}, {**MINE, "client_id": "a b"}, {**MINE, "client_secret": 7}]
)
def test_what_cannot_be_credentials_is_refused(world: World, body: Any) -> None:
    """400, and nothing is stored."""
    browser = logged_in(world)
    assert put(browser, body).status == 400
    assert brought_applications.current(user_of(browser), "spotify") is None


def test_only_their_own_pages_and_sessions_bring_one(world: World) -> None:
    """No other site, no bearer token, and nobody for another listener."""
    assert put(Browser()).status == 401
    browser = logged_in(world)
    headers = {"sec_fetch_site": "cross-site"}
    assert browser.ask("PUT", OWN, "/me/applications/spotify", headers, json.dumps(MINE)).status == 403
    assert browser.ask("POST", OWN, "/applications/spotify", headers, urlencode(MINE)).status == 403

    for unknown in (
        put(browser, provider="napster"),
        browser.ask("GET", OWN, "/me/applications/napster"),
        browser.ask("DELETE", LEAVE, "/me/applications/napster"),
    ):
        assert (unknown.status, unknown.json["error"]["code"]) == (404, "unknown_provider")


def test_a_sealed_secret_opens_for_its_own_application_alone(world: World) -> None:
    """Moved to another provider or name it does not open, and neither do tokens."""
    brought = brought_applications.bring("spotify", "id", "secret")
    assert brought_applications.client_secret(brought) == "secret"
    moved = type(brought)("lastfm", brought.name, "id", brought.created_at, brought.sealed)
    with pytest.raises(ApplicationMissing):
        brought_applications.client_secret(moved)


@pytest.mark.parametrize("provider", PROVIDERS)
def test_every_provider_that_needs_an_application_says_how_to_register_one(provider: str) -> None:
    """With our address to the letter, and the provider's page."""
    registration = PROVIDERS[provider].registration
    assert registration is not None
    assert registration.address.startswith("https://")
    assert any("{redirect_uri}" in step for step in registration.steps)


@pytest.mark.parametrize("provider", PROVIDERS)
def test_addresses_and_limits_are_there_without_an_application_of_the_operators(provider: str) -> None:
    """A listener's own needs them."""
    name = f"/${{AWS::StackName}}/applications/{provider}/default"
    (parameter,) = (
        each
        for each in template()["Resources"].values()
        if each["Type"] == "AWS::SSM::Parameter" and each["Properties"]["Name"] == {"Fn::Sub": name}
    )
    assert "Condition" not in parameter


def test_a_listener_of_apple_music_brings_a_key(apple: World) -> None:
    """Of several lines. Our page then asks with that key; one that is none is said so at once."""
    key = apple.provider.application(apple.base)
    apple.register(client_id="", client_secret="none")
    fields = {"client_id": key["client_id"], "client_secret": key["client_secret"]}
    page = by_form(Browser(), "apple_music", **fields)
    assert page.status == 200
    assert "developer_token" in page.body


@pytest.mark.parametrize(
    ("client_id", "client_secret", "words"),
    [
        ("short", "x", "The client id must be a team id, a dot and a key id"),
        ("ABCDEFGHIJ.0123456789", "x", "the contents of its .p8 file"),
    ],
)
def test_what_could_never_log_in_is_not_stored(apple: World, client_id: str, client_secret: str, words: str) -> None:
    """By page and by API the listener reads what is wrong, and what they had before goes on."""
    browser = Browser({"session": sessions.begin(apple.connect(apple.listener))})
    for refused in (
        by_form(browser, "apple_music", client_id=client_id, client_secret=client_secret),
        put(browser, {"client_id": client_id, "client_secret": client_secret}, "apple_music"),
    ):
        assert refused.status == 400
        assert words in refused.body
        assert "You have brought" not in refused.body
    assert list(brought_applications.all_brought(user_of(browser))) == []
    apple.register()
    assert browser.get("auth.login", "/auth/apple_music/login").status == 200


def test_a_login_says_that_the_listeners_own_cannot_be_used(world: World) -> None:
    """Its secret does not open any more: that is not the operator's doing, and the page leads to where it is mended."""
    browser = logged_in(world)
    user_id = user_of(browser)
    put(browser)
    brought = brought_applications.current(user_id, "spotify")
    assert brought is not None
    brought_applications.store(user_id, replace(brought, sealed=brought_applications.bring("lastfm", "x", "y").sealed))
    response = browser.get("auth.login", "/auth/spotify/login")
    assert response.status == 409
    assert "the stored client secret cannot be opened" in response.body
    assert "applications/spotify" in response.body
    assert "operator" not in response.body


def test_callback_of_an_own_application_needs_its_login(foreign: World) -> None:
    """Without the browser's cookie nothing is exchanged."""
    browser = Browser()
    back = consent(by_form(browser).location)
    assert Browser().get(CALLBACK, f"/auth/spotify/callback?{urlencode(back)}").status == 400


def test_an_export_names_it_without_its_secret(world: World) -> None:
    """And the listener's webhooks likewise."""
    browser = logged_in(world)
    user_id = user_of(browser)
    put(browser)
    made = subscriptions.create(user_id, "https://example.org/hook")
    assert made
    account = exported(user_id).account
    text = json.dumps(account)
    assert [each["client_id"] for each in account["applications"]] == [MINE["client_id"]]
    assert [each["url"] for each in account["webhooks"]] == ["https://example.org/hook"]
    assert MINE["client_secret"] not in text
    assert "secret" not in text
    assert made[1].removeprefix("whsec_") not in text
