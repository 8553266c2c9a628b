"""The parts of one simulator, together."""

import time
from collections.abc import Callable, Mapping
from typing import Any, cast

from starlette.requests import Request

from local.simulators.previous.answers import Json
from local.simulators.previous.spotify import grants
from local.simulators.previous.spotify.catalogue import Catalogue
from local.simulators.previous.spotify.listeners import RECORDED, Listeners
from local.simulators.previous.spotify.mutations import mutate
from local.simulators.previous.spotify.options import Options
from local.simulators.previous.spotify.reading import ENDPOINTS
from local.simulators.previous.spotify.regimes import Regime
from local.simulators.previous.spotify.tokens import Accounts
from local.simulators.previous.spotify.traffic import MANNERS, Traffic
from local.simulators.previous.spotify.truth import truth

_PATHS = frozenset(
    (
        *(f"/v1{endpoint.path}" for endpoint in ENDPOINTS),
        "/v1/unknown",
        "/authorize",
        "/authorize/decision",
        "/api/token",
    )
)


class _CatalogueWithMemory(Catalogue):
    """Of the artists' ids, all of them: each page after an artist looks that one up among all who are followed."""

    def __init__(self, seed: int) -> None:
        super().__init__(seed)
        self._artist_ids: dict[int, str] = {}

    def artist_id(self, index: int) -> str:
        known = self._artist_ids.get(index)
        if known is None:
            known = self._artist_ids[index] = super().artist_id(index)
        return known


class Simulator:
    """What `create_app` keeps as `app.state.simulator`, for tests that reach inside."""

    def __init__(self, options: Options, clock: Callable[[], float] = time.time) -> None:
        self.options = options
        self.listeners = Listeners(options, _CatalogueWithMemory(options.seed))
        self.accounts = Accounts(options, clock)
        if options.grants:
            grants.load(self.accounts, options.grants)
        self.traffic = Traffic(
            MANNERS, latency_ms=options.latency_ms, flight_seconds=options.flight_seconds, clock=clock
        )
        self.paths = _PATHS

    @property
    def secrets(self) -> list[str]:
        return self.accounts.secrets

    def about(self) -> dict[str, Json]:
        return {"regime": self.options.regime}

    def truth(self, listener: str, query: Mapping[str, str]) -> Json:  # noqa: ARG002
        return truth(self.listeners[listener])

    def change(self, listener: str, action: str, details: dict[str, Any]) -> Json:
        return mutate(self.listeners[listener].library, action, **details)

    def arrange(self, listener: str, wish: dict[str, Json]) -> Json:
        """
        Change what holds for one listener; fields that are missing stay as they are.

        regime  restricted, transitional or legacy, from now on
        scopes  what the listener consents to at most, from the next consent on; null is all that is asked for
        revoke  true ends all consents: refreshing fails, access tokens live on
        expire  true ends all access tokens
        sizes   a new library of other sizes, without earlier changes
        """
        arranged = self.listeners[listener]
        if unknown := set(wish) - {"regime", "scopes", "revoke", "expire", "sizes"}:
            raise ValueError(f"There is nothing to arrange about {', '.join(sorted(unknown))}.")
        if "regime" in wish:
            if listener == RECORDED and wish["regime"] != Regime.LEGACY:
                raise ValueError("The recordings are of the legacy regime.")
            arranged.regime = Regime(wish["regime"])
        if "scopes" in wish:
            arranged.scopes = None if wish["scopes"] is None else frozenset(wish["scopes"])
        if wish.get("revoke"):
            self.accounts.revoke(listener)
        if wish.get("expire"):
            self.accounts.expire_access(listener)
        if "sizes" in wish:
            self.listeners.resize(listener, wish["sizes"])
        return {"name": listener, "regime": arranged.regime, "user_id": arranged.library.user_id}


def simulator_of(request: Request) -> Simulator:
    """The simulator that a request came to."""
    return cast("Simulator", request.app.state.simulator)
