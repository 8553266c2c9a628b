"""The simulator as a web application: every call on its way from the connection to its endpoint."""

import time
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
from local.simulators.frame.pages import Reading
from local.simulators.frame.pictures import PATH, at_home, picture
from local.simulators.frame.responses import Json, encoded, json_response
from local.simulators.frame.service import AccountPage, Call, Endpoint, Service
from local.simulators.frame.spoiling import TRANSPORT
from local.simulators.frame.tables import Refusal
from local.simulators.frame.traffic import Asked

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


def _account_route(page: AccountPage) -> Route:
    async def handle(request: Request) -> Response:
        service: Service = request.app.state.simulator

        async def answer() -> Response:
            if request.method not in page.methods:
                return service.refuse(Refusal("wrong_method"), {"allow": ", ".join(page.methods)})
            response = await page.handle(service, request)
            service.accounts.save()
            return response

        fields = await form(request) or {}
        service.traffic.refreshes += fields.get("grant_type") == "refresh_token"
        listener = service.accounts.listener_behind(page.secret(fields))
        asked = Asked(f"{request.method} {page.path}", listener, answer, parameters=fields)
        return await service.traffic.pass_on(asked)

    return Route(page.path, handle, methods=METHODS)


async def _called(request: Request) -> Response:
    service: Service = request.app.state.simulator
    parameters = {**request.query_params, **(await form(request) or {})}
    endpoint, path = service.endpoint_of(request, parameters)

    def call() -> Call:
        name, grant = service.accept(request, parameters, endpoint)
        return Call(service, service.listeners[name], parameters, path, base_of(request), request.url.path, grant)

    def written(body: Json) -> Response:
        hosts = service.picture_hosts if service.options.own_pictures else ()
        return json_response(at_home(encoded(body), hosts, base_of(request)))

    async def answer() -> Response:
        try:
            accepted = call()
            return written(cast("Endpoint", endpoint).body(accepted))
        except Refusal as refusal:
            return service.refuse(refusal)

    def reading() -> Reading | None:
        try:
            return None if endpoint is None or endpoint.read else endpoint.reading(call())
        except Refusal:
            return None

    asked = Asked(
        f"{request.method} {endpoint.path if endpoint else service.unknown}",
        service.whose(request, parameters),
        answer,
        api=True,
        parameters={**parameters, **path},
        reading=reading,
        with_page=lambda reading, page: written(reading.endpoint.pages.written(call(), reading.endpoint, page)),
    )
    return await service.traffic.pass_on(asked)
