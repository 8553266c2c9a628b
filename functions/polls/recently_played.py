"""Poll the recent plays of the listeners whose polls are in the queue."""

from blendify.lambdas.polls import queued_polls
from blendify.syncing.poll import give_up, poll

handler = queued_polls(poll, give_up)
