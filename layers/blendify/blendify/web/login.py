"""GET /auth/{provider}/login: send the listener to the provider's consent page, or ask on one of ours."""

from blendify.access import login, oauth_states
from blendify.access.applications import application
from blendify.core.telemetry import logger
from blendify.providers import PROVIDERS
from blendify.providers.application import ApplicationMissing
from blendify.providers.consent import ClientSideConsent
from blendify.web import responses
from blendify.web.responses import Response

app = responses.application()


@app.get("/auth/<name>/login")
def begin(name: str) -> Response[str]:
    """303 to the provider, or 200 with our page; the browser keeps the login's secret in a cookie for ten minutes."""
    provider = PROVIDERS.get(name)
    if provider is None:
        return responses.unknown_provider(app)
    try:
        departure = login.start(provider, application(provider.name))
    except ApplicationMissing as error:
        logger.error("Login is not possible: %s", error)
        text = "The operator has not given its client id and secret yet. There is nothing that you can do."
        return responses.message_page(app, 503, f"{provider.title} cannot be connected here yet", text)
    kept = responses.cookie("login", departure.browser_secret, oauth_states.LIFETIME_SECONDS)
    if isinstance(departure.consent, ClientSideConsent):
        return responses.consent_page(app, provider, departure.consent, departure.state, kept)
    return responses.see_other(departure.consent, [kept])
