"""A listener's way over the page of ours on which a provider's own script asks for access."""

import json
import re
from html import unescape
from urllib.parse import urlencode

import requests

from tests.unit.apple_music_world import ORIGIN, World
from tests.unit.http_events import Answer, Browser
from tests.unit.login_flow import CALLBACK, LOGIN

ADDRESS = "/auth/apple_music/callback"


def asked(browser: Browser) -> tuple[Answer, str, dict[str, str]]:
    """The page, its state, and what its script is told."""
    page = browser.get(LOGIN, "/auth/apple_music/login")
    assert page.status == 200, page.body
    state, told = (
        re.search(r'name="state" value="([^"]+)"', page.body),
        re.search(r'data-parameters="([^"]+)"', page.body),
    )
    assert state
    assert told
    return page, state[1], json.loads(unescape(told[1]))


def given(world: World, told: dict[str, str], listener: str = "Ana", **more: str) -> str:
    """What the provider's script is given in the page."""
    wish = {**told, "listener": listener, "decision": "allow", **more}
    headers = {"Origin": ORIGIN}
    answer = requests.post(f"{world.base}/_simulator/authorize", data=wish, headers=headers, timeout=10)
    return str(answer.json()["music_user_token"])


def post(browser: Browser, fields: dict[str, str] | str, **headers: str) -> Answer:
    """The page's form."""
    body = fields if isinstance(fields, str) else urlencode(fields)
    sent = {"Origin": ORIGIN, "Content-Type": "application/x-www-form-urlencoded", **headers}
    return browser.ask("POST", CALLBACK, ADDRESS, sent, body)
