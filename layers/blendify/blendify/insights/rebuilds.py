"""Rebuilds of one listener or of all, as a state machine asks for them."""

from collections.abc import Callable
from typing import Any

from blendify.access import users
from blendify.insights import queue

RESERVE_SECONDS = 30.0
"""A page of listeners is read only with this much of the Lambda's time left."""


def ask_for(user_id: str | None, place: dict[str, Any] | None, seconds_left: Callable[[], float]) -> dict[str, Any]:
    """
    Ask for a rebuild of this listener, or of all from a place on.

    Returns {"listeners", "place"}; place is None after the last one
    """
    if user_id:
        queue.rebuild(user_id)
        return {"listeners": 1, "place": None}
    listeners = 0
    while True:
        some, place = users.some_users(place)
        listeners += queue.send(queue.Ask(user, queue.REBUILD) for user in some)
        if place is None or seconds_left() < RESERVE_SECONDS:
            return {"listeners": listeners, "place": place}
