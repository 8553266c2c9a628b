"""A stand-in for Last.fm's web authentication and its API, as strict as the real ones, with invented listeners."""

from local.simulators.lastfm.library import Options
from local.simulators.lastfm.service import Lastfm

SERVICE = Lastfm

__all__ = ["SERVICE", "Lastfm", "Options"]
