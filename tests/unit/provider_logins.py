"""A complete login at each provider, from our login route to the redirect to the dashboard."""

from collections.abc import Callable, Mapping
from typing import Any

from tests.unit import consent_page
from tests.unit.http_events import Browser, HttpResponse
from tests.unit.login_flow import consent, finish_login, start_login

ProviderLogin = tuple[HttpResponse, list[str]]
"""The last response, and every secret that the browser carried during the login."""


def _redirected(provider: str) -> Callable[[Any, Browser, str], ProviderLogin]:
    """A login that goes to the provider's consent page and back."""

    def log_in(_: Any, browser: Browser, listener: str) -> ProviderLogin:
        address = start_login(browser, provider)
        (login,) = browser.logins.values()
        back = consent(address, listener)
        response = finish_login(browser, back, provider)
        return response, [*back.values(), login, browser.cookies["session"]]

    return log_in


def _on_consent_page(world: Any, browser: Browser, listener: str) -> ProviderLogin:
    """A login on our own page, where the provider's script runs."""
    page, state, parameters = consent_page.opened(browser)
    (login,) = browser.logins.values()
    token = consent_page.approved(world, parameters, listener)
    response = consent_page.post(browser, {"state": state, "music_user_token": token})
    assert token not in page.body
    return response, [parameters["developer_token"], token, state, login, browser.cookies["session"]]


PROVIDER_LOGINS: Mapping[str, Callable[[Any, Browser, str], ProviderLogin]] = {
    "spotify": _redirected("spotify"),
    "apple_music": _on_consent_page,
    "lastfm": _redirected("lastfm"),
    "soundcloud": _redirected("soundcloud"),
    "youtube_music": _redirected("youtube_music"),
}
