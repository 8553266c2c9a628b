"""What somebody without an account can do to listeners: take their quota, or add an account to their history."""

import re
from collections.abc import Callable
from html import unescape
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

from blendify.access.applications import application as configured
from blendify.calling.rate_limiter import MAX_QUEUE_MS, RateLimiter
from blendify.core import times
from tests.aws.aws_in_memory import application
from tests.unit import consent_page
from tests.unit.http_events import Browser, HttpResponse
from tests.unit.login_flow import (
    CALLBACK,
    LISTENER,
    LOGIN,
    LOGOUT,
    consent,
    finish_login,
    logged_in,
    start_login,
    user_of,
)
from tests.unit.step_functions import StepFunctions
from tests.unit.visible import items
from tests.unit.world import World

pytestmark = pytest.mark.usefixtures("aws_in_memory", "machines")

OWN = "http://127.0.0.1:4566"
PACE = 80
ATTEMPTS = 5
BY_ANOTHER_SITE = [
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
    {"Referer": "https://evil.example/"},
]
BY_OUR_OWN = [{}, {"Sec-Fetch-Site": "same-origin"}, {"Sec-Fetch-Site": "none"}, {"Referer": f"{OWN}/v1/dashboard"}]


def ahead(provider: str) -> float:
    """How many seconds the next free slot of the provider's application is ahead."""
    for item in items():
        if item["pk"]["S"] == f"gate#{provider}#default" and "next_slot_at" in item:
            return float(item["next_slot_at"]["N"]) / 1000 - times.now().timestamp()
    return 0.0


def made_up(provider: str, parameter: str) -> Callable[[Browser], int]:
    """A callback with a made-up code or token and everything else as it should be; answers the status."""

    def come_back(browser: Browser) -> int:
        address = start_login(browser, provider)
        query = parse_qs(urlsplit(address).query)
        state = (query.get("state") or parse_qs(urlsplit(query["cb"][0]).query)["state"])[0]
        return finish_login(browser, {"state": state, parameter: "made-up-by-somebody"}, provider).status

    return come_back


@pytest.mark.usefixtures("stopped_clock")
def test_made_up_codes_take_nothing_of_the_quota(world: World) -> None:
    """Each costs its sender two requests. A listener's sync does not wait for them, and others still log in."""
    application(world.base, f"{world.base}/v1", calls_per_minute=PACE)
    come_back = made_up("spotify", "code")
    assert [come_back(Browser()) for _ in range(ATTEMPTS)] == [400] * ATTEMPTS
    assert ahead("spotify") == 0
    logged_in(world)
    assert 0 < ahead("spotify") <= 60 / PACE


@pytest.mark.usefixtures("stopped_clock")
def test_made_up_tokens_of_lastfm_take_nothing_of_the_quota(lastfm: World) -> None:
    lastfm.register(calls_per_minute=PACE)
    come_back = made_up("lastfm", "token")
    assert [come_back(Browser()) for _ in range(ATTEMPTS)] == [400] * ATTEMPTS
    assert ahead("lastfm") == 0


@pytest.mark.usefixtures("stopped_clock")
def test_made_up_tokens_of_apple_music_take_nothing_of_the_quota(apple: World) -> None:
    """Any twenty characters: the first call shows that they are none."""
    apple.register(calls_per_minute=PACE)
    for _ in range(ATTEMPTS):
        browser = Browser()
        _, state, _ = consent_page.opened(browser)
        answer = consent_page.post(browser, {"state": state, "music_user_token": "0.made-up-by-somebody"})
        assert answer.status == 400
    assert ahead("apple_music") == 0


@pytest.mark.usefixtures("stopped_clock")
def test_logins_do_not_jump_a_queue_without_end(world: World, machines: StepFunctions) -> None:
    """Real accounts can come in numbers too: 503 with the time to come back, and nothing is used up."""
    application(world.base, f"{world.base}/v1", calls_per_minute=PACE)
    limiter = RateLimiter(configured("spotify"), None)
    while ahead("spotify") < MAX_QUEUE_MS / 1000 + 5:
        limiter.count_call()
    browser, before = Browser(), ahead("spotify")
    answer = finish_login(browser, consent(start_login(browser)))
    assert answer.status == 503
    assert 1 <= int(answer.headers["retry-after"]) <= 7
    assert "Please connect again in a minute" in answer.body
    assert ahead("spotify") <= before
    assert world.calls("POST /api/token") == 0


@pytest.mark.usefixtures("stopped_clock")
def test_a_login_still_jumps_the_queue_of_a_first_sync(world: World, machines: StepFunctions) -> None:
    """Syncs alone make it as long as a worker sleeps."""
    application(world.base, f"{world.base}/v1", calls_per_minute=PACE)
    limiter = RateLimiter(configured("spotify"), None)
    while ahead("spotify") < 20:
        limiter.count_call()
    logged_in(world)


def begun(browser: Browser, provider: str, headers: dict[str, str]) -> str:
    """The provider's address, for a login that began with these headers."""
    return browser.ask("GET", LOGIN, f"/auth/{provider}/login", headers).location


def form_of(page: HttpResponse) -> dict[str, str]:
    """The fields of the page's form."""
    fields = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', page.body)
    return {name: unescape(value) for name, value in fields}


def send(browser: Browser, fields: dict[str, str], provider: str = "lastfm", **headers: str) -> HttpResponse:
    sent = {"Origin": OWN, "Content-Type": "application/x-www-form-urlencoded", **headers}
    return browser.ask("POST", CALLBACK, f"/auth/{provider}/callback", sent, urlencode(fields))


def connected(browser: Browser) -> set[str]:
    return {connection["provider"] for connection in browser.get(LISTENER, "/me").json["connections"]}


@pytest.mark.parametrize("headers", BY_ANOTHER_SITE, ids=str)
def test_a_login_that_another_site_began_adds_nothing_unasked(
    world: World, lastfm: World, machines: StepFunctions, headers: dict[str, str]
) -> None:
    """The page names the listener. Nothing is used up or stored until they say yes, and then the account is theirs."""
    browser = logged_in(world)
    user_id, back = user_of(browser), consent(begun(browser, "lastfm", headers))
    before = items()
    page = finish_login(browser, back, "lastfm")
    assert page.status == 200
    assert "Add Last.fm to your history?" in page.body
    assert "ana (Spotify)" in page.body
    assert page.headers["referrer-policy"] == "same-origin"
    assert finish_login(browser, back, "lastfm").status == 200
    assert (items(), connected(browser)) == (before, {"spotify"})
    answer = send(browser, form_of(page))
    assert (answer.status, answer.location, connected(browser)) == (303, "../../dashboard", {"spotify", "lastfm"})
    assert user_of(browser) == user_id


@pytest.mark.parametrize("headers", BY_OUR_OWN, ids=str)
def test_a_login_that_began_on_our_own_page_asks_no_more(
    world: World, lastfm: World, machines: StepFunctions, headers: dict[str, str]
) -> None:
    """The listener has pressed our button."""
    browser = logged_in(world)
    assert finish_login(browser, consent(begun(browser, "lastfm", headers)), "lastfm").status == 303
    assert connected(browser) == {"spotify", "lastfm"}


def test_two_tabs_before_the_first_login_end_on_one_dashboard(
    world: World, lastfm: World, machines: StepFunctions
) -> None:
    """The listener began both here, and nobody was logged in: the second account joins the first one's history."""
    browser = Browser()
    spotify, other = consent(start_login(browser)), consent(start_login(browser, "lastfm"))
    assert finish_login(browser, spotify).status == 303
    assert finish_login(browser, other, "lastfm").status == 303
    assert connected(browser) == {"spotify", "lastfm"}


def test_a_login_that_another_listener_began_asks_first(world: World, lastfm: World, machines: StepFunctions) -> None:
    """On a shared computer: one began it, the other is logged in when it ends."""
    browser = logged_in(world)
    back = consent(start_login(browser, "lastfm"))
    browser.post(LOGOUT, "/auth/logout")
    browser.cookies |= logged_in(world, "bea").cookies
    page = finish_login(browser, back, "lastfm")
    assert page.status == 200
    assert "bea (Spotify)" in page.body
    assert connected(browser) == {"spotify"}


def test_another_sites_login_without_a_session_is_a_login(world: World, machines: StepFunctions) -> None:
    """Such as a link in a blog: there is no history to which something could be added."""
    browser = Browser()
    back = consent(begun(browser, "spotify", {"Sec-Fetch-Site": "cross-site"}))
    assert finish_login(browser, back).status == 303


@pytest.mark.parametrize("headers", [{"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}], ids=str)
def test_another_site_cannot_say_yes(
    world: World, lastfm: World, machines: StepFunctions, headers: dict[str, str]
) -> None:
    browser = logged_in(world)
    page = finish_login(browser, consent(begun(browser, "lastfm", BY_ANOTHER_SITE[0])), "lastfm")
    assert send(browser, form_of(page), **headers).status == 403
    assert connected(browser) == {"spotify"}


def test_yes_is_said_in_the_form_and_for_one_listener(world: World, lastfm: World, machines: StepFunctions) -> None:
    """Not in an address, which anybody can write, and not for whoever has logged in meanwhile."""
    browser = logged_in(world)
    page = finish_login(browser, consent(begun(browser, "lastfm", BY_ANOTHER_SITE[0])), "lastfm")
    fields = form_of(page)
    assert finish_login(browser, fields, "lastfm").status == 400
    assert send(browser, {**fields, "confirmed": "somebody-else"}).status == 200
    assert send(browser, {name: fields[name] for name in fields if name != "confirmed"}).status == 400
    assert connected(browser) == {"spotify"}
    assert send(browser, fields).status == 303


def test_on_our_own_consent_page_the_listener_reads_whose_history_it_is(
    world: World, apple: World, machines: StepFunctions
) -> None:
    """Its button is the listener's word, whichever site has led there."""
    browser = logged_in(world)
    page = browser.ask("GET", LOGIN, "/auth/apple_music/login", BY_ANOTHER_SITE[0])
    assert "You are logged in here as <strong>ana (Spotify)</strong>" in page.body
    state, token = form_of(page)["state"], apple.consent("Ana").tokens.access_token
    assert consent_page.post(browser, {"state": state, "music_user_token": token}).status == 303
    assert connected(browser) == {"spotify", "apple_music"}


@pytest.mark.parametrize(
    ("session", "headers", "asks"),
    [(False, {}, False), (True, {}, True), (False, BY_ANOTHER_SITE[0], True)],
    ids=["first login", "logged in", "from another site"],
)
def test_spotify_shows_which_account_it_is(
    world: World, machines: StepFunctions, session: bool, headers: dict[str, str], asks: bool
) -> None:
    """A browser that is logged in there as somebody else would go through without a page."""
    browser = logged_in(world) if session else Browser()
    query: dict[str, Any] = parse_qs(urlsplit(begun(browser, "spotify", headers)).query)
    assert query.get("show_dialog") == (["true"] if asks else None)


@pytest.mark.parametrize(
    "issuer",
    [["https://evil.example", "https://evil.example"], ["x" * 5_000], ["https://evil.example"]],
    ids=["twice", "long", "once"],
)
def test_another_issuer_is_refused_however_it_is_given(
    world: World, machines: StepFunctions, issuer: list[str]
) -> None:
    """RFC 9207: a parameter that cannot be used is not one that is missing."""
    browser = Browser()
    back = [*consent(start_login(browser)).items(), *(("iss", value) for value in issuer)]
    assert finish_login(browser, back).status == 400
    assert machines.started == []
