"""A simulated Last.fm on a real socket, and listeners of it who have connected already."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from starlette.applications import Starlette

from blendify.access import connections, users
from blendify.access.connections import Grant
from blendify.access.token_vault import TokenSet, seal
from blendify.core.data_types import DataType
from blendify.providers.consent import NEVER
from blendify.providers.lastfm.endpoints import PERIODS
from blendify.providers.provider import Profile
from local.aws_in_memory import application
from local.simulators.frame.serving import running
from local.simulators.frame.web import create_app
from local.simulators.lastfm import Lastfm, Options

CALLBACK = "http://127.0.0.1:4566/v1/auth/lastfm/callback"
OFFERED = (DataType.TOP_TRACKS, DataType.TOP_ARTISTS, DataType.RECENTLY_PLAYED, DataType.SAVED_TRACKS)
SMALL = {"redirect_uris": (CALLBACK,), "scrobbles": 450, "loved_tracks": 30, "top_tracks": 8, "top_artists": 6}
"""Three pages of scrobbles, and all that is needed of the rest."""


@contextmanager
def served() -> Iterator[tuple[Starlette, str]]:
    """One socket for many tests: each puts its own simulator behind it."""
    app = create_app(Lastfm, Options())
    with running(app) as base:
        yield app, base


@dataclass
class World:
    """One simulator, and our application registered with it."""

    base: str
    simulator: Lastfm

    @classmethod
    def begin(cls, behind: tuple[Starlette, str], *, clock: Callable[[], float] = time.time, **options: Any) -> "World":
        """New for each test, on a socket that is there already."""
        app, base = behind
        app.state.simulator = Lastfm(Options(**{**SMALL, **options}), clock)
        world = cls(base, app.state.simulator)
        world.register()
        return world

    def register(self, **more: Any) -> None:
        """Our application, as the provider knows it; `more` replaces parts of it."""
        application(f"{self.base}/api/auth/", f"{self.base}/2.0/", "lastfm", **more)

    def key(self, listener: str) -> str:
        """A session key of somebody who agreed, without a browser."""
        accounts = self.simulator.accounts
        return accounts.redeem(accounts.allow(listener))

    def connect(self, listener: str = "Ana") -> str:
        """The user id of a listener whose connection is stored."""
        profile = Profile(f"{listener.lower()}@0", self.simulator.listeners[listener].name, listener)
        user_id = users.find_or_create_user("lastfm", profile.account_id)
        sealed = seal(TokenSet(self.key(listener), "", NEVER), provider="lastfm", user_id=user_id)
        connections.connect(user_id, "lastfm", profile, Grant("default", (), sealed, NEVER))
        return user_id

    def truth(self, listener: str = "Ana") -> dict[str, dict[str, list[Any]]]:
        """What the listener has, by data type and by our names of lists."""
        names = {period: name for name, period in PERIODS.items()}
        data = self.simulator.truth(listener)["data"]
        return {
            data_type: {str(names.get(name, name)): entries for name, entries in one.items()}
            if isinstance(one, dict)
            else {"": one}
            for data_type, one in data.items()
        }

    def change(self, act: str, data_type: str, name: str = "", *, listener: str = "Ana", **details: Any) -> Any:
        """Something that a listener does, see `local.simulators.frame.acts`; `name` is ours of a list."""
        return self.simulator.change(listener, act, data_type, PERIODS.get(name, name), **details)

    def calls(self, method: str = "") -> int:
        """Calls so far, of one method or of all."""
        counters = self.simulator.traffic.endpoints
        return sum(count["calls"] for name, count in counters.items() if f"method={method}" in name)
