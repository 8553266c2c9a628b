"""Which Spotify the local stack talks to: the real one when its credentials are in the environment, or the simulator."""

import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from local.background import Program, answers
from local.paths import RECORDED, ROOT

PORT = int(os.environ.get("SIMULATOR_PORT", "8480"))
ADDRESS = f"http://127.0.0.1:{PORT}"
CLIENT_ID, CLIENT_SECRET = "simulated-client", "simulated-secret"

program = Program("spotify-simulator")


class Misconfigured(ValueError):
    """The environment does not say clearly which Spotify is meant."""


@dataclass(frozen=True)
class Account:
    """One Spotify to deploy for."""

    words: str
    parameters: Mapping[str, str]
    command: Sequence[str] = ()
    """What starts the simulator; empty for the real one."""

    def start(self) -> None:
        """Start the simulator anew, so that it has the options asked for; the real Spotify needs nothing."""
        program.stop()
        if self.command:
            program.start(self.command, dict(os.environ), ROOT, lambda: answers(f"{ADDRESS}/_simulator/health"))


def account(api_url: str) -> Account:
    """
    The Spotify that the environment asks for.

    Raises  Misconfigured when only half of the credentials are set, or an address without credentials
    """
    given = {
        name: os.environ.get(f"SPOTIFY_{name}", "")
        for name in ("CLIENT_ID", "CLIENT_SECRET", "API_URL", "ACCOUNTS_URL")
    }
    if given["CLIENT_ID"] and given["CLIENT_SECRET"]:
        return _real(given)
    if any(given.values()):
        raise Misconfigured(
            "set both SPOTIFY_CLIENT_ID and SPOTIFY_CLIENT_SECRET, or neither and no other SPOTIFY_ address"
        )
    return _simulated(f"{api_url}/auth/spotify/callback")


def _real(given: Mapping[str, str]) -> Account:
    optional = {
        "SpotifyApiUrl": given["API_URL"],
        "SpotifyAccountsUrl": given["ACCOUNTS_URL"],
        "SpotifyRedirectUri": os.environ.get("SPOTIFY_REDIRECT_URI", ""),
        "SpotifyCallsPerMinute": os.environ.get("SPOTIFY_CALLS_PER_MINUTE", ""),
        "SpotifyCallsPerMinuteAndUser": os.environ.get("SPOTIFY_CALLS_PER_MINUTE_AND_USER", ""),
    }
    return Account(
        words="Using Spotify with your application",
        parameters={
            "SpotifyClientId": given["CLIENT_ID"],
            "SpotifyClientSecret": given["CLIENT_SECRET"],
            **{name: value for name, value in optional.items() if value},
        },
    )


def _simulated(redirect_uri: str) -> Account:
    command = [sys.executable, "-m", "local.simulators.spotify", "--port", str(PORT)]
    command += ["--client-id", CLIENT_ID, "--client-secret", CLIENT_SECRET, "--redirect-uri", redirect_uri]
    if (RECORDED / "spotify").is_dir():
        command += ["--recorded", str(RECORDED / "spotify")]
    command += os.environ.get("SIMULATOR_OPTIONS", "").split()
    return Account(
        words="Starting the Spotify simulator",
        parameters={
            "SpotifyClientId": CLIENT_ID,
            "SpotifyClientSecret": CLIENT_SECRET,
            "SpotifyApiUrl": f"{ADDRESS}/v1",
            "SpotifyAccountsUrl": ADDRESS,
            # The simulator has no quota of its own unless it is told to.
            "SpotifyCallsPerMinute": "0",
            "SpotifyCallsPerMinuteAndUser": "0",
        },
        command=command,
    )
