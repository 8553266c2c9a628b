"""A simulated Apple Music on a real socket, and listeners of it who have connected already."""

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
from blendify.providers import PROVIDERS
from blendify.providers.apple_music import developer_tokens
from blendify.providers.consent import NEVER
from blendify.providers.provider import Profile
from local.aws_in_memory import application
from local.simulators.apple_music import AppleMusic, Options, keys
from local.simulators.apple_music.consent import SCRIPT
from local.simulators.apple_music.service import view_of
from local.simulators.frame.serving import running
from local.simulators.frame.web import create_app

ORIGIN = "http://127.0.0.1:4566"
CALLBACK = f"{ORIGIN}/v1/auth/apple_music/callback"
OFFERED = (
    DataType.TOP_TRACKS,
    DataType.RECENTLY_PLAYED,
    DataType.PLAYLISTS,
    DataType.PLAYLIST_TRACKS,
    DataType.SAVED_TRACKS,
    DataType.SAVED_ALBUMS,
    DataType.FOLLOWED_ARTISTS,
)
SMALL = {
    "playlists": 6,
    "playlist_entries": 180,
    "long_playlist": 120,
    "saved_tracks": 230,
    "saved_albums": 25,
    "followed_artists": 12,
}
"""Three pages of songs, two of one playlist, and all that is needed of the rest."""


@contextmanager
def served() -> Iterator[tuple[Starlette, str]]:
    """One socket for many tests: each puts its own simulator behind it."""
    app = create_app(AppleMusic, Options())
    with running(app) as base:
        yield app, base


@dataclass
class World:
    """One simulator, and our application registered with it."""

    base: str
    simulator: AppleMusic

    @classmethod
    def begin(cls, behind: tuple[Starlette, str], *, clock: Callable[[], float] = time.time, **options: Any) -> "World":
        """New for each test, on a socket that is there already."""
        app, base = behind
        app.state.simulator = AppleMusic(Options(**{**SMALL, **options}), clock)
        world = cls(base, app.state.simulator)
        world.register()
        return world

    def register(self, **more: Any) -> None:
        """Our application, as the provider knows it; `more` replaces parts of it."""
        # Tokens that another test has signed are of another time.
        developer_tokens.forget()
        registered = {
            "client_id": f"{keys.TEAM_ID}.{keys.KEY_ID}",
            "client_secret": "".join(keys.private_key().splitlines()[1:-1]),
        }
        application(f"{self.base}{SCRIPT}", self.base, "apple_music", **{**registered, **more})

    def token(self, listener: str) -> str:
        """A Music User Token of somebody who agreed, without a browser."""
        return str(self.simulator.accounts.allow(listener, "none"))

    def connect(self, listener: str = "Ana") -> str:
        """The user id of a listener whose connection is stored."""
        profile = Profile(f"account of {listener}", f"account of {listener}", "Apple Music, Sweden")
        user_id = users.find_or_create_user("apple_music", profile.account_id)
        sealed = seal(TokenSet(self.token(listener), "", NEVER), provider="apple_music", user_id=user_id)
        connections.connect(user_id, "apple_music", profile, Grant("default", (), sealed, NEVER))
        return user_id

    def truth(self, listener: str = "Ana") -> Any:
        """What the listener has, by data type, and by name where there are several lists."""
        views = self.simulator.listeners[listener].views
        rows = PROVIDERS["apple_music"].endpoints.values()
        for endpoint in [each for row in rows for each in (row, *row.separate_lists.values())]:
            # It shows what was last asked for; before the first call that is what we are going to.
            views.setdefault(endpoint.path.format(list_id="{id}"), view_of(endpoint.parameters))
        return self.simulator.truth(listener)["data"]

    def change(self, act: str, data_type: str, name: str = "", *, listener: str = "Ana", **details: Any) -> Any:
        """Something that a listener does, see `local.simulators.frame.acts`."""
        return self.simulator.change(listener, act, data_type, name, **details)

    def calls(self, path: str = "") -> int:
        """Calls so far, of one path or of all."""
        counters = self.simulator.traffic.endpoints
        return sum(count["calls"] for name, count in counters.items() if path in name)
