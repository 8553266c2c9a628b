"""What no real service has: endpoints to look behind it, disturb it, and change its listeners."""

import json
import math
from collections.abc import Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from local.simulators.frame.bans import RateLimit
from local.simulators.frame.faults import TROUBLES
from local.simulators.frame.library import ImpossibleChangeError
from local.simulators.frame.pictures import at_home
from local.simulators.frame.responses import Json, in_pieces, json_response
from local.simulators.frame.service import Service

Control = Callable[[Service, Request, Any], Any]
"""Takes the body as JSON; answers JSON, nothing, or a response."""


def counters(service: Service, _: Request, __: Json) -> Json:
    """
    Every call since the start or the last reset.

    refreshes               refused ones, too
    calls_during_ban        those that came when the application had had the time to hear of it
    calls_in_flight_at_ban  those that came before that
    faults_served           answers that were spoiled, by kind
    """
    traffic = service.traffic
    counted = ("listeners", "refreshes", "calls_during_ban", "calls_in_flight_at_ban", "faults_served")
    return {
        "endpoints": dict(sorted(traffic.endpoints.items())),
        **{name: getattr(traffic, name) for name in counted},
    }


def add_fault(service: Service, _: Request, body: Any) -> Json:
    """
    Fields as in `Fault`, and a `trouble` of `TROUBLES` that sets some of them.

    Of several that fit a call the oldest with `times` left is taken.
    """
    service.trouble(str(body.pop("trouble", "")), str(body.pop("endpoint", "")), **body)
    return {"faults": len(service.traffic.faults)}


def limit_rate(service: Service, _: Request, body: Any) -> None:
    """
    A new limit, which ends the ban of the old one.

    calls, seconds  so many in any so many seconds; `calls` null ends the limit and whatever ban there is
    retry_after     seconds until the deadline; missing, it is when the window has room again; null tells none
    flight_seconds  how long after a 429 the calls of a ban are excused; alone it leaves the limit as it is
    """
    if "flight_seconds" in body:
        service.traffic.flight_seconds = _duration(body.pop("flight_seconds"))
        if not body:
            return
    if body.get("calls") is None:
        service.traffic.limit = service.traffic.ban = None
        return
    seconds = body.get("retry_after")
    silent = "retry_after" in body and seconds is None
    retry_after = None if seconds is None else float(seconds)
    service.traffic.limit = RateLimit(int(body["calls"]), float(body["seconds"]), retry_after, silent)


def change(service: Service, request: Request, body: Json) -> Json:
    """One change, or a list of them: an `act`, the data type as `list`, a `name` if there are several, and details."""
    done = []
    for wanted in body if isinstance(body, list) else [body]:
        if not isinstance(wanted, dict) or not isinstance(wanted.get("act"), str):
            raise ImpossibleChangeError("A change is an object with an act.")
        details = {str(key): value for key, value in wanted.items() if key not in {"act", "list", "name"}}
        where = str(wanted.get("list")), str(wanted.get("name", ""))
        done.append(service.change(request.path_params["name"], wanted["act"], *where, **details))
    return {"done": done}


def truth(service: Service, request: Request, _: Json) -> Response:
    """What a listener has, as the API's answers show it."""
    hosts = service.picture_hosts if service.options.own_pictures else ()
    base = base_of(request)
    return in_pieces(service.truth(request.path_params["name"]), lambda text: at_home(text, hosts, base))


def base_of(request: Request) -> str:
    """How the caller reaches this server."""
    return f"{request.url.scheme}://{request.url.netloc}"


def _duration(value: Json) -> float:
    if not 0 <= float(value) < math.inf:
        raise ValueError("A duration is a number of seconds from 0 on.")
    return float(value)


def _control(path: str, method: str, control: Control) -> Route:
    async def handle(request: Request) -> Response:
        try:
            body = json.loads(await request.body() or b"{}")
            if not isinstance(body, dict) and control is not change:
                return json_response({"error": "The body must be a JSON object."}, 400)
            value = control(request.app.state.simulator, request, body)
            return value if isinstance(value, Response) else json_response(value or {})
        except (ImpossibleChangeError, ValueError, TypeError) as error:
            return json_response({"error": str(error)}, 400)
        except KeyError as error:
            return json_response({"error": f"{error} is missing or unknown."}, 404)

    return Route(f"/_simulator{path}", handle, methods=[method])


CONTROLS = [
    _control("/health", "GET", lambda *_: {"status": "ok"}),
    _control("/counters", "GET", counters),
    _control("/counters/reset", "POST", lambda service, *_: service.traffic.reset_counters()),
    _control("/faults", "POST", add_fault),
    _control("/troubles", "GET", lambda service, *_: {**TROUBLES, **service.troubles.refusals}),
    _control("/faults", "DELETE", lambda service, *_: service.traffic.faults.clear()),
    _control("/rate-limit", "POST", limit_rate),
    _control("/truth/{name}", "GET", truth),
    _control("/secrets", "GET", lambda service, *_: {"secrets": service.accounts.secrets}),
    _control("/listeners/{name}", "POST", lambda service, of, body: service.arrange(of.path_params["name"], body)),
    _control("/listeners/{name}/mutations", "POST", change),
]
