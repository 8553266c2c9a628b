"""A stand-in for Google's accounts host and the YouTube Data API, with invented listeners."""

from local.simulators.youtube_music.library import Options
from local.simulators.youtube_music.service import YouTubeMusic

SERVICE = YouTubeMusic

__all__ = ["SERVICE", "Options", "YouTubeMusic"]
