"""
The daily run by Athena, for any number of listeners, step by step: a state machine asks what to do next, and does it.

A step tells where the run is, and either how long to wait or which query to run. It is a dictionary of texts and
numbers: `place` (None when the run has ended), `wait` (seconds) and `sql`.
"""

from collections.abc import Callable, Iterator
from itertools import groupby
from typing import Any

from blendify.core import aws, times
from blendify.fleet import files, numbers, shelf, statements, writing
from blendify.fleet.files import Part
from blendify.fleet.results import Run
from blendify.fleet.sums import Alike
from blendify.likeness.audiences import FEWEST_LISTENERS, Audience
from blendify.likeness.near_artists import Near

BEGIN, FILES, LISTENERS, AUDIENCE, NEIGHBOURS, NEAR = "begin", "files", "listeners", "audience", "neighbours", "near"
SHORTEST_WAIT, LONGEST_WAIT = 5, 60
MOST_LOOKS = 360
"""Six hours, when each waits the longest."""

Place = dict[str, Any]
Row = list[str | None]


class FilesNotWritten(Exception):
    """The files of a day are still not all there: the queue of files to write, or its dead letters, say why."""


def step(place: Place | None, query: str | None, seconds_left: Callable[[], float]) -> dict[str, Any]:
    """
    Do the step at a place; returns the next one.

    query   the id of the query that the step before asked for, once it has succeeded

    Raises  FilesNotWritten
    """
    now = times.iso(times.now())
    place = place or {"stage": BEGIN, "began_at": now, "day": now[: len("2026-11-28")]}
    if place["stage"] == BEGIN:
        return _begin(place, seconds_left)
    if place["stage"] == FILES:
        return _look(place)
    if query is not None:
        place = _LOADERS[place["stage"]](place, query)
    return _asked(place)


def _begin(place: Place, seconds_left: Callable[[], float]) -> dict[str, Any]:
    """Give numbers, delete what another run left, and ask for the files."""
    try:
        listeners = numbers.all_counted(seconds_left)
    except numbers.TimeUp:
        return _wait(place, 1)
    files.remove_all()
    if len(listeners) < FEWEST_LISTENERS:
        return _nothing(place, list(listeners.values()))
    parts = Part.all(place["day"], len(listeners))
    files.ask_for(parts)
    return _wait({**place, "stage": FILES, "parts": len(parts), "looks": 0}, SHORTEST_WAIT)


def _look(place: Place) -> dict[str, Any]:
    """Whether all files are there."""
    if files.count_written(place["day"]) >= place["parts"]:
        return _asked({**place, "stage": LISTENERS})
    if place["looks"] >= MOST_LOOKS:
        raise FilesNotWritten("not all files are written")
    wait = min(LONGEST_WAIT, SHORTEST_WAIT * (1 + place["looks"]))
    return _wait({**place, "looks": place["looks"] + 1}, wait)


def _asked(place: Place | None) -> dict[str, Any]:
    """The query at a place."""
    if place is None:
        return {"place": None, "wait": None, "sql": None}
    day, number = place["day"], place.get("number", 0)
    match place["stage"]:
        case stage if stage == LISTENERS:
            sql = statements.listeners(day)
        case stage if stage == AUDIENCE:
            sql = statements.audience(day)
        case stage if stage == NEIGHBOURS:
            sql = statements.neighbours(day, number, statements.batches_of(place["listeners"]))
        case _:
            sql = statements.near(day, statements.letters_of(place["artists"])[number])
    return {"place": place, "wait": None, "sql": sql}


def _listeners(place: Place, query: str) -> Place | None:
    ((count,),) = _rows(query)
    if int(count or 0) < FEWEST_LISTENERS:
        _nothing(
            place, [user_id for part in range(shelf.PARTS) for _, user_id in numbers.of_part(part)], int(count or 0)
        )
        return None
    return {**place, "stage": AUDIENCE, "listeners": int(count or 0)}


def _audience(place: Place, query: str) -> Place:
    counts = {str(artist): int(count or 0) for artist, count in _rows(query)}
    writing.audience(Audience(place["listeners"], counts))
    return {**place, "stage": NEIGHBOURS, "number": 0, "artists": len(counts)}


def _neighbours(place: Place, query: str) -> Place:
    """Write who is like each listener of a batch, also that nobody is."""
    batches = statements.batches_of(place["listeners"])
    alike = {number: list[Alike]() for number, _ in numbers.of_remainder(place["number"], batches)}
    for number, other, likeness in _rows(query):
        alike.setdefault(int(number or 0), []).append(Alike(int(other or 0), float(likeness or 0)))
    writing.neighbours(alike)
    number = place["number"] + 1
    return {**place, "number": number} if number < batches else {**place, "stage": NEAR, "number": 0}


def _near(place: Place, query: str) -> Place | None:
    """Write who is near each artist of some letters, and end with the last ones."""
    letters = statements.letters_of(place["artists"])
    artists = {
        str(artist): [
            Near(str(key), str(name), image, float(near or 0), int(both or 0))
            for _, key, name, image, near, both in rows
        ]
        for artist, rows in groupby(_rows(query), key=lambda row: row[0])
    }
    for letter in letters[place["number"]]:
        writing.near(letter, {key: rows for key, rows in artists.items() if key.startswith(letter)})
    if place["number"] + 1 < len(letters):
        return {**place, "number": place["number"] + 1}
    writing.end(Run.now("athena", place["began_at"], place["listeners"], place["artists"]))
    # Last, as it takes the answer of the query: who dies before reads that once more.
    files.remove_all()
    return None


_LOADERS: dict[str, Callable[[Place, str], Place | None]] = {
    LISTENERS: _listeners,
    AUDIENCE: _audience,
    NEIGHBOURS: _neighbours,
    NEAR: _near,
}


def _nothing(place: Place, listeners: list[str], count: int | None = None) -> dict[str, Any]:
    writing.end_with_nothing(
        Run.now("athena", place["began_at"], len(listeners) if count is None else count), listeners
    )
    files.remove_all()
    return _asked(None)


def _wait(place: Place, seconds: int) -> dict[str, Any]:
    return {"place": place, "wait": seconds, "sql": None}


def _rows(query: str) -> Iterator[Row]:
    """The rows of a query's result, in their order; all values are texts, or None."""
    pages = aws.client("athena").get_paginator("get_query_results").paginate(QueryExecutionId=query)
    for number, page in enumerate(pages):
        rows = page["ResultSet"]["Rows"]
        # The first row of the first page has the names of the columns.
        for row in rows[1:] if number == 0 else rows:
            yield [value.get("VarCharValue") for value in row["Data"]]
