"""Deliver events to webhooks."""

from blendify.lambdas.webhooks import queued
from blendify.webhooks.deliver import deliver

handler = queued(deliver)
