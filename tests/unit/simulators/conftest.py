"""Simulators for the tests of simulators: real servers on free ports of this machine."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest
import requests
from starlette.applications import Starlette

from local.simulators import apple_music
from local.simulators.apple_music.simulator import Simulator as AppleSimulator
from local.simulators.frame.service import Service
from local.simulators.frame.serving import running
from local.simulators.frame.web import create_app
from local.simulators.lastfm import Lastfm
from local.simulators.spotify import Spotify
from tests.unit.simulators.apple_music_visitor import AppleListening, AppleVisitor, visiting_apple
from tests.unit.simulators.visitor import (
    Clock,
    LastfmAccount,
    LastfmVisitor,
    SpotifyAccount,
    SpotifyVisitor,
    Visitor,
)

Start = Callable[..., Any]
"""Takes a service and its options."""
StartApple = Callable[..., AppleVisitor]
VISITORS: dict[type[Service], type[Visitor]] = {Spotify: SpotifyVisitor, Lastfm: LastfmVisitor}


@pytest.fixture(scope="session")
def sockets() -> Iterator[Callable[[type[Service]], tuple[Starlette, str]]]:
    """One socket for each service, which many tests share."""
    behind: dict[type[Service], tuple[Starlette, str]] = {}
    with ExitStack() as stack:

        def open_socket(service: type[Service]) -> tuple[Starlette, str]:
            if service not in behind:
                app = create_app(service, service.options_type())
                behind[service] = app, stack.enter_context(running(app))
            return behind[service]

        yield open_socket


@pytest.fixture
def start(sockets: Callable[[type[Service]], tuple[Starlette, str]]) -> Iterator[Callable[..., Any]]:
    """Puts a new simulator with the given options behind the socket of its service."""
    with requests.Session() as session:

        def begin(service: type[Service], **options: Any) -> Visitor:
            app, base = sockets(service)
            app.state.simulator = service(service.options_type(**options), clock := Clock())
            return VISITORS[service](base, clock, app.state.simulator, session)

        yield begin


@pytest.fixture
def spotify(start: Callable[..., Any]) -> SpotifyVisitor:
    visitor: SpotifyVisitor = start(Spotify)
    return visitor


@pytest.fixture
def ana(spotify: SpotifyVisitor) -> SpotifyAccount:
    """A listener of Spotify with all scopes."""
    return spotify.log_in()


@pytest.fixture
def lastfm(start: Callable[..., Any]) -> LastfmVisitor:
    visitor: LastfmVisitor = start(Lastfm)
    return visitor


@pytest.fixture
def fan(lastfm: LastfmVisitor) -> LastfmAccount:
    """Ana at Last.fm, with a session."""
    return lastfm.log_in()


@pytest.fixture
def start_apple() -> Iterator[StartApple]:
    """Starts a simulator of Apple Music with the given options; it ends with the test."""
    with ExitStack() as stack:

        def begin(**options: Any) -> AppleVisitor:
            return stack.enter_context(visiting_apple(apple_music.Options(**options)))

        yield begin


@pytest.fixture(scope="session")
def apple_server() -> Iterator[tuple[Starlette, str]]:
    app = apple_music.create_app(apple_music.Options())
    with running(app) as base:
        yield app, base


@pytest.fixture
def apple(apple_server: tuple[Starlette, str]) -> Iterator[AppleVisitor]:
    """A simulator of Apple Music with default options, new for each test; only the socket is shared between tests."""
    app, base = apple_server
    clock = Clock()
    app.state.simulator = AppleSimulator(apple_music.Options(), clock)
    with requests.Session() as session:
        yield AppleVisitor(base, clock, app.state.simulator, session)


@pytest.fixture
def anas(apple: AppleVisitor) -> AppleListening:
    """A listener at Apple Music, with a token."""
    return apple.log_in()
