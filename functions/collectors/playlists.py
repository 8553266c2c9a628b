"""Collect the listener's playlists, own and followed, without their contents."""

from blendify.data_types import DataType
from blendify.entrypoint import collector

handler = collector(DataType.PLAYLISTS)
