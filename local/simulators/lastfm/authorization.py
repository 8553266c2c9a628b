"""The page where a listener allows the application, and where the browser goes from there."""

from urllib.parse import urlencode, urlsplit

from starlette.requests import Request as HttpRequest
from starlette.responses import RedirectResponse, Response

from local.simulators.lastfm.accounts import Request
from local.simulators.lastfm.simulator import Simulator, simulator_of
from local.simulators.previous.addresses import redirect_uri_matches
from local.simulators.previous.consent import dead_end, question
from local.simulators.previous.forms import form

DECISION = "/api/auth/decision"

_TIME_TO_DECIDE = 600
_WISHES = ("See your profile and what you listen to", "Act in your name until you remove it in your settings")


async def authorize(request: HttpRequest) -> Response:
    """
    The consent page. `login_hint` presets the listener, which the real service does not know.

    The real service sends the browser wherever `cb` says; here it must lead to a registered address, with any
    query, so that a wrong one shows. `token` is what an application without a callback got from auth.getToken.
    """
    simulator = simulator_of(request)
    options, query = simulator.options, request.query_params
    if query.get("api_key") != options.client_id:
        return dead_end("Invalid API key: this application is unknown.")
    token = query.get("token")
    if token is not None and not simulator.accounts.waits(token):
        return dead_end("This token is unknown, already allowed, or too old.")
    callback = query.get("cb", options.redirect_uris[0])
    address = urlsplit(callback)._replace(query="").geturl()
    if "#" in callback or not any(redirect_uri_matches(registered, address) for registered in options.redirect_uris):
        return dead_end("The callback is not an address of this application.")
    until = simulator.accounts.clock() + _TIME_TO_DECIDE
    identity = simulator.accounts.ask(Request(callback, token, until))
    return _question(simulator, identity, query.get("login_hint", options.default_listener))


async def decide(request: HttpRequest) -> Response:
    """Takes from the form only who decided what; what was asked for is what the consent page was made for."""
    simulator = simulator_of(request)
    fields = await form(request) or {}
    identity = fields.get("request", "")
    asked = simulator.accounts.pending(identity)
    if asked is None:
        return dead_end("This request is unknown, already decided, or too old.")
    decision, name = fields.get("decision"), fields.get("listener", "")
    if decision not in {"allow", "deny"}:
        return dead_end("The decision must be allow or deny.")
    if decision == "deny":
        simulator.accounts.decide(identity, None)
        return _back(asked.callback)
    if not simulator.listeners.exists(name):
        return _question(simulator, identity, name, f"There is no listener named {name!r} here.")
    token = simulator.accounts.decide(identity, simulator.listeners[name].name)
    return _back(asked.callback, token=token or "")


def _question(simulator: Simulator, identity: str, listener: str, warning: str = "") -> Response:
    return question(simulator.options.client_id, _WISHES, identity, listener, DECISION, warning)


def _back(callback: str, **told: str) -> Response:
    """To the callback, with what is told behind its own query; whoever refuses tells nothing."""
    joint = "&" if "?" in callback else "?"
    where = f"{callback}{joint}{urlencode(told)}" if told else callback
    return RedirectResponse(where, 303, headers={"cache-control": "no-store"})
