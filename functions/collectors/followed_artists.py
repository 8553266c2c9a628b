"""Collect the artists a listener follows."""

from blendify.core.data_types import DataType
from blendify.lambdas.collectors import collector

handler = collector(DataType.FOLLOWED_ARTISTS)
