"""
A stand-in for the Spotify accounts host and Web API, as strict as the real ones, with invented listeners.

`create_app` builds one simulator that shares nothing with any other in the process; `Options` says how large
the libraries are, which regime the application is in, and how tokens live.
"""

from local.simulators.previous.spotify.app import create_app
from local.simulators.previous.spotify.options import Options
from local.simulators.previous.spotify.regimes import Regime

__all__ = ["Options", "Regime", "create_app"]
