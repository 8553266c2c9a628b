"""
/auth/{provider}/callback: GET when the provider sends the listener back, POST from a page of ours.

Two pages of ours post: the one on which a provider's script asks for consent, and the one that asks whether an account
may be added to the history of the listener who is logged in. The first sync is started and not waited for.
"""

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field

from aws_lambda_powertools.shared.cookies import Cookie

from blendify.access import login, sessions
from blendify.access.applications import application, of_brought
from blendify.access.login import ApplicationOfAnother, Callback
from blendify.access.oauth_states import LoginState, StateRefused
from blendify.core.errors import CollectError
from blendify.core.settings import state_machine
from blendify.core.telemetry import about, logger, login_failed
from blendify.providers import PROVIDERS
from blendify.providers.provider import Provider
from blendify.syncing.after_login import start_after_login
from blendify.web import listener_names, login_pages, request, responses, waiting_invitations
from blendify.web.cookies import (
    SESSION,
    application_cookie,
    cookie_values,
    delete_cookie,
    login_cookie,
    set_cookie,
)
from blendify.web.guards import reader_id, same_origin
from blendify.web.parameters import form_fields, query_parameters
from blendify.web.responses import Response
from blendify.web.router import new_router

router = new_router()

MAX_VALUE_CHARACTERS = 2_048
"""Of one parameter; real codes have a few hundred."""
APPLICATION_SECONDS = 400 * 24 * 3600
"""How long a browser knows with whose application it connected; browsers keep no cookie longer."""
CONFIRMED = "confirmed"
"""The field of our form with the id of the user to whose history the account may be added."""


@dataclass(frozen=True)
class Returned:
    """A callback whose state this browser may use."""

    provider: Provider
    state: LoginState
    parameters: Mapping[str, str] = field(repr=False)
    unusable: AbstractSet[str] = frozenset()
    """The names of parameters that were given several times, or are too long."""

    @property
    def credential(self) -> str:
        """The code or token; empty when the provider sends an error instead, or nothing that can be used."""
        parameter = self.provider.access.callback_parameter
        if "error" in self.parameters or self.unusable & {parameter, "error", "iss"}:
            return ""
        return self.parameters.get(parameter, "")


@router.get("/auth/<name>/callback")
def returned(name: str) -> Response[str]:
    """
    303 to the dashboard once the connection is stored, and again when the browser comes back to the address later.

    200 with a question, when the account would be added to a history whose listener did not begin this login; 503 for
    a browser that fetches the address before anybody has opened it; in every other case a page that says why not
    """
    return _complete(name, query_parameters(router), from_our_page=False)


@router.post("/auth/<name>/callback", middlewares=[same_origin("Nothing was stored. Please start the login again.")])
def posted(name: str) -> Response[str]:
    """The same for a form of ours. A token that our page got comes in its body, because no address may hold it."""
    return _complete(name, form_fields(router), from_our_page=True)


def _complete(name: str, given: Mapping[str, list[str]], *, from_our_page: bool) -> Response[str]:
    provider = PROVIDERS.get(name)
    if provider is None:
        return responses.unknown_provider(router)
    parameters = _usable(given)
    ours = provider.access.client_side or CONFIRMED in parameters
    if ours is not from_our_page or not parameters.get("state"):
        return login_pages.refused_state(router, provider, StateRefused.UNKNOWN)
    state = parameters["state"]
    login_state = login.find_state(provider, state, cookie_values(router, login_cookie(state)))
    if isinstance(login_state, StateRefused):
        return _refused(provider, login_state)
    if request.is_speculative(router) or request.is_head(router):
        return responses.not_ahead_of_time(router)
    callback = Returned(provider, login_state, parameters, given.keys() - parameters.keys())
    user = reader_id(router)
    if user and callback.credential and not login_state.began_for(user) and parameters.get(CONFIRMED) != user:
        return login_pages.question(router, provider, listener_names.of(user), {**parameters, CONFIRMED: user})
    refused = login.consume_state(provider, state, login_state.browser_secret)
    return _refused(provider, refused) if refused else _used(callback, user)


def _used(callback: Returned, user: str | None) -> Response[str]:
    """The response to a callback that has used its state up. Its end is remembered, for when the browser comes back."""
    provider, state = callback.provider, callback.parameters["state"]
    if not callback.credential:
        login.conclude(state, connected=False)
        if "error" in callback.parameters:
            return login_pages.declined(router, provider, callback.parameters["error"])
        return login_pages.incomplete(router, provider)
    try:
        user_id = _connect(callback, user)
    except CollectError as error:
        login.conclude(state, connected=False)
        about(provider.name)
        login_failed()
        logger.warning("Login failed: %s", error, extra={"provider": provider.name})
        page = login_pages.failed(router, provider, error, own=callback.state.brought is not None)
        if isinstance(error, ApplicationOfAnother):
            # Else the next login would begin with it again.
            page.cookies.append(delete_cookie(application_cookie(provider.name)))
        return page
    login.conclude(state, connected=True)
    logger.info("Connected", extra={"user_id": user_id, "provider": provider.name})
    start_after_login(state_machine(), user_id, provider.name)
    cookies = [delete_cookie(login_cookie(state))]
    if callback.state.brought:
        value = f"{user_id}.{callback.state.brought.name}"
        cookies.append(set_cookie(application_cookie(provider.name), value, APPLICATION_SECONDS))
    if user_id != user:
        cookies.append(set_cookie(SESSION, sessions.begin(user_id), sessions.LIFETIME_SECONDS))
    return _onward(cookies)


def _connect(callback: Returned, user: str | None) -> str:
    """The id of the user who is connected now. Raises what `login.complete` raises, and ApplicationMissing."""
    parameters = callback.parameters
    exchanged = Callback(
        callback.credential,
        parameters["state"],
        callback.state.browser_secret,
        issuer=parameters.get("iss"),
        owner=callback.state.owner,
    )
    brought = callback.state.brought
    app = of_brought(brought) if brought else application(callback.provider.name)
    return login.complete(callback.provider, app, exchanged, user)


def _refused(provider: Provider, refused: StateRefused) -> Response[str]:
    if refused is StateRefused.CONNECTED and reader_id(router):
        # A reload, the Back button, or the second of two requests: the listener is where the login leads.
        return _onward([])
    return login_pages.refused_state(router, provider, refused)


def _onward(cookies: list[Cookie]) -> Response[str]:
    """To the invitation that the browser had opened before the login, else to the dashboard."""
    root, invitation = responses.relative_root(router), waiting_invitations.waiting(router)
    if invitation:
        return responses.see_other(f"{root}blends/{invitation}", [*cookies, waiting_invitations.forget()])
    return responses.see_other(f"{root}dashboard", cookies)


def _usable(parameters: Mapping[str, list[str]]) -> dict[str, str]:
    """The parameters that were given once and are no longer than real ones."""
    return {
        name: values[0]
        for name, values in parameters.items()
        if len(values) == 1 and len(values[0]) <= MAX_VALUE_CHARACTERS
    }
