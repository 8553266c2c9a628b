"""The providers of the local stack: real ones if the environment has their credentials, else simulators."""

import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import requests

from local.background import Program, answers, require_free
from local.errors import Misconfigured
from local.simulators.apple_music import keys
from local.template import snake_case

CLIENT_ID, CLIENT_SECRET = "simulated-client", "simulated-secret"


@dataclass(frozen=True)
class Provider:
    """One provider, and the names of its parameters in the template."""

    name: str
    title: str
    port: int
    """The simulator's port, unless SIMULATOR_PORT moves all of them."""
    credentials: Mapping[str, str]
    """The parameters for the client's ids and, last, its secret, with the values that the simulator accepts."""
    addresses: Mapping[str, str]
    """The parameters for its addresses, and their paths at the simulator."""
    paces: tuple[str, ...]
    """The parameters for calls a minute."""
    redirect_uri: str | None = None
    """The parameter for its redirect URI; None if listeners consent on our own page."""
    lists: Mapping[str, str] = field(default_factory=dict)
    """Names of lists: the provider's, and the history's where they differ."""

    def variable(self, parameter: str) -> str:
        """The environment variable of a parameter: `SPOTIFY_API_URL` for `SpotifyApiUrl`."""
        return snake_case(parameter).upper()

    @property
    def features(self) -> dict[str, str]:
        """The parameters that let its data be compared and blended: on this machine everything can be tried."""
        prefix = self.name.title().replace("_", "")
        return {f"{prefix}Comparing": "on", f"{prefix}Blending": "on"}


def _oauth2(name: str, title: str, port: int, api_path: str, *paces: str) -> Provider:
    """A provider with OAuth 2; its parameters begin with its name, such as `SpotifyClientId`."""
    prefix = name.title().replace("_", "")
    return Provider(
        name,
        title,
        port,
        credentials={f"{prefix}ClientId": CLIENT_ID, f"{prefix}ClientSecret": CLIENT_SECRET},
        addresses={f"{prefix}ApiUrl": api_path, f"{prefix}AccountsUrl": ""},
        paces=tuple(f"{prefix}{pace}" for pace in ("CallsPerMinute", *paces)),
        redirect_uri=f"{prefix}RedirectUri",
    )


SPOTIFY = _oauth2("spotify", "Spotify", 8480, "/v1", "CallsPerMinuteAndUser")
APPLE_MUSIC = Provider(
    name="apple_music",
    title="Apple Music",
    port=8483,
    credentials={
        "AppleMusicTeamId": keys.TEAM_ID,
        "AppleMusicKeyId": keys.KEY_ID,
        "AppleMusicPrivateKey": keys.private_key(),
    },
    addresses={"AppleMusicApiUrl": "", "AppleMusicKitUrl": "/musickit/v3/musickit.js"},
    paces=("AppleMusicCallsPerMinute",),
)
LASTFM = Provider(
    name="lastfm",
    title="Last.fm",
    port=8482,
    credentials={"LastfmApiKey": CLIENT_ID, "LastfmSharedSecret": CLIENT_SECRET},
    addresses={"LastfmApiUrl": "/2.0/", "LastfmAuthUrl": "/api/auth/"},
    redirect_uri="LastfmRedirectUri",
    paces=("LastfmCallsPerMinute",),
    lists={"1month": "short_term", "6month": "medium_term", "12month": "long_term"},
)
SOUNDCLOUD = _oauth2("soundcloud", "SoundCloud", 8485, "")
YOUTUBE_MUSIC = _oauth2("youtube_music", "YouTube Music", 8484, "/youtube/v3", "CallsPerDay")
PROVIDERS = {provider.name: provider for provider in (SPOTIFY, APPLE_MUSIC, LASTFM, SOUNDCLOUD, YOUTUBE_MUSIC)}


def chosen(environment: Mapping[str, str]) -> Provider:
    """The provider that PROVIDER names, or Spotify. Raises Misconfigured"""
    name = environment.get("PROVIDER") or SPOTIFY.name
    if name not in PROVIDERS:
        raise Misconfigured(f"PROVIDER must be one of: {', '.join(PROVIDERS)}.")
    return PROVIDERS[name]


@dataclass(frozen=True)
class Simulator:
    """A provider's simulator in a process of its own."""

    port: int
    folder: Path
    options: Sequence[str] = ()
    """Options of its command line: sizes, regime, latency."""
    provider: Provider = SPOTIFY

    @property
    def address(self) -> str:
        """Its pages and its API are below it, its control below `/_simulator`."""
        return f"http://127.0.0.1:{self.port}"

    @cached_property
    def program(self) -> Program:
        """The process."""
        return Program(f"{self.provider.name}-simulator", self.folder / "run", self.port)

    @property
    def parameters(self) -> dict[str, str]:
        """The template's parameters for it. It has no quota unless it is given one, so our rate limit is off."""
        return {
            **{name: one_line(value) for name, value in self.provider.credentials.items()},
            **{name: self.address + path for name, path in self.provider.addresses.items()},
            **dict.fromkeys(self.provider.paces, "0"),
        }

    def start(self, redirect_uri: str) -> None:
        """Restart it with these options."""
        name = self.provider.name
        self.program.stop()
        require_free(self.port, "SIMULATOR_PORT")
        command = [sys.executable, "-m", "local.simulators", name, "--port", str(self.port), "--own-pictures"]
        command += self.options
        if self.provider.redirect_uri:
            command += ["--client-id", CLIENT_ID, "--client-secret", CLIENT_SECRET, "--redirect-uri", redirect_uri]
        # Beside the emulator's state: a connection that is kept over a restart must go on working.
        command += ["--grants", str(self.folder / "state" / f"{name}-simulator-grants.json")]
        self.program.start(command, dict(os.environ), lambda: answers(f"{self.address}/_simulator/health"))

    def control(self, method: str, path: str, body: object = None) -> Any:
        """The response of its control API, e.g. to `GET counters` or `POST faults`."""
        answer = requests.request(method, f"{self.address}/_simulator/{path}", json=body, timeout=120)
        answer.raise_for_status()
        return answer.json()

    def truth(self, listener: str) -> dict[str, Any]:
        """What a listener has now, by data type and by the history's names of lists."""
        data: dict[str, Any] = self.control("GET", f"truth/{listener}")["data"]
        names = self.provider.lists
        return {
            data_type: {names.get(name, name): entries for name, entries in held.items()}
            if isinstance(held, dict)
            else held
            for data_type, held in data.items()
        }


def one_line(value: str) -> str:
    """A key in one line, as the parameter needs it: without the first and last line of its file."""
    return "".join(line.strip() for line in value.splitlines() if not line.startswith("-----"))


def real_parameters(environment: Mapping[str, str], provider: Provider = SPOTIFY) -> dict[str, str] | None:
    """
    The template's parameters for the real provider; None without credentials, when the simulator is used.

    Raises  Misconfigured when only part of the credentials are set, or an address without credentials
    """
    redirect = (provider.redirect_uri,) if provider.redirect_uri else ()
    needed = (*provider.credentials, *provider.addresses, *redirect)
    names = {parameter: provider.variable(parameter) for parameter in (*needed, *provider.paces)}
    given = {parameter: one_line(environment.get(variable, "")) for parameter, variable in names.items()}
    if not any(given[parameter] for parameter in needed):
        return None
    if not all(given[parameter] for parameter in provider.credentials):
        all_of_them = " and ".join(names[parameter] for parameter in provider.credentials)
        raise Misconfigured(
            f"Set {all_of_them} for the real {provider.title}, or no {provider.name.upper()}_ variable at all."
        )
    return {parameter: value for parameter, value in given.items() if value}
