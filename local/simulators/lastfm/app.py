"""The simulator as a web application: every call on its way from the connection to its method."""

import time
from collections.abc import Mapping
from hmac import compare_digest

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from local.simulators.lastfm.accounts import signature
from local.simulators.lastfm.answers import (
    KEY,
    PARAMETERS,
    SESSION,
    SIGNATURE,
    WITHOUT_METHOD,
    ApiError,
    found,
    refusal,
)
from local.simulators.lastfm.authorization import DECISION, authorize, decide
from local.simulators.lastfm.options import Options
from local.simulators.lastfm.reading import METHODS, Call, Method, repeated
from local.simulators.lastfm.simulator import WITHOUT_USER_AGENT, Simulator, simulator_of
from local.simulators.previous.application import METHODS as HTTP_METHODS
from local.simulators.previous.application import Clock, Handler, application
from local.simulators.previous.forms import form
from local.simulators.previous.spoiling import Asked


def create_app(options: Options, clock: Clock = time.time) -> Starlette:
    """One simulator; `clock` tells it the seconds since 1970, by which tokens and bans age, and plays are dated."""
    routes = [
        _page("/api/auth/", "GET", authorize),
        _page("/api/auth", "GET", authorize),
        _page(DECISION, "POST", decide),
        *(Route(path, _call, methods=HTTP_METHODS) for path in ("/2.0/", "/2.0")),
    ]
    return application(Simulator(options, clock), routes)


def _page(path: str, method: str, handler: Handler) -> Route:
    name = path if path == DECISION else "/api/auth/"

    async def handle(request: Request) -> Response:
        async def call() -> Response:
            if request.method != method:
                return Response("Method not allowed", 405, {"allow": method})
            return await handler(request)

        return await simulator_of(request).traffic.pass_on(Asked(f"{request.method} {name}", None, call))

    return Route(path, handle, methods=HTTP_METHODS)


async def _call(request: Request) -> Response:
    """One call of the API, by GET or as a posted form."""
    simulator = simulator_of(request)
    given = {**request.query_params, **(await form(request) or {})}
    method, xml = METHODS.get(given.get("method", "").lower()), given.get("format") != "json"
    simulator.traffic.noted[WITHOUT_USER_AGENT] += not request.headers.get("user-agent")

    async def call() -> Response:
        if request.method not in {"GET", "POST"}:
            return Response("Method not allowed", 405, {"allow": "GET, POST"})
        try:
            asked = _accepted(simulator, given, method)
            return found(asked[0].read(asked[1]), xml=xml)
        except ApiError as error:
            return refusal(error, error.status(simulator.options.errors), xml=xml)

    async def repeat() -> Response | None:
        try:
            accepted, asked = _accepted(simulator, given, method)
            page = repeated(accepted.read, asked) if not accepted.signed else None
        except ApiError:
            return None
        return None if page is None else found(page, xml=xml)

    name = f"{request.method} /2.0/?method={'unknown' if method is None else method.name}"
    return await simulator.traffic.pass_on(Asked(name, _listener(simulator, given), call, repeat))


def _listener(simulator: Simulator, given: Mapping[str, str]) -> str | None:
    """Whom a call is about: the user it names, or whoever is behind its session key or token."""
    named = simulator.listeners.find(given.get("user", ""))
    return named.name if named else simulator.accounts.listener_behind(given.get("sk") or given.get("token") or "")


def _accepted(simulator: Simulator, given: Mapping[str, str], method: Method | None) -> tuple[Method, Call]:
    """The method, and the call of an application that may make it; ApiError otherwise."""
    if not given.get("method"):
        raise ApiError(PARAMETERS)
    if method is None:
        raise ApiError(WITHOUT_METHOD)
    if given.get("api_key") != simulator.options.client_id:
        raise ApiError(KEY)
    if method.signed or "sk" in given or "api_sig" in given:
        expected = signature(given, simulator.options.client_secret)
        if not compare_digest(given.get("api_sig", "").lower().encode(), expected.encode()):
            raise ApiError(SIGNATURE)
    caller = None
    if "sk" in given:
        session = simulator.accounts.session(given["sk"])
        if session is None:
            raise ApiError(SESSION)
        caller = simulator.listeners[session.listener]
    return method, Call(given, simulator.listeners, simulator.accounts, simulator.options, caller)
