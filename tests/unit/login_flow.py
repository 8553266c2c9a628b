"""A listener's way through login, consent and callback, against the simulator."""

import re
from urllib.parse import parse_qs, urlencode, urljoin, urlsplit

import requests

from tests.unit.http_events import Answer, Browser
from tests.unit.spotify_world import World

LOGIN, CALLBACK, LOGOUT, LISTENER = "auth.login", "auth.callback", "auth.logout", "api.listener"


def depart(browser: Browser, provider: str = "spotify") -> str:
    """The address of the consent page."""
    answer = browser.get(LOGIN, f"/auth/{provider}/login")
    assert answer.status == 303
    return answer.location


def consent(address: str, listener: str = "ana", decision: str = "allow") -> dict[str, str]:
    """What the provider sends back with the browser."""
    asked = requests.get(address, timeout=10)
    found = re.search(r'name="request" value="([^"]+)"', asked.text)
    assert found is not None, asked.text
    where = urljoin(address, re.findall(r'action="([^"]+)"', asked.text)[0])
    form = {"request": found[1], "decision": decision, "listener": listener}
    back = requests.post(where, data=form, allow_redirects=False, timeout=10)
    return {name: values[0] for name, values in parse_qs(urlsplit(back.headers["location"]).query).items()}


def arrive(
    browser: Browser, query: dict[str, str] | list[tuple[str, str]], provider: str = "spotify", **headers: str
) -> Answer:
    """The callback."""
    return browser.get(CALLBACK, f"/auth/{provider}/callback?{urlencode(query)}", **headers)


def logged_in(world: World, listener: str = "ana") -> Browser:
    """A browser with a session, after the whole way."""
    browser = Browser()
    answer = arrive(browser, consent(depart(browser), listener))
    assert answer.status == 303, answer.body
    return browser


def user_of(browser: Browser) -> str:
    """Whose session it is."""
    return str(browser.get(LISTENER, "/me").json["user_id"])
