"""The whole way in at each provider, from our login to the answer that leads to the dashboard."""

from collections.abc import Callable, Mapping
from typing import Any

from tests.unit import consent_page
from tests.unit.http_events import Answer, Browser
from tests.unit.login_flow import arrive, consent, depart

Passage = tuple[Answer, list[str]]
"""The last answer, and every secret that the browser carried on the way."""


def _redirected(provider: str) -> Callable[[Any, Browser, str], Passage]:
    """Over the provider's consent page and back."""

    def passage(_: Any, browser: Browser, listener: str) -> Passage:
        address = depart(browser, provider)
        login = browser.cookies["login"]
        back = consent(address, listener)
        answer = arrive(browser, back, provider)
        return answer, [*back.values(), login, browser.cookies["session"]]

    return passage


def _on_our_page(world: Any, browser: Browser, listener: str) -> Passage:
    """Over the page on which the provider's script runs."""
    page, state, told = consent_page.asked(browser)
    login = browser.cookies["login"]
    token = consent_page.given(world, told, listener)
    answer = consent_page.post(browser, {"state": state, "music_user_token": token})
    assert token not in page.body
    return answer, [told["developer_token"], token, state, login, browser.cookies["session"]]


PASSAGES: Mapping[str, Callable[[Any, Browser, str], Passage]] = {
    "spotify": _redirected("spotify"),
    "apple_music": _on_our_page,
    "lastfm": _redirected("lastfm"),
}
