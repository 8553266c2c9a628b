"""A stand-in for the Apple Music API and for MusicKit JS, as strict as the real ones, with invented listeners."""

from local.simulators.apple_music.library import Options
from local.simulators.apple_music.service import AppleMusic

SERVICE = AppleMusic

__all__ = ["SERVICE", "AppleMusic", "Options"]
