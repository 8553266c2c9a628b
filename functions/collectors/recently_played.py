"""Collect the plays that the provider still remembers."""

from blendify.core.data_types import DataType
from blendify.lambdas.collectors import collector

handler = collector(DataType.RECENTLY_PLAYED)
