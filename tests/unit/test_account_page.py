"""The account page and its forms: everything that a listener decides, without script."""

import re
from datetime import timedelta
from urllib.parse import urlencode

import pytest

from blendify.access import bearer_tokens, connections, sessions, users
from blendify.core import times
from blendify.export import status
from tests.unit.http_events import Browser, HttpResponse
from tests.unit.login_flow import LISTENER
from tests.unit.step_functions import StepFunctions
from tests.unit.world import World

pytestmark = pytest.mark.usefixtures("aws_in_memory")

FORM = {"Content-Type": "application/x-www-form-urlencoded", "Sec-Fetch-Site": "same-origin"}
FORMS = [
    ("api.leave", "/account/leave", {"sure": "yes"}),
    ("api.sessions", "/account/sessions", {"session_id": "0" * 16}),
    ("api.bearer_tokens", "/account/tokens", {"name": "mine"}),
    ("api.export", "/account/export", {}),
]


def session_of(user_id: str) -> Browser:
    return Browser({"session": sessions.begin(user_id)})


def send(browser: Browser, handler: str, path: str, fields: dict[str, str], **headers: str) -> HttpResponse:
    sent = {**FORM, **{name.replace("_", "-"): value for name, value in headers.items()}}
    return browser.ask("POST", handler, path, sent, urlencode(fields))


def test_the_page_shows_the_account(world: World) -> None:
    """Connections, logins and tokens of this listener, and of no other one."""
    user_id = world.connect("ana")
    world.connect("bea")
    bearer_tokens.create(user_id, "reader")
    page = session_of(user_id).get(LISTENER, "/account").body
    for words in ("Spotify", "ana", "This browser", "reader", "Prepare a download", "Erase everything"):
        assert words in page
    assert "bea" not in page
    assert "Connect Spotify" not in page
    assert not re.search(r"<[^>]+\son\w+=|<script(?![^>]+ src=)", page)


def test_the_page_says_whose_days_are_counted(world: World) -> None:
    """The browser's time zone, once it is known."""
    user_id = world.connect()
    browser = session_of(user_id)
    assert "counted in UTC" in browser.get(LISTENER, "/account").body
    users.set_time_zone(user_id, "Europe/Berlin")
    assert "<strong>Europe/Berlin</strong>" in browser.get(LISTENER, "/account").body


@pytest.mark.parametrize("name", ["<script>alert(1)</script>", '" onload="x'])
def test_names_of_listeners_run_nothing(world: World, name: str) -> None:
    """What the provider says a listener is called is text on the page."""
    user_id = world.connect(name)
    page = session_of(user_id).get(LISTENER, "/account").body
    assert "<script>alert" not in page
    assert '" onload="' not in page


@pytest.mark.parametrize(("handler", "path", "fields"), FORMS)
def test_forms_need_our_page_and_a_session(
    world: World, machines: StepFunctions, handler: str, path: str, fields: dict[str, str]
) -> None:
    """403 for another site's, the start page for a stranger's; nothing happens."""
    browser = session_of(world.connect())
    assert send(browser, handler, path, fields, Sec_Fetch_Site="cross-site").status == 403
    stranger = send(Browser(), handler, path, fields)
    assert (stranger.status, stranger.location) == (303, "../")
    assert machines.started == []
    assert browser.get(LISTENER, "/account").status == 200


def test_an_account_is_disconnected_after_a_question(world: World) -> None:
    """The page asks what happens to the history; keeping it, the browser comes back, and the connection is gone."""
    user_id = world.connect()
    browser = session_of(user_id)
    assert "Disconnect Spotify?" in browser.get(LISTENER, "/account/leave?provider=spotify").body
    assert browser.get(LISTENER, "/account/leave?provider=lastfm").status == 404
    assert send(browser, "api.leave", "/account/leave", {"provider": "spotify"}).status == 400
    response = send(browser, "api.leave", "/account/leave", {"provider": "spotify", "history": "keep"})
    assert (response.status, response.location) == (303, "../account")
    assert list(connections.connections(user_id)) == []
    page = browser.get(LISTENER, "/account").body
    assert "Nothing is connected" in page
    assert 'href="./auth/spotify/login"' in page


def test_history_is_erased_with_its_account_if_the_listener_wants_it(world: World, machines: StepFunctions) -> None:
    """The listener stays logged in, and has the address of the receipt."""
    browser = session_of(world.connect())
    page = send(browser, "api.leave", "/account/leave", {"provider": "spotify", "history": "erase"})
    assert page.status == 200
    receipt = re.findall(r'href="\.\./(erasures/[^"]+)"', page.body)
    assert browser.get("api.leave", f"/{receipt[0]}").json["scope"] == "spotify"
    assert browser.get(LISTENER, "/account").status == 200


def test_everything_is_erased_only_by_somebody_who_is_sure(world: World, machines: StepFunctions) -> None:
    """Without the tick nothing happens; with it the listener is logged out, and has the address of the receipt."""
    user_id = world.connect()
    browser = session_of(user_id)
    assert 'name="sure" value="yes" required' in browser.get(LISTENER, "/account/leave").body
    assert send(browser, "api.leave", "/account/leave", {}).status == 400
    assert users.exists(user_id)
    page = send(browser, "api.leave", "/account/leave", {"sure": "yes"})
    assert page.status == 200
    assert re.search(r'href="\.\./erasures/[^"]+"', page.body)
    assert "session" not in browser.cookies
    assert len(machines.started) == 1


def test_sessions_end_by_form(world: World) -> None:
    """Another one and the browser stays; its own, and it is logged out."""
    user_id = world.connect()
    browser, other = session_of(user_id), session_of(user_id)
    ids = re.findall(r'name="session_id" value="(\w+)"', browser.get(LISTENER, "/account").body)
    own = sessions.session_id_of(browser.cookies["session"])
    assert ids == [own, sessions.session_id_of(other.cookies["session"])]
    response = send(browser, "api.sessions", "/account/sessions", {"session_id": ids[1]})
    assert (response.status, response.location) == (303, "../account")
    assert other.get(LISTENER, "/account").status == 303
    response = send(browser, "api.sessions", "/account/sessions", {"session_id": own})
    assert (response.status, response.location, browser.cookies) == (303, "../", {})


def test_a_token_is_made_and_revoked_by_form(world: World) -> None:
    """It is shown once, on a page that nothing keeps."""
    user_id = world.connect()
    browser = session_of(user_id)
    page = send(browser, "api.bearer_tokens", "/account/tokens", {"name": "my reader", "last_day": "2100-01-31"})
    secret = re.findall(r'value="(blendify_[^"]+)"', page.body)[0]
    assert (page.status, page.headers["cache-control"]) == (200, "no-store")
    assert bearer_tokens.user_id_of(secret) == user_id
    account = browser.get(LISTENER, "/account").body
    assert secret not in account
    assert '<time datetime="2100-02-01T11:59:59.999Z"' in account
    (token,) = bearer_tokens.list_tokens(user_id)
    assert send(browser, "api.bearer_tokens", "/account/tokens", {"token_id": token.token_id}).status == 303
    assert bearer_tokens.user_id_of(secret) is None


@pytest.mark.parametrize(
    "fields",
    [{"name": ""}, {"name": "x" * 101}, {"name": "x", "last_day": "soon"}, {"name": "x", "last_day": "2020-01-01"}],
)
def test_a_token_that_cannot_be_is_not_made(world: World, fields: dict[str, str]) -> None:
    """400, with what is allowed."""
    user_id = world.connect()
    assert send(session_of(user_id), "api.bearer_tokens", "/account/tokens", fields).status == 400
    assert list(bearer_tokens.list_tokens(user_id)) == []


def test_a_token_opens_nothing_after_its_end(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """It stays in the list, marked, until the listener removes it."""
    user_id = world.connect()
    made = bearer_tokens.create(user_id, "short", times.iso(times.now() + timedelta(hours=1)))
    assert made is not None
    assert bearer_tokens.user_id_of(made.secret) == user_id
    later = times.now() + timedelta(hours=1)
    monkeypatch.setattr(times, "now", lambda: later)
    assert bearer_tokens.user_id_of(made.secret) is None
    (token,) = bearer_tokens.list_tokens(user_id)
    assert token.ended
    assert ">ended<" in session_of(user_id).get(LISTENER, "/account").body


def test_an_export_is_asked_for_and_followed_by_form(world: World, machines: StepFunctions) -> None:
    """The page says how far it is, asks again by itself, and in the end has the link."""
    user_id = world.connect()
    browser = session_of(user_id)
    response = send(browser, "api.export", "/account/export", {})
    assert (response.status, response.location, len(machines.started)) == (303, "../account#export", 1)
    page = browser.get(LISTENER, "/account").body
    assert "Being prepared" in page
    assert "data-refresh" in page
    assert browser.get("api.export", "/account/export").location == "../account#export"
    export = status.export(user_id)
    assert export is not None
    status.finish(user_id, export.export_id, 2_500_000, {"top_tracks": 3}, 0)
    page = browser.get(LISTENER, "/account").body
    assert "2.5 MB" in page
    assert 'href="./account/export">Download</a>' in page
    download = browser.get("api.export", "/account/export")
    assert download.status == 303
    assert "blendify-" in download.location
    assert send(browser, "api.export", "/account/export", {}).status == 429
