"""Collect the albums a listener has saved."""

from blendify.core.data_types import DataType
from blendify.lambdas.collectors import collector

handler = collector(DataType.SAVED_ALBUMS)
