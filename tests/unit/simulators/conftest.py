"""Simulators for the tests of simulators: real servers on free ports of this machine."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest
import requests
from starlette.applications import Starlette

from local.simulators.apple_music import AppleMusic
from local.simulators.frame.service import Service
from local.simulators.frame.serving import running
from local.simulators.frame.web import create_app
from local.simulators.lastfm import Lastfm
from local.simulators.spotify import Spotify
from tests.unit.simulators.apple_music_visitor import AppleMusicVisitor
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
VISITORS: dict[type[Service], type[Visitor]] = {
    Spotify: SpotifyVisitor,
    Lastfm: LastfmVisitor,
    AppleMusic: AppleMusicVisitor,
}


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
