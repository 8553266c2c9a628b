"""What the real service does not have: endpoints to look behind it, disturb it, and change its listeners."""

import json
import math
from collections.abc import Awaitable, Callable
from dataclasses import fields
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from local.simulators.spotify.answers import answer
from local.simulators.spotify.faults import EVERYWHERE
from local.simulators.spotify.listeners import RECORDED, Listener
from local.simulators.spotify.mutations import ImpossibleChangeError, mutate
from local.simulators.spotify.options import is_loopback
from local.simulators.spotify.pieces import in_pieces
from local.simulators.spotify.reading import ENDPOINTS
from local.simulators.spotify.regimes import Json, Regime
from local.simulators.spotify.simulator import Simulator, simulator_of
from local.simulators.spotify.traffic import Fault, RateLimit
from local.simulators.spotify.truth import truth

_PATHS = {
    EVERYWHERE,
    *(f"/v1{endpoint.path}" for endpoint in ENDPOINTS),
    "/v1/unknown",
    "/authorize",
    "/authorize/decision",
    "/api/token",
}
"""Where a fault can be; a misspelled one would never show."""

Control = Callable[[Simulator, Request], Awaitable[Json | Response]]


async def health(simulator: Simulator, request: Request) -> Json:  # noqa: ARG001
    return {"status": "ok", "regime": simulator.options.regime}


async def counters(simulator: Simulator, request: Request) -> Json:  # noqa: ARG001
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
    }


async def reset_counters(simulator: Simulator, request: Request) -> Json:  # noqa: ARG001
    simulator.traffic.reset_counters()
    return {}


async def add_fault(simulator: Simulator, request: Request) -> Json:
    """Fields as in `Fault`; of several that fit a call the oldest with `times` left is taken."""
    wish = await _object(request)
    if str(wish.get("endpoint")).rpartition(" ")[2] not in _PATHS:
        raise ValueError(f"A fault needs '*', or a method and one of {', '.join(sorted(_PATHS - {EVERYWHERE}))}.")
    if unknown := wish.keys() - {each.name for each in fields(Fault)}:
        raise ValueError(f"A fault has no {', '.join(sorted(unknown))}.")
    if not isinstance(headers := wish.get("headers") or {}, dict):
        raise TypeError("headers is an object.")
    wish["headers"] = {str(name): str(value) for name, value in headers.items()}
    simulator.traffic.faults.append(Fault(**wish))
    return {"faults": len(simulator.traffic.faults)}


async def clear_faults(simulator: Simulator, request: Request) -> Json:  # noqa: ARG001
    simulator.traffic.faults.clear()
    return {"faults": 0}


async def limit_rate(simulator: Simulator, request: Request) -> Json:
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


async def slow_down(simulator: Simulator, request: Request) -> Json:
    simulator.traffic.latency_ms = float((await _object(request))["ms"])
    return {}


async def tell_truth(simulator: Simulator, request: Request) -> Response:
    return in_pieces(truth(_listener(simulator, request)))


async def secrets(simulator: Simulator, request: Request) -> Json:  # noqa: ARG001
    return {"secrets": simulator.accounts.secrets}


async def arrange(simulator: Simulator, request: Request) -> Json:
    """
    Change what holds for one listener; fields that are missing stay as they are.

    regime  restricted, transitional or legacy, from now on
    scopes  what the listener consents to at most, from the next consent on; null is all that is asked for
    revoke  true ends all consents: refreshing fails, access tokens live on
    expire  true ends all access tokens
    sizes   a new library of other sizes, without earlier changes
    """
    wish, listener = await _object(request), _listener(simulator, request)
    if unknown := set(wish) - {"regime", "scopes", "revoke", "expire", "sizes"}:
        raise ValueError(f"There is nothing to arrange about {', '.join(sorted(unknown))}.")
    if "regime" in wish:
        if listener.name == RECORDED and wish["regime"] != Regime.LEGACY:
            raise ValueError("The recordings are of the legacy regime.")
        listener.regime = Regime(wish["regime"])
    if "scopes" in wish:
        listener.scopes = None if wish["scopes"] is None else frozenset(wish["scopes"])
    if wish.get("revoke"):
        simulator.accounts.revoke(listener.name)
    if wish.get("expire"):
        simulator.accounts.expire_access(listener.name)
    if "sizes" in wish:
        simulator.listeners.resize(listener.name, wish["sizes"])
    return {"name": listener.name, "regime": listener.regime, "user_id": listener.library.user_id}


async def change(simulator: Simulator, request: Request) -> Json:
    """One mutation, or a list of them: `action` and the parameters of the function of that name."""
    wishes: Any = await _json(request)
    library = _listener(simulator, request).library
    done = []
    for wish in wishes if isinstance(wishes, list) else [wishes]:
        if not isinstance(wish, dict) or not isinstance(wish.get("action"), str):
            raise ImpossibleChangeError("A change is an object with an action.")
        details = {str(name): value for name, value in wish.items() if name != "action"}
        done.append(mutate(library, wish["action"], **details))
    return {"done": done}


def _listener(simulator: Simulator, request: Request) -> Listener:
    return simulator.listeners[request.path_params["name"]]


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
            told = await control(simulator_of(request), request)
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
