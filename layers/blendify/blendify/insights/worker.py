"""Does what is asked for, message by message."""

from collections.abc import Callable

from blendify.core.data_types import DataType
from blendify.insights import rebuild, shelves
from blendify.insights.compute import Bucket, chosen_by
from blendify.insights.queue import LIST, REBUILD, RENEW, SHOW, Ask


def do(ask: Ask, seconds_left: Callable[[], float]) -> None:
    """Compute a bucket, or ask for those of a rebuild; nothing for a listener who has left."""
    chosen = chosen_by(ask.user_id)
    if chosen is None:
        return
    calendar, rule = chosen
    match ask.task:
        case task if task == REBUILD:
            rebuild.begin(ask.user_id)
        case task if task == RENEW:
            rebuild.renew(ask.user_id)
        case task if task == LIST:
            rebuild.go_on(ask, calendar, seconds_left)
        case task if task == SHOW:
            shelves.show(ask.user_id, ask.rebuild)
        case _:
            # Before anything is put beside what an earlier release made.
            shelf = rebuild.renew(ask.user_id).written
            Bucket(ask.user_id, shelf, calendar, DataType(ask.data_type), rule).compute(ask.label)
