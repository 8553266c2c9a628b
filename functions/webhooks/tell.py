"""Make the events of runs that recorded something."""

from blendify.lambdas.webhooks import runs
from blendify.webhooks.tell import tell

handler = runs(tell)
