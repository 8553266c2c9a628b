"""One stack for all end-to-end tests, with new state and free ports. It enforces the roles' policies."""

import random
import shutil
import socket
from collections.abc import Iterator, Mapping
from contextlib import suppress

import pytest

from local.emulator.server import Emulator
from local.paths import LOCAL
from local.providers import PROVIDERS, SPOTIFY, Simulator
from local.stack import Stack
from tests.e2e.system import DueListener, SettledListener, System

LIBRARY = {
    "top-tracks": 20,
    "top-artists": 20,
    "plays": 20,
    "playlists": 8,
    "playlist-entries": 130,
    "long-playlist": 70,
    "followed-playlists": 2,
    "saved-tracks": 110,
    "saved-albums": 55,
    "followed-artists": 55,
}
"""Lists that can have a second page have one. `test_size.py` has a large account."""
OTHERS = {
    "apple_music": {
        "playlists": 5,
        "playlist-entries": 125,
        "long-playlist": 110,
        "saved-tracks": 110,
        "saved-albums": 30,
        "followed-artists": 12,
    },
    "lastfm": {"scrobbles": 250, "loved-tracks": 20, "top-tracks": 15, "top-artists": 10},
    "soundcloud": {
        "playlists": 4,
        "playlist-entries": 90,
        "long-playlist": 55,
        "liked-playlists": 3,
        "saved-tracks": 210,
        "saved-albums": 20,
        "followed-artists": 30,
    },
    "youtube_music": {
        "playlists": 4,
        "playlist-entries": 70,
        "long-playlist": 55,
        "saved-tracks": 60,
        "followed-artists": 55,
    },
}


@pytest.fixture(scope="session")
def system(worker_id: str) -> Iterator[System]:
    """The deployed system. Its logs stay in `.local/e2e-…`, so that a failure can be examined."""
    folder = LOCAL / f"e2e-{worker_id}"
    shutil.rmtree(folder, ignore_errors=True)
    emulator = Emulator(free_port(), folder, check_permissions=True)
    others = [
        Simulator(free_port(), folder, _options(OTHERS[name]), provider)
        for name, provider in PROVIDERS.items()
        if name != SPOTIFY.name
    ]
    # An execution can be asked to use one Lambda; what Athena needs is there by this alone.
    parameters = {"FleetBy": "athena"}
    stack = Stack(folder, emulator, Simulator(free_port(), folder, _options(LIBRARY)), others, parameters)
    try:
        yield System(stack, stack.up())
    finally:
        stack.down()


@pytest.fixture(scope="session")
def settled(system: System) -> SettledListener:
    """A listener for the tests that leave an account as it is: a first sync is what costs most here."""
    browser, user_id = system.connect("sol")
    assert system.latest_sync(browser)["status"] == "succeeded"
    return SettledListener("sol", browser, user_id)


@pytest.fixture(scope="session")
def due_listener(system: System) -> DueListener:
    """A listener who is due. The schedule comes once a minute; until it does, other tests can run."""
    return DueListener.of(system, "uma")


def _options(sizes: Mapping[str, int]) -> list[str]:
    return [part for name, size in sizes.items() for part in (f"--{name}", str(size))]


def free_port() -> int:
    """A port below the range of outgoing connections, so that none of those takes it before the server does."""
    for port in random.SystemRandom().sample(range(20_000, 32_000), 100):
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port
    raise AssertionError("no free port")
