"""The insights' store with an invented listener in it, who is everybody."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any

from blendify.insights.buckets import First, Known, ListBrought, MonthOfLibrary, MonthOfPlays, TopList
from blendify.providers import NAMES
from blendify.taste.rankings import histories, in_force
from tests.unit.taste.listener import Listener

FUNCTIONS = (
    "plays", "top_lists", "current_top_lists", "library", "firsts_of_artists", "first_of_artist", "pictures", "known",
    "lists_brought", "last_play",
)  # fmt: skip


def serve(put: Callable[[str, Callable[..., Any]], None], listener: Listener) -> None:
    """
    Replace the store's functions by those of the listener.

    put     sets a function of the store by its name
    """
    store = _Store(listener)
    for name in FUNCTIONS:
        put(name, getattr(store, name))


@dataclass(frozen=True)
class _Store:
    listener: Listener

    def plays(
        self, _user: str, first: str | None, last: str | None, providers: Collection[str] = NAMES
    ) -> list[MonthOfPlays]:
        span = _span(first, last)
        months = [month for month in self.listener.plays if span[0] <= month.month <= span[1]]
        return [month for month in months if set(providers) & set(month.providers)]

    def top_lists(self, _user: str, what: str, time_range: str, first: str, last: str) -> list[TopList]:
        _span(first, last)
        chosen = []
        for (_, kind, name), history in histories(self.listener.lists).items():
            if (kind, name) == (what, time_range):
                before = in_force(history, first)
                chosen += [before] if before and before.day < first else []
                chosen += [snapshot for snapshot in history if first <= snapshot.day <= last]
        return sorted(chosen, key=lambda snapshot: (snapshot.day, snapshot.provider))

    def current_top_lists(self, _user: str) -> list[TopList]:
        return [history[-1] for history in histories(self.listener.lists).values()]

    def library(self, _user: str, first: str | None, last: str | None) -> list[MonthOfLibrary]:
        span = _span(first, last)
        return [month for month in self.listener.library if span[0] <= month.month <= span[1]]

    def firsts_of_artists(self, _user: str) -> list[First]:
        return [first for first in self.listener.firsts if first.is_artist]

    def first_of_artist(self, _user: str, key: str) -> First | None:
        return next((first for first in self.listener.firsts if first.is_artist and first.key == key), None)

    def pictures(self, _user: str, keys: Collection[str], *, of_artists: bool) -> dict[str, str]:
        firsts = (first for first in self.listener.firsts if first.is_artist == of_artists and first.key in keys)
        return {first.key: first.image for first in firsts if first.image}

    def last_play(self, _user: str, _providers: Collection[str] = NAMES) -> str | None:
        days = [f"{month.month}-{day:02}" for month in self.listener.plays for day in month.by_day]
        return max(days, default=None)

    def lists_brought(self, _user: str) -> list[ListBrought]:
        return []

    def known(self, _user: str) -> Known:
        return self.listener.known


def _span(first: str | None, last: str | None) -> tuple[str, str]:
    """DynamoDB refuses a range that ends before it begins."""
    span = first or "", last or "9"
    assert span[0] <= span[1]
    return span
