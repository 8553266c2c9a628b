"""
The daily run by Athena, for any number of listeners, step by step: a state machine asks what to do next, and does it.

A step tells where the run is, and either how long to wait or which query to run. It is a dictionary of texts and
numbers: `place` (None when the run has ended), `wait` (seconds) and `sql`.
"""

from collections.abc import Callable, Iterator
from itertools import groupby
from typing import Any

from blendify.core import aws, times
from blendify.fleet import files, numbers, shelf, statements, turn, writing
from blendify.fleet.results import Run
from blendify.fleet.sums import Alike
from blendify.likeness.audiences import FEWEST_LISTENERS, Audience
from blendify.likeness.near_artists import Near

BEGIN, LISTENERS, AUDIENCE, NEIGHBOURS, NEAR = "begin", "listeners", "audience", "neighbours", "near"
SHORTEST_WAIT, LONGEST_WAIT = 5, 60
MOST_LOOKS = 360
"""Six hours, when each waits the longest."""
MOST_ASKED = 3
"""So often a query is asked when it fails, or when files were written anew meanwhile."""

Place = dict[str, Any]
Row = list[str | None]


class FilesNotWritten(Exception):
    """The files of a run are still not all there: the queue of files to write, or its dead letters, say why."""


class QueryFailed(Exception):
    """A query failed each time that it was asked: Athena says why, by the query's id in the execution's history."""


def step(place: Place | None, query: str | None, seconds_left: Callable[[], float]) -> dict[str, Any]:
    """
    Do the step at a place; returns the next one.

    query   the id of the query that the step before asked for; None when it failed, and where there was none

    A result counts when the files are as they were when it was asked for: else it is asked for again, but not for ever.
    An erasure takes a file away for some minutes, and with it up to 500 listeners who stay.

    Raises  FilesNotWritten, QueryFailed; Superseded when another run has begun since
    """
    if place is None:
        place = {"stage": BEGIN, "run": turn.begin(), "began_at": times.iso(times.now())}
    turn.check(place["run"])
    if place["stage"] == BEGIN:
        return _begin(place, seconds_left)
    state = files.state(place["run"], place["parts"])
    if query is not None and _counts(place, state):
        loaded = _LOADERS[place["stage"]]({**place, "whole": state == place["state"]}, query)
        if loaded is None:
            return _next(None)
        place = {**loaded, "asked": 0}
    if state is None:
        return _look_later(place)
    if place["asked"] >= MOST_ASKED:
        raise QueryFailed("a query failed each time that it was asked")
    place = {**place, "state": state, "asked": place["asked"] + 1, "looks": 0}
    return _next(place, sql=_query(place))


def _counts(place: Place, state: str | None) -> bool:
    """Whether a result counts; of files that changed after a few times: sums then lack few of many."""
    often: bool = place["asked"] >= MOST_ASKED and place["stage"] != LISTENERS
    return often or state == str(place["state"])


def _begin(place: Place, seconds_left: Callable[[], float]) -> dict[str, Any]:
    """Give numbers, delete what another run left, and ask for the files."""
    try:
        listeners = numbers.all_counted(seconds_left)
    except numbers.TimeUp:
        return _next(place, wait=1)
    files.remove_others(place["run"])
    if len(listeners) < FEWEST_LISTENERS:
        _nothing(place, list(listeners.values()))
        return _next(None)
    parts = files.divide(place["run"], len(listeners))
    files.ask_for(parts)
    place = {**place, "stage": LISTENERS, "parts": len(parts), "state": None, "asked": 0, "looks": 0}
    return _next(place, wait=SHORTEST_WAIT)


def _look_later(place: Place) -> dict[str, Any]:
    """Wait for the files that are not there."""
    if place["looks"] >= MOST_LOOKS:
        raise FilesNotWritten("not all files are written")
    wait = min(LONGEST_WAIT, SHORTEST_WAIT * (1 + place["looks"]))
    return _next({**place, "looks": place["looks"] + 1}, wait=wait)


def _query(place: Place) -> str:
    """The query at a place."""
    run, number = place["run"], place.get("number", 0)
    match place["stage"]:
        case stage if stage == LISTENERS:
            return statements.listeners(run)
        case stage if stage == AUDIENCE:
            return statements.audience(run)
        case stage if stage == NEIGHBOURS:
            return statements.neighbours(run, number, statements.batches_of(place["listeners"]))
        case _:
            return statements.near(run, statements.letters_of(place["artists"])[number])


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
    writing.audience(place["run"], Audience(place["listeners"], counts))
    return {**place, "stage": NEIGHBOURS, "number": 0, "artists": len(counts)}


def _neighbours(place: Place, query: str) -> Place:
    """Write who is like each listener of a batch, also that nobody is where all of them were in the files."""
    batches = statements.batches_of(place["listeners"])
    everybody = numbers.of_remainder(place["number"], batches) if place["whole"] else []
    alike = {number: list[Alike]() for number, _ in everybody}
    for number, other, likeness in _rows(query):
        alike.setdefault(int(number or 0), []).append(Alike(int(other or 0), float(likeness or 0)))
    writing.neighbours(place["run"], alike)
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
        writing.near(place["run"], letter, {key: rows for key, rows in artists.items() if key.startswith(letter)})
    if place["number"] + 1 < len(letters):
        return {**place, "number": place["number"] + 1}
    writing.end(Run.now(place["run"], "athena", place["began_at"], place["listeners"], place["artists"]))
    # Last, as it takes the answer of the query: who dies before reads that once more.
    files.remove(place["run"])
    return None


_LOADERS: dict[str, Callable[[Place, str], Place | None]] = {
    LISTENERS: _listeners,
    AUDIENCE: _audience,
    NEIGHBOURS: _neighbours,
    NEAR: _near,
}


def _nothing(place: Place, listeners: list[str], count: int | None = None) -> None:
    counted = len(listeners) if count is None else count
    writing.end_with_nothing(Run.now(place["run"], "athena", place["began_at"], counted), listeners)
    files.remove(place["run"])


def _next(place: Place | None, *, wait: int | None = None, sql: str | None = None) -> dict[str, Any]:
    return {"place": place, "wait": wait, "sql": sql}


def _rows(query: str) -> Iterator[Row]:
    """The rows of a query's result, in their order; all values are texts, or None."""
    pages = aws.client("athena").get_paginator("get_query_results").paginate(QueryExecutionId=query)
    for number, page in enumerate(pages):
        rows = page["ResultSet"]["Rows"]
        # The first row of the first page has the names of the columns.
        for row in rows[1:] if number == 0 else rows:
            yield [value.get("VarCharValue") for value in row["Data"]]
