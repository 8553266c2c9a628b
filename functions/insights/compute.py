"""Compute the buckets that the queue asks for."""

from blendify.insights.worker import do
from blendify.lambdas.insights import asked

handler = asked(do)
