"""
/auth/{provider}/callback: GET when the provider sends the listener back, POST from our own consent page.

The first sync is started and not waited for.
"""

from collections.abc import Mapping
from urllib.parse import parse_qs

from blendify.access import login, sessions
from blendify.access.applications import application
from blendify.access.login import Callback
from blendify.access.oauth_states import StateRefused
from blendify.access.users import AccountTaken
from blendify.core.errors import AccessTokenRefused, ApplicationBlocked, CollectError, GrantRevoked
from blendify.core.settings import state_machine
from blendify.core.telemetry import logger
from blendify.providers import PROVIDERS
from blendify.providers.provider import Provider
from blendify.syncing.after_login import start_after_login
from blendify.web import responses
from blendify.web.cookies import LOGIN, SESSION, cookie_value, delete_cookie, set_cookie
from blendify.web.guards import reader_id, same_origin
from blendify.web.parameters import query_parameters
from blendify.web.responses import Response
from blendify.web.router import new_router

router = new_router()

MAX_VALUE_CHARACTERS = 2_048
"""Of one parameter; real codes have a few hundred."""
MAX_FORM_CHARACTERS = 8_192
MAX_FORM_FIELDS = 20

_REFUSED_STATES: Mapping[StateRefused, tuple[str, str]] = {
    StateRefused.UNKNOWN: (
        "This login did not start here",
        "The link does not belong to a login that was started on this site. Nothing was stored. Please start again.",
    ),
    StateRefused.EXPIRED: (
        "This login took too long",
        "You have ten minutes from start to end. Nothing was stored. Please start again.",
    ),
    StateRefused.USED: (
        "This login was used already",
        "If it was you, you are connected: open your dashboard. Nothing more was stored this time.",
    ),
    StateRefused.FOREIGN: (
        "This login was started in another browser",
        "Finish it in the browser in which you started it, with cookies allowed. Nothing was stored.",
    ),
}


@router.get("/auth/<name>/callback")
def returned(name: str) -> Response[str]:
    """303 to the dashboard once the connection is stored; in every other case a page that says why it is not."""
    return _complete(name, _usable(query_parameters(router)), from_our_page=False)


@router.post("/auth/<name>/callback", middlewares=[same_origin("Nothing was stored. Please start the login again.")])
def posted(name: str) -> Response[str]:
    """The same for the token that our own page got. It comes in the body, because no address may hold it."""
    return _complete(name, _usable(_form()), from_our_page=True)


def _complete(name: str, parameters: Mapping[str, str], *, from_our_page: bool) -> Response[str]:
    provider = PROVIDERS.get(name)
    if provider is None:
        return responses.unknown_provider(router)
    if provider.access.client_side is not from_our_page:
        return _refused_state(provider, StateRefused.UNKNOWN)
    state, secret = parameters.get("state", ""), cookie_value(router, LOGIN)
    refused = login.consume_state(provider, state, secret) if state and secret else StateRefused.UNKNOWN
    if refused:
        return _refused_state(provider, refused)
    if "error" in parameters:
        return _declined(provider, parameters["error"])
    if not parameters.get(provider.access.callback_parameter):
        text = (
            f"{provider.title} sent you back without a {_credential(provider)}. Nothing was stored. Please try again."
        )
        return responses.message_page(router, 400, "The login is not complete", text, retry=provider.name)
    return _connect(provider, parameters, secret)


def _connect(provider: Provider, parameters: Mapping[str, str], secret: str) -> Response[str]:
    logged_in = reader_id(router)
    try:
        app = application(provider.name)
        if parameters.get("iss", app.accounts_url).rstrip("/") != app.accounts_url:
            # RFC 9207: the response of another authorization server, mixed in.
            return _refused_state(provider, StateRefused.UNKNOWN)
        callback = Callback(parameters[provider.access.callback_parameter], parameters["state"], secret)
        user_id = login.complete(provider, app, callback, logged_in)
    except CollectError as error:
        logger.warning("Login failed: %s", error, extra={"provider": provider.name})
        return _failed(provider, error)
    logger.info("Connected", extra={"user_id": user_id, "provider": provider.name})
    start_after_login(state_machine(), user_id, provider.name)
    session = set_cookie(SESSION, sessions.begin(user_id), sessions.LIFETIME_SECONDS)
    return responses.see_other("../../dashboard", [session, delete_cookie(LOGIN)])


def _usable(parameters: Mapping[str, list[str]]) -> dict[str, str]:
    """The parameters that were given once and are no longer than real ones."""
    return {
        name: values[0]
        for name, values in parameters.items()
        if len(values) == 1 and len(values[0]) <= MAX_VALUE_CHARACTERS
    }


def _form() -> dict[str, list[str]]:
    """The form's fields; none when the body is not one that our page sends."""
    body = router.current_event.body or ""
    if len(body) > MAX_FORM_CHARACTERS:
        return {}
    try:
        text = (router.current_event.decoded_body or "") if router.current_event.is_base64_encoded else body
        return parse_qs(text, max_num_fields=MAX_FORM_FIELDS)
    except ValueError:
        return {}


def _credential(provider: Provider) -> str:
    """What the login brings, in words: `music_user_token` is a music user token."""
    return provider.access.callback_parameter.replace("_", " ")


def _refused_state(provider: Provider, refused: StateRefused) -> Response[str]:
    title, text = _REFUSED_STATES[refused]
    return responses.message_page(router, 400, title, text, retry=provider.name)


def _declined(provider: Provider, error: str) -> Response[str]:
    if error == "access_denied":
        title = f"You did not give access to {provider.title}"
        text = "That is fine. Nothing was read and nothing was stored. If you change your mind, connect again."
        return responses.message_page(router, 403, title, text, retry=provider.name)
    logger.warning("The provider refused the login", extra={"provider": provider.name})
    text = f"{provider.title} refused the login. Nothing was stored. Try again; if it keeps failing, tell the operator."
    return responses.message_page(router, 502, "The login was refused", text, retry=provider.name)


def _failed(provider: Provider, error: CollectError) -> Response[str]:
    match error:
        case GrantRevoked() | AccessTokenRefused():
            title, status = f"{provider.title} did not accept this login", 400
            text = (
                f"Its {_credential(provider)} was wrong, too old, or used before. Nothing was stored. "
                "Please connect again."
            )
        case AccountTaken():
            title, status = f"This {provider.title} account cannot be added to yours", 409
            text = (
                f"You are already logged in here. Either that {provider.title} account belongs to another listener, "
                f"or you connected a different {provider.title} account before. Nothing was stored. To use that "
                "account, log out on your dashboard first, then connect again."
            )
        case ApplicationBlocked():
            title, status = f"{provider.title} does not admit this login", 503
            text = f"{error}. Nothing was stored. Only the operator of this Blendify can fix this."
        case _:
            title, status = f"{provider.title} is not responding as it should", 503
            text = "Nothing was stored. This usually passes: please try again in a few minutes."
    return responses.message_page(router, status, title, text, retry=provider.name)
