"""The accounts host as the browser sees it: asking the listener, and sending the answer back."""

import re
from collections import Counter
from collections.abc import Mapping
from urllib.parse import urlencode

from starlette.requests import Request as HttpRequest
from starlette.responses import RedirectResponse, Response

from local.simulators.previous.addresses import redirect_uri_matches
from local.simulators.previous.consent import dead_end, question
from local.simulators.previous.forms import form
from local.simulators.previous.spotify.scopes import SCOPES
from local.simulators.previous.spotify.simulator import Simulator, simulator_of
from local.simulators.previous.spotify.tokens import Request

_TIME_TO_DECIDE = 600


async def authorize(request: HttpRequest) -> Response:
    """
    The consent page. `login_hint` presets the listener, which the real service does not know.

    A wrong client or redirect URI ends in a page; every other mistake goes back to the application.
    """
    simulator = simulator_of(request)
    options, query = simulator.options, request.query_params
    if query.get("client_id") != options.client_id:
        return dead_end("INVALID_CLIENT: Invalid client")
    redirect_uri = query.get("redirect_uri", "")
    if not any(redirect_uri_matches(registered, redirect_uri) for registered in options.redirect_uris):
        return dead_end("INVALID_CLIENT: Invalid redirect URI")
    scopes = tuple(dict.fromkeys(query.get("scope", "").split()))
    repeated = any(count > 1 for count in Counter(name for name, _ in query.multi_items()).values())
    error = "invalid_request" if repeated else _mistake(query, scopes, options.pkce_required)
    if error is not None:
        return _back(redirect_uri, query.get("state"), error=error)
    identity = simulator.accounts.ask(
        Request(
            client_id=options.client_id,
            redirect_uri=redirect_uri,
            scopes=scopes,
            state=query.get("state"),
            challenge=query.get("code_challenge"),
            until=simulator.accounts.clock() + _TIME_TO_DECIDE,
        )
    )
    return _question(options.client_id, scopes, identity, query.get("login_hint", options.default_listener))


def _question(client: str, scopes: tuple[str, ...], request: str, listener: str, warning: str = "") -> Response:
    wishes = [SCOPES[scope] for scope in scopes] or ["See your name and pictures"]
    return question(client, wishes, request, listener, "/authorize/decision", warning)


def _mistake(query: Mapping[str, str], scopes: tuple[str, ...], pkce_required: bool) -> str | None:
    if query.get("response_type") != "code":
        return "unsupported_response_type"
    if not set(scopes) <= set(SCOPES):
        return "invalid_scope"
    challenge, method = query.get("code_challenge"), query.get("code_challenge_method")
    if challenge is None and method is None:
        return "invalid_request" if pkce_required else None
    proper = method == "S256" and re.fullmatch(r"[A-Za-z0-9_-]{43}", challenge or "")
    return None if proper else "invalid_request"


async def decide(request: HttpRequest) -> Response:
    """Takes from the form only who decided what; what was asked for is what the consent page was made for."""
    simulator = simulator_of(request)
    fields = await form(request) or {}
    identity = fields.get("request", "")
    asked = simulator.accounts.pending(identity)
    if asked is None:
        return dead_end("This request is unknown, already decided, or too old.")
    decision = fields.get("decision")
    if decision == "deny":
        simulator.accounts.decide(identity, None)
        return _back(asked.redirect_uri, asked.state, error="access_denied")
    if decision != "allow":
        return dead_end("The decision must be allow or deny.")
    return _allow(simulator, asked, identity, fields.get("listener", ""))


def _allow(simulator: Simulator, asked: Request, identity: str, name: str) -> Response:
    if not simulator.listeners.exists(name):
        warning = f"There is no listener named {name!r} here."
        return _question(asked.client_id, asked.scopes, identity, name, warning)
    code = simulator.accounts.decide(identity, name, simulator.listeners[name].scopes)
    return _back(asked.redirect_uri, asked.state, code=code or "")


def _back(redirect_uri: str, state: str | None, **answer: str) -> Response:
    if state is not None:
        answer["state"] = state
    joint = "&" if "?" in redirect_uri else "?"
    return RedirectResponse(f"{redirect_uri}{joint}{urlencode(answer)}", 303, headers={"cache-control": "no-store"})
