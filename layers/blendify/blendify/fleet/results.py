"""
What the daily run over all listeners left. Pages and the API read it here.

Nothing in it has fewer than three people behind it but the neighbours of a listener, who are for formulas alone; and
below twenty listeners there is nothing at all. Who has left is in it until the next run, but for an erasure.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import astuple, dataclass
from typing import NamedTuple, Self

from blendify.core import times
from blendify.fleet import numbers, shelf
from blendify.insights import table
from blendify.insights.packing import Rows
from blendify.likeness.audiences import FEWEST_LISTENERS, Audience
from blendify.likeness.near_artists import Near


class Neighbour(NamedTuple):
    """A listener who is like another one."""

    user_id: str
    """For formulas; nobody is shown the id of somebody else."""
    likeness: float


@dataclass(frozen=True)
class Run:
    """A run over all listeners that has ended."""

    day: str
    """Of UTC."""
    by: str
    """What computed it: `lambda` or `athena`."""
    began_at: str
    ended_at: str
    listeners: int
    """Who agreed to be counted and cares for anything; below 20 nothing else was computed."""
    artists: int = 0
    """With an audience of three or more."""
    version: str = ""
    """The run's name, another one for each."""

    @classmethod
    def now(cls, version: str, by: str, began_at: str, listeners: int, artists: int = 0) -> Self:
        """A run that ends now."""
        day = began_at[: len("2026-11-28")]
        return cls(day, by, began_at, times.iso(times.now()), listeners, artists, version)


def last_run() -> Run | None:
    """The latest run that ended; None before the first."""
    row = table.read_across([shelf.RUN]).get(shelf.RUN)
    return Run(*row) if row else None


def audience() -> Audience:
    """How many listeners each artist has; the empty one below twenty listeners. It is kept while the Lambda is warm."""
    run = last_run()
    if run is None or run.listeners < FEWEST_LISTENERS:
        return Audience()
    if run.version not in _audiences:
        listeners, keys, counts = table.read_across([shelf.AUDIENCE]).get(shelf.AUDIENCE) or (0, (), ())
        _audiences.clear()
        _audiences[run.version] = Audience(listeners, dict(zip(keys, counts, strict=True)))
    return _audiences[run.version]


def near(artist_keys: Iterable[str]) -> dict[str, list[Near]]:
    """Of each of these artists, by key, who is near to them, the nearest first; who has nobody is left out."""
    places = {shelf.near(key): key for key in dict.fromkeys(artist_keys) if key}
    return {places[place]: [Near(*row) for row in rows] for place, rows in table.read_across(list(places)).items()}


def neighbours(user_id: str) -> list[Neighbour]:
    """
    The listeners who are most like this one, the most first.

    Some may have withdrawn since the run: ask `consents` before anything is made of them.
    """
    return neighbours_of([user_id])[user_id]


def neighbours_of(user_ids: Collection[str]) -> dict[str, list[Neighbour]]:
    """The same for several listeners at once."""
    places = {user_id: shelf.alike(user_id) for user_id in user_ids}
    rows = table.read_across(list(places.values()))
    owners = numbers.whose({number for alike in rows.values() for number, _ in alike})
    return {
        user_id: [Neighbour(owners[number], likeness) for number, likeness in rows.get(place, []) if number in owners]
        for user_id, place in places.items()
    }


def of_run(run: Run) -> Rows:
    """The row of a run."""
    return list(astuple(run))


def of_audience(audiences: Audience) -> Rows:
    """The rows of audiences, in columns."""
    keys = sorted(audiences.of)
    return [audiences.listeners, keys, [audiences.of[key] for key in keys]]


def of_near(artists: Sequence[Near]) -> Rows:
    """The rows of those who are near to an artist."""
    return [list(artist) for artist in artists]


_audiences: dict[str, Audience] = {}
