"""The simulator as a web application: every call on its way from the connection to its endpoint."""

import time
from collections.abc import Mapping
from functools import cache
from typing import cast

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from local.simulators.frame.consent_page import form
from local.simulators.frame.control import CONTROLS, base_of
from local.simulators.frame.library import Clock
from local.simulators.frame.options import Options
from local.simulators.frame.pages import Window
from local.simulators.frame.pictures import PATH, at_home, picture
from local.simulators.frame.refusals import Refusal
from local.simulators.frame.responses import Json
from local.simulators.frame.service import AccountPage, Call, Endpoint, Service
from local.simulators.frame.spoiling import TRANSPORT
from local.simulators.frame.traffic import Asked, PageTrouble

METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]


class SimulatorApp(Starlette):
    """Knows the connection of each request, so that a fault can tear it."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        scope[TRANSPORT] = getattr(getattr(send, "__self__", None), "transport", None)
        await super().__call__(scope, receive, send)


def create_app(kind: type[Service], options: Options, clock: Clock = time.time) -> Starlette:
    """A service's pages, its API and the control endpoints; tests find the simulator as `app.state.simulator`."""
    api = [Route(f"{root}{{rest:path}}", _called, methods=METHODS) for root in kind.api_roots]
    pictures = Route(f"{PATH}{{path:path}}", picture, methods=["GET"])
    app = SimulatorApp(routes=[*CONTROLS, pictures, *map(_account_route, kind.account_pages), *api])
    app.router.redirect_slashes = False
    app.state.simulator = kind(options, clock)
    return app


def service_of(request: Request) -> Service:
    """The simulator that a request came to."""
    return cast("Service", request.app.state.simulator)


def _account_route(page: AccountPage) -> Route:
    async def handle(request: Request) -> Response:
        service = service_of(request)

        async def respond(trouble: PageTrouble | None) -> Response | None:
            if trouble is not None:
                return None
            if request.method not in page.methods:
                return service.refuse(Refusal("wrong_method"), {"allow": ", ".join(page.methods)})
            response = await page.handle(service, request)
            service.accounts.save()
            return response

        fields = await form(request) or {}
        service.traffic.refreshes += fields.get("grant_type") == "refresh_token"
        listener = service.accounts.listener_behind(page.secret(fields))
        return await service.traffic.pass_on(
            Asked(f"{request.method} {page.counted_as or page.path}", listener, respond, parameters=fields)
        )

    return Route(page.path, handle, methods=METHODS)


async def _called(request: Request) -> Response:
    service = service_of(request)
    parameters = {**request.query_params, **(await form(request) or {})}
    meant = endpoint, path = service.endpoint_of(request, parameters)

    async def respond(trouble: PageTrouble | None) -> Response | None:
        try:
            body = _body(service, request, meant, parameters, trouble)
        except Refusal as refusal:
            return service.refuse(refusal) if trouble is None else None
        return None if body is None else _with_pictures(service, request, service.written(body))

    @cache
    def window() -> Window | None:
        windows: list[Window] = []
        try:
            _body(service, request, meant, parameters, lambda reading: windows.append(reading.page.window))
        except Refusal:
            return None
        return windows[0] if windows else None

    asked = Asked(
        f"{request.method} {endpoint.path if endpoint else service.unknown}",
        service.whose(request, parameters),
        respond,
        api=True,
        parameters={**parameters, **path},
        window=window,
    )
    return await service.traffic.pass_on(asked)


def _with_pictures(service: Service, request: Request, response: Response) -> Response:
    """The response with pictures of this server, if that is chosen."""
    if not service.options.own_pictures:
        return response
    text = at_home(bytes(response.body), service.picture_hosts, base_of(request))
    kept = {name: value for name, value in response.headers.items() if name != "content-length"}
    return Response(text, response.status_code, kept)


def _body(
    service: Service,
    request: Request,
    meant: tuple[Endpoint | None, Mapping[str, str]],
    parameters: Mapping[str, str],
    trouble: PageTrouble | None,
) -> Json | None:
    """What the endpoint answers; None if the trouble can do nothing. Raises `Refusal`."""
    endpoint, path = meant
    name, grant = service.accept(request, parameters, endpoint)
    if endpoint is None:
        raise RuntimeError("A service refuses what leads nowhere.")
    call = Call(service, service.listeners[name], parameters, path, base_of(request), request.url.path, grant)
    return endpoint.body(call, trouble)
