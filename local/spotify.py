"""Which Spotify the local stack talks to: the real one if the environment has its credentials, else the simulator."""

import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import requests

from local.background import Program, answers, require_free
from local.paths import RECORDED

CLIENT_ID, CLIENT_SECRET = "simulated-client", "simulated-secret"


class Misconfigured(ValueError):
    """The environment does not say clearly which Spotify is meant."""


@dataclass(frozen=True)
class Simulator:
    """The Spotify simulator as a program of its own."""

    port: int
    folder: Path
    options: Sequence[str] = ()
    """More of its command line: sizes, regime, latency."""

    @property
    def address(self) -> str:
        """Its API is below `/v1`, its control below `/_simulator`."""
        return f"http://127.0.0.1:{self.port}"

    @cached_property
    def program(self) -> Program:
        """The process."""
        return Program("spotify-simulator", self.folder / "run")

    @property
    def parameters(self) -> dict[str, str]:
        """What the template is told of it; it has no quota unless it is given one, so the pace is lifted."""
        return {
            "SpotifyClientId": CLIENT_ID,
            "SpotifyClientSecret": CLIENT_SECRET,
            "SpotifyApiUrl": f"{self.address}/v1",
            "SpotifyAccountsUrl": self.address,
            "SpotifyCallsPerMinute": "0",
            "SpotifyCallsPerMinuteAndUser": "0",
        }

    def start(self, redirect_uri: str) -> None:
        """Start it anew, so that it has the options asked for."""
        self.program.stop()
        require_free(self.port, "SIMULATOR_PORT")
        command = [sys.executable, "-m", "local.simulators.spotify", "--port", str(self.port), *self.options]
        command += ["--client-id", CLIENT_ID, "--client-secret", CLIENT_SECRET, "--redirect-uri", redirect_uri]
        # Beside the emulator's state: a connection that is kept over a restart must go on working.
        command += ["--grants", str(self.folder / "state" / "spotify-grants.json")]
        if (RECORDED / "spotify").is_dir():
            command += ["--recorded", str(RECORDED / "spotify")]
        self.program.start(command, dict(os.environ), lambda: answers(f"{self.address}/_simulator/health"))

    def control(self, method: str, path: str, body: object = None) -> Any:
        """What its control API answers, e.g. `GET counters` or `POST faults`."""
        answer = requests.request(method, f"{self.address}/_simulator/{path}", json=body, timeout=120)
        answer.raise_for_status()
        return answer.json()


def real_parameters(environment: Mapping[str, str]) -> dict[str, str] | None:
    """
    What the template is told of the real Spotify; None when no credentials are given and the simulator is meant.

    Raises  Misconfigured when only half of the credentials are set, or an address without credentials
    """
    names = ("CLIENT_ID", "CLIENT_SECRET", "API_URL", "ACCOUNTS_URL", "REDIRECT_URI")
    given = {name: environment.get(f"SPOTIFY_{name}", "") for name in names}
    if not any(given.values()):
        return None
    if not given["CLIENT_ID"] or not given["CLIENT_SECRET"]:
        raise Misconfigured(
            "Set both SPOTIFY_CLIENT_ID and SPOTIFY_CLIENT_SECRET for the real Spotify, or no SPOTIFY_ variable at all."
        )
    parameters = {
        "SpotifyClientId": given["CLIENT_ID"],
        "SpotifyClientSecret": given["CLIENT_SECRET"],
        "SpotifyApiUrl": given["API_URL"],
        "SpotifyAccountsUrl": given["ACCOUNTS_URL"],
        "SpotifyRedirectUri": given["REDIRECT_URI"],
        "SpotifyCallsPerMinute": environment.get("SPOTIFY_CALLS_PER_MINUTE", ""),
        "SpotifyCallsPerMinuteAndUser": environment.get("SPOTIFY_CALLS_PER_MINUTE_AND_USER", ""),
    }
    return {name: value for name, value in parameters.items() if value}
