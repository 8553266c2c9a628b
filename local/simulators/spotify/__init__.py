"""A stand-in for the Spotify accounts host and Web API, as strict as the real ones, with invented listeners."""

from local.simulators.spotify.catalogue import Regime
from local.simulators.spotify.library import Options
from local.simulators.spotify.service import Spotify

SERVICE = Spotify

__all__ = ["SERVICE", "Options", "Regime", "Spotify"]
