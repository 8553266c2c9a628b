"""GET /auth/{provider}/login: send the listener to the provider's consent page, or show our page that asks."""

from urllib.parse import urlsplit

from aws_lambda_powertools.shared.cookies import Cookie

from blendify.access import login, oauth_states
from blendify.access.applications import application
from blendify.access.oauth_states import Origin
from blendify.core.telemetry import logger
from blendify.providers import PROVIDERS
from blendify.providers.application import ApplicationMissing
from blendify.providers.consent import ClientSideConsent
from blendify.providers.provider import Provider
from blendify.web import guards, listener_names, request, responses
from blendify.web.cookies import delete_cookie, login_cookie, set_cookie, surplus_logins
from blendify.web.responses import ContentSources, Response
from blendify.web.router import new_router

router = new_router()


@router.get("/auth/<name>/login")
def begin(name: str) -> Response[str]:
    """
    303 to the provider, or 200 with our page. The browser keeps the login's secret in a cookie for ten minutes.

    503 for a browser that fetches the address before anybody has opened it
    """
    provider = PROVIDERS.get(name)
    if provider is None:
        return responses.unknown_provider(router)
    if request.is_speculative(router):
        return responses.not_ahead_of_time(router)
    user = guards.reader_id(router)
    # Our own page asks the listener by itself, and says whose history it is about.
    own_site = provider.access.client_side or not request.led_by_another_site(router)
    try:
        attempt = login.start(provider, application(provider.name), Origin(user, own_site))
    except ApplicationMissing as error:
        logger.error("Login is not possible: %s", error)
        text = f"The operator of this Blendify has not set up {provider.title} yet. Only they can change that."
        return responses.message_page(router, 503, f"{provider.title} cannot be connected here yet", text)
    secret = set_cookie(login_cookie(attempt.state), attempt.browser_secret, oauth_states.LIFETIME_SECONDS)
    cookies = [*map(delete_cookie, surplus_logins(router)), secret]
    if isinstance(attempt.consent, ClientSideConsent):
        return _consent_page(provider, attempt.consent, attempt.state, cookies, user)
    return responses.see_other(attempt.consent, cookies)


def _consent_page(
    provider: Provider, consent: ClientSideConsent, state: str, cookies: list[Cookie], user: str | None
) -> Response[str]:
    """
    Our page on which the provider's own script asks for access; it may load that script and what belongs to its host.

    The page posts to our origin. Its referrer policy is `same-origin`: without a referrer browsers send `Origin: null`.
    Its opener policy lets the provider's window answer.
    """
    script = urlsplit(consent.script_url)
    return responses.page(
        200,
        "connect",
        sources=ContentSources(f"{script.scheme}://{script.netloc}", " ".join(consent.allowed_origins)),
        headers={
            "Referrer-Policy": "same-origin",
            "Cross-Origin-Opener-Policy": "same-origin-allow-popups",
        },
        cookies=cookies,
        root=responses.relative_root(router),
        provider=provider,
        consent=consent,
        state=state,
        logged_in=user is not None,
        listener=listener_names.of(user) if user else "",
    )
