"""Collect the tracks a listener has liked."""

from blendify.core.data_types import DataType
from blendify.lambdas.collectors import collector

handler = collector(DataType.SAVED_TRACKS)
