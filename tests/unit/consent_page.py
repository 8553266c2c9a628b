"""Our consent page, on which a provider's own script asks for access."""

import json
import re
from html import unescape
from urllib.parse import urlencode

import requests

from tests.unit.http_events import Browser, HttpResponse
from tests.unit.login_flow import CALLBACK, LOGIN
from tests.unit.simulated import ORIGIN
from tests.unit.world import World

ADDRESS = "/auth/apple_music/callback"


def opened(browser: Browser) -> tuple[HttpResponse, str, dict[str, str]]:
    """Open the page; returns it, its state, and the parameters of its script."""
    page = browser.get(LOGIN, "/auth/apple_music/login")
    assert page.status == 200, page.body
    state = re.search(r'name="state" value="([^"]+)"', page.body)
    parameters = re.search(r'data-parameters="([^"]+)"', page.body)
    assert state
    assert parameters
    return page, state[1], json.loads(unescape(parameters[1]))


def approved(world: World, parameters: dict[str, str], listener: str = "Ana", **more: str) -> str:
    """Give access in the window of the provider's script; returns the token that the script gets."""
    form = {**parameters, "listener": listener, "decision": "allow", **more}
    headers = {"Origin": ORIGIN}
    response = requests.post(f"{world.base}/_simulator/authorize", data=form, headers=headers, timeout=60)
    return str(response.json()["music_user_token"])


def post(browser: Browser, fields: dict[str, str] | str, **headers: str) -> HttpResponse:
    """Send the page's form."""
    body = fields if isinstance(fields, str) else urlencode(fields)
    sent = {"Origin": ORIGIN, "Content-Type": "application/x-www-form-urlencoded", **headers}
    return browser.ask("POST", CALLBACK, ADDRESS, sent, body)
