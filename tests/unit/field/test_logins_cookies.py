"""What browsers do with cookies: keep them back, send several of one name, in several lines, with quotation marks."""

from importlib import import_module
from typing import Any

import pytest

from blendify.access import sessions
from blendify.core.settings import settings
from blendify.web.cookies import MAX_LOGINS
from tests.unit.http_events import Browser, Context, event
from tests.unit.login_flow import CALLBACK, LISTENER, LOGOUT, consent, finish_login, start_login, user_of
from tests.unit.step_functions import StepFunctions
from tests.unit.world import World

pytestmark = pytest.mark.usefixtures("aws_in_memory", "machines")


def me(headers: dict[str, str], lines: dict[str, list[str]] | None) -> Any:
    """The status of GET /me with these headers as API Gateway passes them on: the last line, and all lines."""
    request = event("GET", "/me", headers)
    request["multiValueHeaders"] = lines
    return import_module(LISTENER).handler(request, Context())["statusCode"]


@pytest.fixture
def session(world: World) -> str:
    return sessions.begin(world.connect())


def test_a_callback_without_its_cookie_says_what_to_do(world: World, machines: StepFunctions) -> None:
    """Not only "begin again": that would go on for ever. Nothing is used up, for the browser that has the cookie."""
    browser = Browser()
    back = consent(start_login(browser))
    blocked = finish_login(Browser(), back)
    assert blocked.status == 400
    assert "did not send our cookie" in blocked.body
    assert "allow them for this site" in blocked.body
    assert "Load this page again" in blocked.body
    assert finish_login(browser, back).status == 303


def test_another_logins_cookie_is_not_this_ones(world: World, machines: StepFunctions) -> None:
    """A browser that kept back this login's cookie, and has one of another login, reads the same."""
    browser, other = Browser(), Browser()
    back = consent(start_login(browser))
    start_login(other)
    assert "did not send our cookie" in finish_login(other, back).body


@pytest.mark.parametrize("order", [(0, 1), (1, 0)], ids=["in order", "crossed"])
def test_two_logins_at_once_each_stand_alone(world: World, machines: StepFunctions, order: tuple[int, int]) -> None:
    """In two tabs, ended in either order: the second one's cookie replaces nothing."""
    browser = Browser()
    backs = [consent(start_login(browser)) for _ in range(2)]
    assert len(browser.logins) == 2
    assert [finish_login(browser, backs[number]).status for number in order] == [303, 303]
    assert (browser.logins, len(machines.started)) == ({}, 2)


def test_a_declined_login_does_not_end_the_other_tabs(world: World, machines: StepFunctions) -> None:
    browser = Browser()
    declined, allowed = consent(start_login(browser), decision="deny"), consent(start_login(browser))
    assert finish_login(browser, declined).status == 403
    assert finish_login(browser, allowed).status == 303


def test_logins_without_end_do_not_make_requests_too_large(world: World, machines: StepFunctions) -> None:
    """The oldest cookies go; the newest logins still end well."""
    browser = Browser()
    backs = [consent(start_login(browser)) for _ in range(MAX_LOGINS + 3)]
    assert len(browser.logins) == MAX_LOGINS
    assert "did not send our cookie" in finish_login(browser, backs[0]).body
    assert finish_login(browser, backs[-MAX_LOGINS]).status == 303
    assert finish_login(browser, backs[-1]).status == 303


def test_all_lines_of_cookies_count(session: str) -> None:
    """API Gateway gives the last line alone as `headers`, and all of them as `multiValueHeaders`."""
    lines = [f"theme=dark; session={session}", "lang=de"]
    assert me({"Cookie": lines[-1]}, {"Cookie": lines}) == 200
    assert me({"Cookie": lines[-1]}, {"cookie": lines[::-1]}) == 200
    assert me({"Cookie": lines[0]}, None) == 200
    assert me({"Cookie": lines[1]}, None) == 401


@pytest.mark.parametrize(
    "line",
    [
        "session=old; session={}",
        "session={}; session=old",
        "session=; session={}",
        'session="{}"',
        "; ;session={};",
        "a;b; session = {} ",
        "Session=x; SESSION=y; session={}",
        "x==; =y; session={}",
    ],
)
def test_all_values_of_a_cookie_count(session: str, line: str) -> None:
    """An old cookie of the same name, empty parts, spaces, quotation marks: the valid session is found."""
    assert me({"Cookie": line.format(session)}, None) == 200


@pytest.mark.parametrize("line", ["x=1,session={}", "xsession={}", "session=x{}", "x='; session2={}"])
def test_what_is_part_of_another_cookie_does_not_count(session: str, line: str) -> None:
    """Another cookie's value can be set by another host of the same domain."""
    assert me({"Cookie": line.format(session)}, None) == 401


def test_so_many_values_are_not_all_looked_up(session: str) -> None:
    """Each costs a read."""
    line = "; ".join(f"session={number}" for number in range(50))
    assert me({"Cookie": f"{line}; session={session}"}, None) == 401


def test_a_logout_ends_every_session_that_the_browser_sends(world: World, session: str) -> None:
    other = sessions.begin(world.connect())
    browser = Browser({"session": f"{session}; session={other}"})
    browser.post(LOGOUT, "/auth/logout")
    for ended in (session, other):
        assert Browser({"session": ended}).get(LISTENER, "/me").status == 401


def test_a_login_over_https_reads_only_cookies_of_this_host(
    world: World, machines: StepFunctions, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without the prefix `__Host-` another host of the domain may have set it."""
    with monkeypatch.context() as patch:
        patch.setenv("PUBLIC_URL", "https://music.example")
        settings.cache_clear()
        try:
            browser = Browser()
            back = consent(start_login(browser))
            planted = {name.removeprefix("__Host-"): value for name, value in browser.cookies.items()}
            refused = finish_login(Browser(planted), back)
            ended = browser.get(CALLBACK, "/auth/spotify/callback?" + "&".join(f"{k}={v}" for k, v in back.items()))
            user_id = user_of(browser)
        finally:
            settings.cache_clear()
    settings.cache_clear()
    assert (refused.status, ended.status) == (400, 303)
    assert user_id
