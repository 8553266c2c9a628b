"""The insights' store with an invented listener in it, who is everybody."""

from collections.abc import Callable
from typing import Any

from blendify.insights.buckets import First, Known, MonthOfLibrary, MonthOfPlays, TopList
from blendify.taste.rankings import histories, in_force
from tests.unit.taste.listener import Listener


def serve(put: Callable[[str, Callable[..., Any]], None], listener: Listener) -> None:
    """
    Replace the store's functions by those of the listener.

    put     sets a function of the store by its name
    """

    def plays(_user: str, first: str | None, last: str | None) -> list[MonthOfPlays]:
        return [month for month in listener.plays if (first or "") <= month.month <= (last or "9")]

    def top_lists(_user: str, what: str, time_range: str, first: str, last: str) -> list[TopList]:
        chosen = []
        for (_, kind, name), history in histories(listener.lists).items():
            if (kind, name) == (what, time_range):
                before = in_force(history, first)
                chosen += [before] if before and before.day < first else []
                chosen += [snapshot for snapshot in history if first <= snapshot.day <= last]
        return sorted(chosen, key=lambda snapshot: (snapshot.day, snapshot.provider))

    def current_top_lists(_user: str) -> list[TopList]:
        return [history[-1] for history in histories(listener.lists).values()]

    def library(_user: str, first: str | None, last: str | None) -> list[MonthOfLibrary]:
        return [month for month in listener.library if (first or "") <= month.month <= (last or "9")]

    def firsts(_user: str) -> list[First]:
        return listener.firsts

    def known(_user: str) -> Known:
        return listener.known

    for function in (plays, top_lists, current_top_lists, library, firsts, known):
        put(function.__name__, function)
