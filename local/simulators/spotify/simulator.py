"""The parts of one simulator, together."""

import time
from collections.abc import Callable
from typing import cast

from starlette.requests import Request

from local.simulators.spotify import grants
from local.simulators.spotify.catalogue import Catalogue
from local.simulators.spotify.listeners import Listeners
from local.simulators.spotify.options import Options
from local.simulators.spotify.tokens import Accounts
from local.simulators.spotify.traffic import Traffic


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
        self.traffic = Traffic(latency_ms=options.latency_ms, flight_seconds=options.flight_seconds, clock=clock)


def simulator_of(request: Request) -> Simulator:
    """The simulator that a request came to."""
    return cast("Simulator", request.app.state.simulator)
