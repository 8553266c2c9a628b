"""What no real service has: endpoints to look behind it, disturb it, and change its listeners."""

import json
import math
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import fields
from typing import Any, Protocol

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from local.simulators.previous.addresses import is_loopback
from local.simulators.previous.answers import Json, answer
from local.simulators.previous.bans import RateLimit
from local.simulators.previous.changes import ImpossibleChangeError
from local.simulators.previous.faults import EVERYWHERE, Fault
from local.simulators.previous.pieces import in_pieces
from local.simulators.previous.traffic import Traffic


class Simulated(Protocol):
    """What the control endpoints need to know of one simulator. A listener who does not exist is a KeyError."""

    traffic: Traffic

    @property
    def paths(self) -> frozenset[str]:
        """Where a fault can be; a misspelled one would never show."""

    @property
    def secrets(self) -> list[str]:
        """Everything it ever issued that nobody may see, and the application's own secret."""

    def about(self) -> dict[str, Json]:
        """What else there is to say of its health."""

    def truth(self, listener: str, query: Mapping[str, str]) -> Json: ...
    def arrange(self, listener: str, wish: dict[str, Json]) -> Json:
        """Change what holds for one listener; ValueError or TypeError for what cannot be."""

    def change(self, listener: str, action: str, details: dict[str, Any]) -> Json:
        """One mutation; ImpossibleChangeError says what is wrong with it."""


Control = Callable[[Simulated, Request], Awaitable[Json | Response]]


async def health(simulator: Simulated, request: Request) -> Json:  # noqa: ARG001
    return {"status": "ok", **simulator.about()}


async def counters(simulator: Simulated, request: Request) -> Json:  # noqa: ARG001
    """
    Every call since the start or the last reset.

    refreshes               refused ones, too
    calls_during_ban        those that came when the application had had the time to hear of it
    calls_in_flight_at_ban  those that came before that
    faults_served           answers that were spoiled, by kind
    """
    traffic = simulator.traffic
    return {
        "endpoints": {name: dict(counter) for name, counter in sorted(traffic.endpoints.items())},
        "listeners": dict(traffic.listeners),
        "refreshes": traffic.refreshes,
        "calls_during_ban": traffic.calls_during_ban,
        "calls_in_flight_at_ban": traffic.calls_in_flight_at_ban,
        "faults_served": dict(traffic.faults_served),
        **traffic.noted,
    }


async def reset_counters(simulator: Simulated, request: Request) -> Json:  # noqa: ARG001
    simulator.traffic.reset_counters()
    return {}


async def add_fault(simulator: Simulated, request: Request) -> Json:
    """Fields as in `Fault`; of several that fit a call the oldest with `times` left is taken."""
    wish = await _object(request)
    if str(wish.get("endpoint")).rpartition(" ")[2] not in {EVERYWHERE, *simulator.paths}:
        raise ValueError(f"A fault needs '*', or a method and one of {', '.join(sorted(simulator.paths))}.")
    if unknown := wish.keys() - {each.name for each in fields(Fault)}:
        raise ValueError(f"A fault has no {', '.join(sorted(unknown))}.")
    if not isinstance(headers := wish.get("headers") or {}, dict):
        raise TypeError("headers is an object.")
    wish["headers"] = {str(name): str(value) for name, value in headers.items()}
    simulator.traffic.faults.append(Fault(**wish))
    return {"faults": len(simulator.traffic.faults)}


async def clear_faults(simulator: Simulated, request: Request) -> Json:  # noqa: ARG001
    simulator.traffic.faults.clear()
    return {"faults": 0}


async def limit_rate(simulator: Simulated, request: Request) -> Json:
    """
    A new limit, which ends the ban of the old one.

    calls, seconds  so many in any so many seconds; `calls` null ends the limit and whatever ban there is
    retry_after     null sends none, missing the true wait, "date" the true deadline as a date, else as given
    flight_seconds  how long after a 429 the calls of a ban are excused; alone it leaves the limit as it is
    """
    wish = await _object(request)
    if "flight_seconds" in wish:
        simulator.traffic.flight_seconds = _duration(wish.pop("flight_seconds"))
        if not wish:
            return {}
    if wish.get("calls") is None:
        simulator.traffic.limit = simulator.traffic.ban = None
        return {}
    given = wish.get("retry_after")
    simulator.traffic.limit = RateLimit(
        calls=int(wish["calls"]),
        seconds=float(wish["seconds"]),
        retry_after=None if given is None else str(given),
        silent="retry_after" in wish and given is None,
    )
    return {}


async def slow_down(simulator: Simulated, request: Request) -> Json:
    simulator.traffic.latency_ms = float((await _object(request))["ms"])
    return {}


async def tell_truth(simulator: Simulated, request: Request) -> Response:
    return in_pieces(simulator.truth(request.path_params["name"], request.query_params))


async def secrets(simulator: Simulated, request: Request) -> Json:  # noqa: ARG001
    return {"secrets": simulator.secrets}


async def arrange(simulator: Simulated, request: Request) -> Json:
    return simulator.arrange(request.path_params["name"], await _object(request))


async def change(simulator: Simulated, request: Request) -> Json:
    """One mutation, or a list of them: `action` and the parameters of the function of that name."""
    wishes: Any = await _json(request)
    done = []
    for wish in wishes if isinstance(wishes, list) else [wishes]:
        if not isinstance(wish, dict) or not isinstance(wish.get("action"), str):
            raise ImpossibleChangeError("A change is an object with an action.")
        details = {str(name): value for name, value in wish.items() if name != "action"}
        done.append(simulator.change(request.path_params["name"], wish["action"], details))
    return {"done": done}


async def _json(request: Request) -> Json:
    return json.loads(await request.body() or b"{}")


async def _object(request: Request) -> dict[str, Json]:
    wish = await _json(request)
    if not isinstance(wish, dict):
        raise TypeError("The body must be a JSON object.")
    return wish


def _duration(value: Json) -> float:
    if not 0 <= float(value) < math.inf:
        raise ValueError("A duration is a number of seconds from 0 on.")
    return float(value)


def _control(path: str, method: str, control: Control) -> Route:
    async def handle(request: Request) -> Response:
        if request.client is None or not is_loopback(request.client.host):
            return answer({"error": "Only for callers on this machine."}, 403)
        try:
            told = await control(request.app.state.simulator, request)
            return told if isinstance(told, Response) else answer(told)
        except (ImpossibleChangeError, ValueError, TypeError) as error:
            return answer({"error": str(error)}, 400)
        except KeyError as error:
            return answer({"error": f"{error} is missing or unknown."}, 404)

    return Route(f"/_simulator{path}", handle, methods=[method])


CONTROLS = [
    _control("/health", "GET", health),
    _control("/counters", "GET", counters),
    _control("/counters/reset", "POST", reset_counters),
    _control("/faults", "POST", add_fault),
    _control("/faults", "DELETE", clear_faults),
    _control("/rate-limit", "POST", limit_rate),
    _control("/latency", "POST", slow_down),
    _control("/truth/{name}", "GET", tell_truth),
    _control("/secrets", "GET", secrets),
    _control("/listeners/{name}", "POST", arrange),
    _control("/listeners/{name}/mutations", "POST", change),
]
