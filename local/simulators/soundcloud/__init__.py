"""A stand-in for SoundCloud's login and its API, as strict as the real ones, with invented listeners."""

from local.simulators.soundcloud.library import Options
from local.simulators.soundcloud.service import Soundcloud

SERVICE = Soundcloud

__all__ = ["SERVICE", "Options", "Soundcloud"]
