"""The simulator as a web application: every call on its way from the connection to its endpoint."""

import time
from collections.abc import Awaitable, Callable

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from local.simulators.apple_music.answers import ApiError, forbidden, not_found, refused, unauthorized
from local.simulators.apple_music.consent import authorize, preflight, script, unauthorize
from local.simulators.apple_music.edits import repeated
from local.simulators.apple_music.options import Options
from local.simulators.apple_music.reading import ENDPOINTS, STOREFRONT_PATH, Call, Endpoint, read, storefront
from local.simulators.apple_music.simulator import AUTHORIZE, SCRIPT, UNAUTHORIZE, Simulator, simulator_of
from local.simulators.previous.answers import Json, answer
from local.simulators.previous.application import METHODS, Clock, Handler, application
from local.simulators.previous.spoiling import Asked

Reader = Callable[[Call], Json]


def create_app(options: Options, clock: Clock = time.time) -> Starlette:
    """One simulator; `clock` tells it the seconds since 1970, by which tokens and bans age, and playlists change."""
    browser = [
        _browser_route(SCRIPT, "GET", script),
        _browser_route(AUTHORIZE, "POST", authorize),
        _browser_route(UNAUTHORIZE, "POST", unauthorize),
    ]
    api = [_api_route(endpoint.path, *_readers(endpoint)) for endpoint in ENDPOINTS]
    api.append(_api_route(STOREFRONT_PATH, storefront))
    unknown = Route("/v1/{rest:path}", _unknown, methods=METHODS)
    return application(Simulator(options, clock), [*browser, *api, unknown])


def _browser_route(path: str, method: str, handler: Handler) -> Route:
    async def handle(request: Request) -> Response:
        async def call() -> Response:
            if request.method == "OPTIONS":
                return preflight()
            if request.method != method:
                return refused(_wrong_method())
            return await handler(request)

        return await simulator_of(request).traffic.pass_on(Asked(f"{request.method} {path}", None, call))

    return Route(path, handle, methods=METHODS)


def _readers(endpoint: Endpoint) -> tuple[Reader, Reader]:
    return lambda call: read(endpoint, call), lambda call: repeated(endpoint, call)


def _api_route(path: str, reader: Reader, repeater: Reader = lambda call: None) -> Route:  # noqa: ARG005
    async def handle(request: Request) -> Response:
        async def call() -> Response:
            try:
                return answer(reader(_accepted(request)))
            except ApiError as error:
                return refused(error)

        async def repeat() -> Response | None:
            try:
                page = repeater(_accepted(request))
            except ApiError:
                return None
            return None if page is None else answer(page)

        return await _passed_on(request, f"/v1{path}", call, repeat)

    return Route(f"/v1{path}", handle, methods=METHODS)


async def _unknown(request: Request) -> Response:
    async def call() -> Response:
        try:
            _check_developer(request)
        except ApiError as error:
            return refused(error)
        return refused(not_found())

    return await _passed_on(request, "/v1/unknown", call)


async def _nothing() -> Response | None:
    return None


async def _passed_on(
    request: Request,
    path: str,
    call: Callable[[], Awaitable[Response]],
    repeat: Callable[[], Awaitable[Response | None]] = _nothing,
) -> Response:
    simulator = simulator_of(request)
    listener = simulator.accounts.listener_behind(_user_token(request))
    return await simulator.traffic.pass_on(Asked(f"{request.method} {path}", listener, call, repeat))


def _wrong_method() -> ApiError:
    return ApiError(405, "40500", "Method Not Allowed", "The method is not allowed here")


def _check_developer(request: Request) -> None:
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    accepts = simulator_of(request).developer_tokens.accepts
    if scheme.lower() != "bearer" or not accepts(token.strip(), request.headers.get("origin")):
        raise unauthorized()


def _user_token(request: Request) -> str:
    return request.headers.get("music-user-token", "")


def _accepted(request: Request) -> Call:
    """The call of an application and a listener who may make it; ApiError otherwise."""
    _check_developer(request)
    simulator = simulator_of(request)
    name = simulator.accounts.listener_with(_user_token(request))
    if name is None:
        raise forbidden()
    if request.method != "GET":
        raise _wrong_method()
    return Call(
        listener=simulator.listeners[name],
        query=request.query_params,
        path={name: str(value) for name, value in request.path_params.items()},
        url=request.url.path,
    )
