"""Collect the artists a listener plays most, as the provider ranks them today, per time range."""

from blendify.core.data_types import DataType
from blendify.lambdas.collectors import collector

handler = collector(DataType.TOP_ARTISTS)
