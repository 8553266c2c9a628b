"""The parts of one simulator, together."""

import time
from collections import Counter
from collections.abc import Mapping
from typing import Any, cast

from starlette.requests import Request

from local.simulators.lastfm import grants
from local.simulators.lastfm.accounts import Accounts
from local.simulators.lastfm.answers import FAILED, OFFLINE, TOO_MANY, ApiError, refusal
from local.simulators.lastfm.listeners import Listeners
from local.simulators.lastfm.mutations import mutate
from local.simulators.lastfm.options import Options
from local.simulators.lastfm.paging import edited
from local.simulators.lastfm.reading import METHODS
from local.simulators.lastfm.truth import truth
from local.simulators.previous.answers import Json
from local.simulators.previous.application import Clock
from local.simulators.previous.bans import RateLimit
from local.simulators.previous.manners import Manners
from local.simulators.previous.traffic import Traffic

WITHOUT_USER_AGENT = "without_user_agent"
"""What is counted besides: calls that do not say who makes them."""

_PATHS = frozenset(
    (
        *(f"/2.0/?method={method.name}" for method in METHODS.values()),
        "/2.0/?method=unknown",
        "/api/auth/",
        "/api/auth/decision",
    )
)
_FAILURES = {429: TOO_MANY, 503: OFFLINE}


class Simulator:
    """What `create_app` keeps as `app.state.simulator`, for tests that reach inside."""

    def __init__(self, options: Options, clock: Clock = time.time) -> None:
        self.options = options
        self.listeners = Listeners(options, clock)
        self.accounts = Accounts(options, clock)
        if options.grants:
            grants.load(self.accounts, options.grants)
        for session in self.accounts.sessions.values():
            _ = self.listeners[session.listener]
        self.traffic = Traffic(
            _manners(options),
            latency_ms=options.latency_ms,
            flight_seconds=options.flight_seconds,
            clock=clock,
            limit=RateLimit(options.rate, 1, silent=True) if options.rate else None,
            noted=Counter({WITHOUT_USER_AGENT: 0}),
        )
        self.paths = _PATHS

    @property
    def secrets(self) -> list[str]:
        return self.accounts.secrets

    def about(self) -> dict[str, Json]:
        return {"errors": self.options.errors}

    def truth(self, listener: str, query: Mapping[str, str]) -> Json:
        """With `extended=1` scrobbles are as that parameter of the real method makes them."""
        return truth(self.listeners[listener], extended=query.get("extended") == "1")

    def change(self, listener: str, action: str, details: dict[str, Any]) -> Json:
        return mutate(self.listeners[listener].library, action, **details)

    def arrange(self, listener: str, wish: dict[str, Json]) -> Json:
        """
        Change what holds for one listener; fields that are missing stay as they are.

        hidden  true shows recent listening to nobody but the listener's own sessions
        gone    true deletes the account with its sessions, false brings it back without them
        revoke  true ends all sessions
        sizes   a new library of other sizes, without earlier changes
        """
        arranged = self.listeners[listener]
        if unknown := set(wish) - {"hidden", "gone", "revoke", "sizes"}:
            raise ValueError(f"There is nothing to arrange about {', '.join(sorted(unknown))}.")
        for name in ("hidden", "gone", "revoke"):
            if not isinstance(wish.get(name, False), bool):
                raise TypeError(f"{name} is true or false.")
        arranged.hidden = wish.get("hidden", arranged.hidden)
        arranged.gone = wish.get("gone", arranged.gone)
        if wish.get("revoke") or arranged.gone:
            self.accounts.revoke(arranged.name)
        if "sizes" in wish:
            self.listeners.resize(listener, wish["sizes"])
        return {"name": arranged.name, "hidden": arranged.hidden, "gone": arranged.gone}


def simulator_of(request: Request) -> Simulator:
    """The simulator that a request came to."""
    return cast("Simulator", request.app.state.simulator)


def _manners(options: Options) -> Manners:
    """No refusal tells when to come again; a failure that was wished for has its status and a fitting number."""
    too_many = ApiError(TOO_MANY)
    return Manners(
        too_many=lambda _: refusal(too_many, too_many.status(options.errors)),
        failure=lambda status, headers: refusal(ApiError(_FAILURES.get(status, FAILED)), status, headers=headers),
        edited=edited,
    )
