"""Collect the listener's playlists, own and followed, without their contents."""

from blendify.core.data_types import DataType
from blendify.lambdas.collectors import collector

handler = collector(DataType.PLAYLISTS)
