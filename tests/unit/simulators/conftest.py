"""Simulators for the tests of simulators, in this process."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest
import requests

from local.simulators.apple_music import AppleMusic
from local.simulators.frame.options import ClientOptions
from local.simulators.frame.service import Service
from local.simulators.frame.serving import running
from local.simulators.frame.web import create_app
from local.simulators.lastfm import Lastfm
from local.simulators.soundcloud import Soundcloud
from local.simulators.spotify import Spotify
from local.simulators.youtube_music import YouTubeMusic
from tests.unit.simulators.apple_music_visitor import COUNTED, AppleMusicVisitor
from tests.unit.simulators.in_process import InProcess
from tests.unit.simulators.soundcloud_visitor import SoundcloudVisitor
from tests.unit.simulators.visitor import (
    REDIRECT_URI,
    Clock,
    LastfmAccount,
    LastfmVisitor,
    SpotifyAccount,
    SpotifyVisitor,
    Visitor,
)
from tests.unit.simulators.youtube_visitor import YouTubeVisitor

Start = Callable[..., Any]
"""Takes a service and its options."""
VISITORS: dict[type[Service], type[Visitor]] = {
    Spotify: SpotifyVisitor,
    Lastfm: LastfmVisitor,
    AppleMusic: AppleMusicVisitor,
    Soundcloud: SoundcloudVisitor,
    YouTubeMusic: YouTubeVisitor,
}


@pytest.fixture
def start() -> Iterator[Callable[..., Any]]:
    """A new simulator of a service with the given options, in this process; `on_socket` for what needs a connection."""
    with ExitStack() as stack:

        def begin(service: type[Service], *, on_socket: bool = False, **options: Any) -> Visitor:
            if issubclass(service.options_type, ClientOptions):
                options = {"redirect_uris": (REDIRECT_URI,), **options}
            app = create_app(service, service.options_type(**options), clock := Clock())
            session = stack.enter_context(requests.Session())
            session.trust_env = False
            base = stack.enter_context(running(app)) if on_socket else "http://simulator.example"
            if not on_socket:
                session.mount(base, InProcess(app))
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
def apple(start: Callable[..., AppleMusicVisitor]) -> AppleMusicVisitor:
    """A simulator of Apple Music with a library of a known size."""
    return start(AppleMusic, **COUNTED, playlist_entries=800, long_playlist=320)
