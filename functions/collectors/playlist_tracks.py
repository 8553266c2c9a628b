"""Collect every entry of every playlist, in the order of the playlist."""

from blendify.core.data_types import DataType
from blendify.lambdas.collectors import collector

handler = collector(DataType.PLAYLIST_TRACKS)
