"""GET /auth/{provider}/login: send the listener to the provider's consent page, or show our page that asks."""

from urllib.parse import urlsplit

from aws_lambda_powertools.shared.cookies import Cookie

from blendify.access import login, oauth_states
from blendify.access.applications import application
from blendify.core.telemetry import logger
from blendify.providers import PROVIDERS
from blendify.providers.application import ApplicationMissing
from blendify.providers.consent import ClientSideConsent
from blendify.providers.provider import Provider
from blendify.web import guards, responses
from blendify.web.cookies import LOGIN, set_cookie
from blendify.web.responses import ContentSources, Response
from blendify.web.router import new_router

router = new_router()


@router.get("/auth/<name>/login")
def begin(name: str) -> Response[str]:
    """303 to the provider, or 200 with our page. The browser keeps the login's secret in a cookie for ten minutes."""
    provider = PROVIDERS.get(name)
    if provider is None:
        return responses.unknown_provider(router)
    try:
        attempt = login.start(provider, application(provider.name))
    except ApplicationMissing as error:
        logger.error("Login is not possible: %s", error)
        text = f"The operator of this Blendify has not set up {provider.title} yet. Only they can change that."
        return responses.message_page(router, 503, f"{provider.title} cannot be connected here yet", text)
    secret = set_cookie(LOGIN, attempt.browser_secret, oauth_states.LIFETIME_SECONDS)
    if isinstance(attempt.consent, ClientSideConsent):
        return _consent_page(provider, attempt.consent, attempt.state, secret)
    return responses.see_other(attempt.consent, [secret])


def _consent_page(provider: Provider, consent: ClientSideConsent, state: str, secret: Cookie) -> Response[str]:
    """
    Our page on which the provider's own script asks for access; it may load that script and what belongs to its host.

    The page posts to our origin. Its referrer policy is `same-origin`: without a referrer browsers send `Origin: null`.
    """
    script = urlsplit(consent.script_url)
    return responses.page(
        200,
        "connect",
        sources=ContentSources(f"{script.scheme}://{script.netloc}", " ".join(consent.allowed_origins)),
        headers={"Referrer-Policy": "same-origin"},
        cookies=[secret],
        root=responses.relative_root(router),
        provider=provider,
        consent=consent,
        state=state,
        logged_in=guards.reader_id(router) is not None,
    )
