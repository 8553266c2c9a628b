"""A login from start to end: our login route, the simulator's consent page, our callback."""

import re
from urllib.parse import parse_qs, urlencode, urljoin, urlsplit

import requests

from tests.unit.http_events import Browser, HttpResponse
from tests.unit.world import World

LOGIN, CALLBACK, LOGOUT, LISTENER, HOME = "auth.login", "auth.callback", "auth.logout", "api.listener", "api.home"


def start_login(browser: Browser, provider: str = "spotify") -> str:
    """Begin a login; returns the address of the provider's consent page."""
    response = browser.get(LOGIN, f"/auth/{provider}/login")
    assert response.status == 303
    return response.location


def consent(address: str, listener: str = "ana", decision: str = "allow") -> dict[str, str]:
    """Consent at that address, or refuse; returns the query with which the provider sends the browser back."""
    page = requests.get(address, timeout=60)
    request = re.search(r'name="request" value="([^"]+)"', page.text)
    assert request is not None, page.text
    action = urljoin(address, re.findall(r'action="([^"]+)"', page.text)[0])
    form = {"request": request[1], "decision": decision, "listener": listener}
    back = requests.post(action, data=form, allow_redirects=False, timeout=60)
    return {name: values[0] for name, values in parse_qs(urlsplit(back.headers["location"]).query).items()}


def finish_login(
    browser: Browser, query: dict[str, str] | list[tuple[str, str]], provider: str = "spotify", **headers: str
) -> HttpResponse:
    """End a login at our callback."""
    return browser.get(CALLBACK, f"/auth/{provider}/callback?{urlencode(query)}", **headers)


def logged_in(world: World, listener: str = "ana") -> Browser:
    """A browser with a session, after a complete login."""
    browser = Browser()
    response = finish_login(browser, consent(start_login(browser), listener))
    assert response.status == 303, response.body
    return browser


def user_of(browser: Browser) -> str:
    """The id of the user whose session the browser has."""
    return str(browser.get(LISTENER, "/me").json["user_id"])
