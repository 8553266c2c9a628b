"""A stand-in for Last.fm's web authentication and its API, as strict as the real ones, with invented listeners."""

from local.simulators.lastfm.options import Empty, Errors, Lone, Options
from local.simulators.lastfm.service import Lastfm

SERVICE = Lastfm

__all__ = ["SERVICE", "Empty", "Errors", "Lastfm", "Lone", "Options"]
