"""The simulator as a web application: every call on its way from the connection to its endpoint."""

import time
from urllib.parse import parse_qsl

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from local.simulators.previous.application import METHODS, Clock, Handler, application
from local.simulators.previous.spoiling import Asked
from local.simulators.previous.spotify.answers import ApiError, answer, refusal
from local.simulators.previous.spotify.authorization import authorize, decide
from local.simulators.previous.spotify.exchange import token
from local.simulators.previous.spotify.options import Options
from local.simulators.previous.spotify.reading import ENDPOINTS, Call, Endpoint
from local.simulators.previous.spotify.regimes import Json
from local.simulators.previous.spotify.repeats import repeated
from local.simulators.previous.spotify.simulator import Simulator, simulator_of


def create_app(options: Options, clock: Clock = time.time) -> Starlette:
    """One simulator; `clock` tells it the seconds since 1970, by which codes, tokens, consents and bans age."""
    accounts = [
        _account_route("/authorize", "GET", authorize),
        _account_route("/authorize/decision", "POST", decide),
        _account_route("/api/token", "POST", token),
    ]
    api = [_api_route(endpoint) for endpoint in ENDPOINTS]
    unknown = Route("/v1/{rest:path}", _unknown, methods=METHODS)
    return application(Simulator(options, clock), [*accounts, *api, unknown])


def _account_route(path: str, method: str, handler: Handler) -> Route:
    async def handle(request: Request) -> Response:
        simulator = simulator_of(request)

        async def call() -> Response:
            if request.method != method:
                return refusal(405, "Method not allowed", {"allow": method})
            return await handler(request)

        listener = None
        if path == "/api/token":
            fields = dict(parse_qsl((await request.body()).decode("utf-8", "replace")))
            simulator.traffic.refreshes += fields.get("grant_type") == "refresh_token"
            secret = fields.get("refresh_token") or fields.get("code") or ""
            listener = simulator.accounts.listener_behind(secret)
        return await simulator.traffic.pass_on(Asked(f"{request.method} {path}", listener, call))

    return Route(path, handle, methods=METHODS)


def _api_route(endpoint: Endpoint) -> Route:
    async def handle(request: Request) -> Response:
        simulator = simulator_of(request)

        async def call() -> Response:
            try:
                return answer(endpoint.read(_accepted(request, endpoint)))
            except ApiError as error:
                return refusal(error.status, error.message)

        async def repeat() -> Response | None:
            try:
                page: Json = repeated(endpoint.read, _accepted(request, endpoint))
            except ApiError:
                return None
            return None if page is None else answer(page)

        name = f"{request.method} /v1{endpoint.path}"
        listener = simulator.accounts.listener_behind(_bearer(request))
        return await simulator.traffic.pass_on(Asked(name, listener, call, repeat))

    return Route(f"/v1{endpoint.path}", handle, methods=METHODS)


async def _unknown(request: Request) -> Response:
    async def call() -> Response:
        return refusal(404, "Service not found")

    simulator = simulator_of(request)
    listener = simulator.accounts.listener_behind(_bearer(request))
    return await simulator.traffic.pass_on(Asked(f"{request.method} /v1/unknown", listener, call))


def _bearer(request: Request) -> str:
    scheme, _, secret = request.headers.get("authorization", "").partition(" ")
    return secret.strip() if scheme.lower() == "bearer" else ""


def _accepted(request: Request, endpoint: Endpoint) -> Call:
    """The call of a listener who may make it; ApiError otherwise."""
    simulator = simulator_of(request)
    if request.method != "GET":
        raise ApiError(405, "Method not allowed")
    if not (secret := _bearer(request)):
        raise ApiError(401, "No token provided")
    access = simulator.accounts.access(secret)
    if access is None:
        raise ApiError(401, "Invalid access token")
    if simulator.accounts.clock() >= access.until:
        raise ApiError(401, "The access token expired")
    if endpoint.scope not in {None, *access.consent.scopes}:
        raise ApiError(403, "Insufficient client scope")
    base = f"{request.url.scheme}://{request.url.netloc}"
    return Call(
        listener=simulator.listeners[access.consent.listener],
        listeners=simulator.listeners,
        scopes=frozenset(access.consent.scopes),
        query=request.query_params,
        path={name: str(value) for name, value in request.path_params.items()},
        base=f"{base}/v1",
        url=f"{base}{request.url.path}",
    )
