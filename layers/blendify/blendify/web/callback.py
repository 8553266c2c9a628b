"""
/auth/{provider}/callback: GET where the provider sends the listener back, POST where a page of ours has asked.

The sync is started and not waited for.
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
from blendify.syncing import lifecycle
from blendify.web import responses
from blendify.web.responses import Response

app = responses.application()

STATE_MACHINE = state_machine()

LONGEST = 2_048
"""Characters of a parameter; real codes have some hundred."""
LONGEST_FORM = 8_192
"""Characters of a form."""
MOST_FIELDS = 20

_REFUSED_STATES: Mapping[StateRefused, tuple[str, str]] = {
    StateRefused.UNKNOWN: (
        "This login is not one of ours",
        "The link does not belong to a login that was begun here. Nothing was stored. Please begin again.",
    ),
    StateRefused.EXPIRED: (
        "This login took too long",
        "It was good for ten minutes. Nothing was stored. Please begin again.",
    ),
    StateRefused.USED: (
        "This login was used already",
        "If it was you, you are connected: open your dashboard. Nothing was stored this time.",
    ),
    StateRefused.FOREIGN: (
        "This login was begun in another browser",
        "It can be ended only where it was begun, with cookies allowed. Nothing was stored.",
    ),
}


@app.get("/auth/<name>/callback")
def arrive(name: str) -> Response[str]:
    """303 to the dashboard once the connection is stored; a page that says why not in every other case."""
    return _arrived(name, _query(), own_page=False)


@app.post("/auth/<name>/callback")
def take(name: str) -> Response[str]:
    """The same for what our own page was given: it comes in the body, as no address may hold it."""
    if responses.cross_origin(app):
        text = "This request came from another site. Nothing was stored."
        return responses.message_page(app, 403, "This login is not one of ours", text)
    return _arrived(name, _form(), own_page=True)


def _arrived(name: str, query: Mapping[str, str], *, own_page: bool) -> Response[str]:
    provider = PROVIDERS.get(name)
    if provider is None:
        return responses.unknown_provider(app)
    if provider.access.client_side is not own_page:
        return responses.message_page(app, 400, *_REFUSED_STATES[StateRefused.UNKNOWN], retry=provider.name)
    state, browser = query.get("state", ""), responses.cookie_value(app, "login")
    refused = login.consume_state(provider, state, browser) if state and browser else StateRefused.UNKNOWN
    if refused:
        title, text = _REFUSED_STATES[refused]
        return responses.message_page(app, 400, title, text, retry=provider.name)
    if "error" in query:
        return _declined(provider, query["error"])
    if not query.get(provider.access.callback_parameter):
        text = f"{provider.title} sent you back without a {_words(provider)}. Nothing was stored."
        return responses.message_page(app, 400, "The login is not complete", text, retry=provider.name)
    return _connect(provider, query, browser)


def _connect(provider: Provider, query: Mapping[str, str], browser: str) -> Response[str]:
    listener = responses.listener(app)
    try:
        row = application(provider.name)
        if query.get("iss", row.accounts_url).rstrip("/") != row.accounts_url:
            # RFC 9207: an answer of another authorization server, mixed in.
            return responses.message_page(app, 400, *_REFUSED_STATES[StateRefused.UNKNOWN], retry=provider.name)
        callback = Callback(query[provider.access.callback_parameter], query["state"], browser)
        user_id = login.complete(provider, row, callback, listener)
    except CollectError as error:
        logger.warning("Login failed: %s", error, extra={"provider": provider.name})
        return _failed(provider, error)
    logger.info("Connected", extra={"user_id": user_id, "provider": provider.name})
    lifecycle.start(STATE_MACHINE, user_id, provider.name)
    session = responses.cookie("session", sessions.begin(user_id), sessions.LIFETIME_SECONDS)
    return responses.see_other("../../dashboard", [session, responses.cookie("login", "", 0)])


def _query() -> dict[str, str]:
    """The parameters that came once and are no longer than any real one."""
    values = app.current_event.multi_value_query_string_parameters or {}
    single = app.current_event.query_string_parameters or {}
    return {
        name: value for name, value in single.items() if len(values.get(name, [value])) == 1 and len(value) <= LONGEST
    }


def _form() -> dict[str, str]:
    """The fields that came once and are no longer than any real one; none of a body that no page of ours has sent."""
    body = app.current_event.body or ""
    if len(body) > LONGEST_FORM:
        return {}
    try:
        text = (app.current_event.decoded_body or "") if app.current_event.is_base64_encoded else body
        fields = parse_qs(text, max_num_fields=MOST_FIELDS)
    except ValueError:
        return {}
    return {name: values[0] for name, values in fields.items() if len(values) == 1 and len(values[0]) <= LONGEST}


def _words(provider: Provider) -> str:
    """`music_user_token` as people say it."""
    return provider.access.callback_parameter.replace("_", " ")


def _declined(provider: Provider, error: str) -> Response[str]:
    if error == "access_denied":
        title = f"You did not give access to {provider.title}"
        text = "That is fine. Nothing was read and nothing was stored. If you change your mind, connect again."
        return responses.message_page(app, 403, title, text, retry=provider.name)
    logger.warning("The provider refused the login", extra={"provider": provider.name})
    text = f"{provider.title} refused the login. Nothing was stored. Try again; if it stays so, tell the operator."
    return responses.message_page(app, 502, "The login was refused", text, retry=provider.name)


def _failed(provider: Provider, error: CollectError) -> Response[str]:
    match error:
        case GrantRevoked() | AccessTokenRefused():
            title, status = f"{provider.title} did not accept this login", 400
            text = (
                f"Its {_words(provider)} was wrong, too old or used before. Nothing was stored. Please connect again."
            )
        case AccountTaken():
            title, status = f"This {provider.title} account cannot be added to yours", 409
            text = (
                f"You are logged in here already, and either that {provider.title} account belongs to somebody else "
                f"here, or you have connected another {provider.title} account before. Nothing was stored. To use it, "
                "log out on your dashboard first, then connect again."
            )
        case ApplicationBlocked():
            title, status = f"{provider.title} does not admit this login", 503
            text = f"{error}. Nothing was stored. The operator has to repair this."
        case _:
            title, status = f"{provider.title} does not answer as it should", 503
            text = "Nothing was stored. That usually passes: please try again in a few minutes."
    return responses.message_page(app, status, title, text, retry=provider.name)
