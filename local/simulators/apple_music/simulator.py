"""The parts of one simulator, together."""

import time
from collections.abc import Callable, Mapping
from typing import Any, cast

from starlette.requests import Request

from local.simulators.apple_music import grants
from local.simulators.apple_music.answers import failure, too_many
from local.simulators.apple_music.developer_tokens import DeveloperTokens
from local.simulators.apple_music.edits import edited
from local.simulators.apple_music.listeners import Listeners
from local.simulators.apple_music.mutations import mutate
from local.simulators.apple_music.options import Options
from local.simulators.apple_music.reading import ENDPOINTS, STOREFRONT_PATH
from local.simulators.apple_music.tokens import Accounts
from local.simulators.apple_music.truth import truth
from local.simulators.previous.answers import Json
from local.simulators.previous.manners import Manners
from local.simulators.previous.traffic import Traffic

SCRIPT, AUTHORIZE, UNAUTHORIZE = "/musickit/v3/musickit.js", "/_simulator/authorize", "/_simulator/unauthorize"

_MANNERS = Manners(too_many=too_many, failure=failure, edited=edited)
_PATHS = frozenset(
    (
        *(f"/v1{endpoint.path}" for endpoint in ENDPOINTS),
        f"/v1{STOREFRONT_PATH}",
        "/v1/unknown",
        SCRIPT,
        AUTHORIZE,
        UNAUTHORIZE,
    )
)


class Simulator:
    """What `create_app` keeps as `app.state.simulator`, for tests that reach inside."""

    def __init__(self, options: Options, clock: Callable[[], float] = time.time) -> None:
        self.options = options
        self.listeners = Listeners(options, clock)
        self.accounts = Accounts(options, clock)
        self.developer_tokens = DeveloperTokens(options.public_key, options.team_id, options.key_id, clock)
        if options.grants:
            grants.load(self.accounts, options.grants)
        self.traffic = Traffic(
            _MANNERS, latency_ms=options.latency_ms, flight_seconds=options.flight_seconds, clock=clock
        )
        self.paths = _PATHS

    @property
    def secrets(self) -> list[str]:
        return self.accounts.secrets

    def about(self) -> dict[str, Json]:
        return {"team_id": self.options.team_id, "key_id": self.options.key_id}

    def truth(self, listener: str, query: Mapping[str, str]) -> Json:  # noqa: ARG002
        return truth(self.listeners[listener])

    def change(self, listener: str, action: str, details: dict[str, Any]) -> Json:
        return mutate(self.listeners[listener].library, action, **details)

    def arrange(self, listener: str, wish: dict[str, Json]) -> Json:
        """
        Change what holds for one listener; fields that are missing stay as they are.

        revoke  true ends all user tokens at once
        sizes   a new library of other sizes, without earlier changes
        """
        arranged = self.listeners[listener]
        if unknown := set(wish) - {"revoke", "sizes"}:
            raise ValueError(f"There is nothing to arrange about {', '.join(sorted(unknown))}.")
        if wish.get("revoke"):
            self.accounts.revoke(listener)
        if "sizes" in wish:
            self.listeners.resize(listener, wish["sizes"])
        return {"name": arranged.name}


def simulator_of(request: Request) -> Simulator:
    """The simulator that a request came to."""
    return cast("Simulator", request.app.state.simulator)
