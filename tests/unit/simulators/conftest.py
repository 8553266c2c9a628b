"""Simulators for the tests of simulators: real servers on free ports of this machine."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest
import requests
from starlette.applications import Starlette

from local.simulators import apple_music
from local.simulators import lastfm as lastfm_simulator
from local.simulators.apple_music.simulator import Simulator as AppleSimulator
from local.simulators.lastfm.simulator import Simulator as LastfmSimulator
from local.simulators.previous.serving import running
from local.simulators.previous.spotify import Options, create_app
from local.simulators.previous.spotify.simulator import Simulator
from tests.unit.simulators.apple_music_visitor import AppleListening, AppleVisitor, visiting_apple
from tests.unit.simulators.lastfm_visitor import Fan, LastfmVisitor
from tests.unit.simulators.visitor import Clock, Listening, Visitor, visiting

Start = Callable[..., Visitor]
StartApple = Callable[..., AppleVisitor]


@pytest.fixture
def start() -> Iterator[Start]:
    """Starts a simulator with the given options; it ends with the test."""
    with ExitStack() as stack:

        def begin(**options: Any) -> Visitor:
            return stack.enter_context(visiting(Options(**options)))

        yield begin


@pytest.fixture(scope="session")
def default_server() -> Iterator[tuple[Starlette, str]]:
    app = create_app(Options())
    with running(app) as base:
        yield app, base


@pytest.fixture
def visitor(default_server: tuple[Starlette, str]) -> Iterator[Visitor]:
    """A simulator with default options, new for each test; only the socket is shared between tests."""
    app, base = default_server
    clock = Clock()
    app.state.simulator = Simulator(Options(), clock)
    with requests.Session() as session:
        yield Visitor(base, clock, app.state.simulator, session)


@pytest.fixture
def ana(visitor: Visitor) -> Listening:
    """A listener with all scopes, at a simulator with default options."""
    return visitor.log_in()


@pytest.fixture(scope="session")
def lastfm_server() -> Iterator[tuple[Starlette, str]]:
    app = lastfm_simulator.create_app(lastfm_simulator.Options())
    with running(app) as base:
        yield app, base


@pytest.fixture
def start_lastfm(lastfm_server: tuple[Starlette, str]) -> Iterator[Callable[..., LastfmVisitor]]:
    """A Last.fm simulator with the given options, new for each test; only the socket is shared between tests."""
    app, base = lastfm_server
    with requests.Session() as session:

        def begin(**options: Any) -> LastfmVisitor:
            clock = Clock()
            app.state.simulator = LastfmSimulator(lastfm_simulator.Options(**options), clock)
            return LastfmVisitor(base, clock, app.state.simulator, session)

        yield begin


@pytest.fixture
def lastfm(start_lastfm: Callable[..., LastfmVisitor]) -> LastfmVisitor:
    return start_lastfm()


@pytest.fixture
def fan(lastfm: LastfmVisitor) -> Fan:
    """Ana, with a session, at a Last.fm simulator with default options."""
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
