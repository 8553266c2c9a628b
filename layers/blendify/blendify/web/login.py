"""GET /auth/{provider}/login: with the listener's own application if they brought one, else with the operator's."""

from blendify.access import brought_applications
from blendify.access.applications import application, of_brought
from blendify.access.oauth_states import Origin
from blendify.core.settings import FORBID, REQUIRE, own_applications
from blendify.core.telemetry import logger
from blendify.providers import PROVIDERS
from blendify.providers.application import ApplicationMissing, BroughtApplication
from blendify.providers.provider import Provider
from blendify.web import guards, request, responses
from blendify.web.begin_login import to_consent
from blendify.web.cookies import application_cookie, cookie_values
from blendify.web.responses import Response
from blendify.web.router import new_router

router = new_router()

MAX_NAME_CHARACTERS = 64
"""Of a user's id and an application's name; the table's keys cannot be arbitrarily long."""


@router.get("/auth/<name>/login")
def begin(name: str) -> Response[str]:
    """
    303 to the provider, or 200 with our page that asks. 303 to the page for an application of the listener's own, where
    this deployment wants one and they have none.

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
    owner, brought = _brought(provider, user)
    if brought:
        return _with_own(provider, brought, Origin(user, own_site, owner))
    try:
        if provider.registration and own_applications(provider.name) == REQUIRE:
            return responses.see_other(f"{responses.relative_root(router)}applications/{name}")
        return to_consent(router, provider, application(provider.name), Origin(user, own_site))
    except ApplicationMissing as error:
        logger.error("Login is not possible: %s", error)
        text = f"The operator of this Blendify has not set up {provider.title} yet. Only they can change that."
        own = responses.own_application(provider)
        return responses.message_page(router, 503, f"{provider.title} cannot be connected here yet", text, more=own)


def _with_own(provider: Provider, brought: BroughtApplication, origin: Origin) -> Response[str]:
    """The same with what the listener brought; the page says so when it cannot be used, and only they can mend it."""
    try:
        return to_consent(router, provider, of_brought(brought), origin)
    except ApplicationMissing as error:
        logger.warning("Login with an own application is not possible: %s", error)
        title = f"Your own application at {provider.title} cannot be used"
        text = f"What is wrong: {error}. Give it again, or remove it on your account page."
        return responses.message_page(router, 409, title, text, more=responses.own_application(provider))


def _brought(provider: Provider, user: str | None) -> tuple[str | None, BroughtApplication | None]:
    """
    The listener's own application for this login, and whose it is.

    Of somebody who is not logged in it is the one with which this browser connected last: its cookie has the user's id
    and the application's name, which nobody can guess.
    """
    if own_applications(provider.name) == FORBID:
        return None, None
    if user:
        return user, brought_applications.current(user, provider.name)
    for value in cookie_values(router, application_cookie(provider.name)):
        owner, _, name = value.partition(".")
        if max(len(owner), len(name)) <= MAX_NAME_CHARACTERS:
            brought = brought_applications.named(owner, provider.name, name)
            if brought:
                return owner, brought
    return None, None
