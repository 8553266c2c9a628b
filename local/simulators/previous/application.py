"""What the web applications of all simulators have in common."""

from collections.abc import Awaitable, Callable, Sequence

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from local.simulators.previous.control import CONTROLS, Simulated
from local.simulators.previous.spoiling import TRANSPORT

METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]

Clock = Callable[[], float]
"""Seconds since 1970."""
Handler = Callable[[Request], Awaitable[Response]]


class SimulatorApp(Starlette):
    """Knows the connection of each request, so that a fault can tear it."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        scope[TRANSPORT] = getattr(getattr(send, "__self__", None), "transport", None)
        await super().__call__(scope, receive, send)


def application(simulator: Simulated, routes: Sequence[Route]) -> Starlette:
    """A service's own routes, and the control endpoints; tests find the simulator as `app.state.simulator`."""
    app = SimulatorApp(routes=[*routes, *CONTROLS])
    app.router.redirect_slashes = False
    app.state.simulator = simulator
    return app
