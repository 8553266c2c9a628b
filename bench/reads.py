"""
Read units and bytes of queries, for a listener with a year of daily syncs.

The product's own code plans and commits the year day by day, in memory; then it is stored. Units are counted from the
items that DynamoDB returns.
"""

from collections.abc import Callable, Iterator, Sequence
from copy import deepcopy
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any
from unittest.mock import patch

from bench.figures import Figure
from bench.in_process import Bench, bench
from bench.requests import RequestMeter
from blendify.collecting.evidence import ListEnd
from blendify.collecting.lists import Lists
from blendify.collecting.position import Position
from blendify.core import times
from blendify.core.data_types import DataType
from blendify.fetching.page_consistency import Observed
from blendify.history import queries
from blendify.jobs.job import Job
from blendify.providers import PROVIDERS
from blendify.providers.endpoint import Record
from blendify.reading import questions
from blendify.reading.question import Question
from local.simulators.spotify import Options
from operations.memory_store import MemoryStore

USER, PROVIDER, LISTENER = "ubench", "spotify", "listener"
DAYS = 365
FIRST = datetime(2026, 2, 10, 4, tzinfo=UTC)
"""After everything that the simulated listener has done before."""
SWAPS, NEW_IN_TOP = 12, 3
"""A day's changes in each top list: neighbours that swap places, and tracks that replace others."""
LIKES, UNLIKES = 3, 1


def figures() -> list[Figure]:
    """Read units of common questions."""
    with bench(Options()) as here:
        here.connect(LISTENER)
        return list(_figures(here))


def _figures(here: Bench) -> Iterator[Figure]:
    data = here.control("GET", f"truth/{LISTENER}")["data"]
    top, saved = DataType.TOP_TRACKS, DataType.SAVED_TRACKS
    tops, likes = MemoryStore(USER, PROVIDER, top), MemoryStore(USER, PROVIDER, saved)
    a_year_of_top_tracks(tops, data["top_tracks"], data["saved_tracks"])
    newest, oldest = a_year_of_likes(likes, data["saved_tracks"])
    for store in (tops, likes):
        store.save()
    half = times.iso(FIRST + timedelta(days=DAYS // 2))
    yield _measured("top tracks now, three ranges", 50, lambda: _all(Question(top, limit=1000)))
    yield _measured("the 50 newest likes", 8, lambda: questions.current(USER, Question(saved, limit=50)).items)
    yield _measured("all likes now", 300, lambda: _all(Question(saved, limit=1000)))
    for data_type, name, most in ((top, "top tracks", 40), (saved, "all likes", 315)):
        question = Question(data_type, limit=1000, as_of=half)
        yield _measured(f"{name} half a year ago", most, lambda question=question: _all(question))  # type: ignore[misc]
        with patch.object(queries, "snapshot", lambda *_: ("", {})):
            fold = _measured(f"{name} half a year ago", 0, lambda question=question: _all(question))  # type: ignore[misc]
        yield Figure(f"{fold.what}, without snapshots", fold.today)
    for record_id, what, bound in ((newest, "a track liked once", 1.5), (oldest, "one liked again and again", 18)):
        question = Question(saved)
        yield _measured(
            f"the history of {what}",
            bound,
            lambda record_id=record_id, question=question: questions.history(USER, question, record_id).items,  # type: ignore[misc]
        )


def _measured(what: str, most: float, ask: Callable[[], list[Any]]) -> Figure:
    with RequestMeter().running() as meter:
        records = ask()
    asked = meter.taken()
    today = f"{asked.read_units:,.1f} ({len(records):,} records, {asked.size / 1024:,.0f} KB, {asked.reads} requests)"
    return Figure(f"read units: {what}", today, value=asked.read_units, least=0.5, most=most)


def _all(question: Question) -> list[Any]:
    page = questions.current(USER, question)
    items = page.items
    while page.next_cursor:
        page = questions.current(USER, replace(question, cursor=page.next_cursor))
        items += page.items
    return items


def a_year_of_top_tracks(store: MemoryStore, lists: dict[str, list[Any]], pool: list[Any]) -> None:
    """Each day some ranks change and some tracks replace others."""
    chance = Random(5)  # noqa: S311 -- the same year each time
    fresh = [entry["track"] for entry in pool if entry and entry["track"]]
    endpoint = PROVIDERS[PROVIDER].endpoints[DataType.TOP_TRACKS]
    for day in range(DAYS):
        before = len(store.facts)
        for number, (name, entries) in enumerate(lists.items()):
            for _ in range(SWAPS if day else 0):
                place = chance.randrange(len(entries) - 1)
                entries[place : place + 2] = reversed(entries[place : place + 2])
            for _ in range(NEW_IN_TOP if day else 0):
                candidate = chance.choice(fresh)
                if candidate["id"] not in {track["id"] for track in entries}:
                    entries[chance.randrange(len(entries))] = candidate
            _record(store, day, number, name, endpoint.records(entries, name, 0))
        store.note_snapshot(times.iso(_moment(day)), len(store.facts) - before)


def a_year_of_likes(store: MemoryStore, entries: list[Any]) -> tuple[str, str]:
    """
    Each day three likes are added and one is removed.

    Returns the ids of a track that stays, and of a track that is liked and unliked each month.
    """
    chance = Random(7)  # noqa: S311 -- the same year each time
    held = [_like(entry) for entry in entries if entry and entry["track"] and entry["track"].get("id")]
    fickle = held.pop().answer
    for day in range(DAYS):
        before, at = len(store.facts), times.iso(_moment(day))[:19] + "Z"
        for _ in range(LIKES if day else 0):
            like = deepcopy(chance.choice(held).answer)
            number = chance.randrange(10**6)
            like["track"] |= {"id": f"{number:022}", "name": f"Song {number}"}
            held.insert(0, _like({**like, "added_at": at}))
        for _ in range(UNLIKES if day else 0):
            held.pop(chance.randrange(100, len(held)))
        again = [_like({**fickle, "added_at": at})] if day % 30 == 0 else []
        _record(store, day, 0, "", [*again, *held])
        store.note_snapshot(times.iso(_moment(day)), len(store.facts) - before)
    return held[0].answer["track"]["id"], fickle["track"]["id"]


def _like(entry: Any) -> Record:
    """The record of a like is the same at every place of the list, and so on every day."""
    return PROVIDERS[PROVIDER].endpoints[DataType.SAVED_TRACKS].records([entry], "", 0)[0]


def _moment(day: int) -> datetime:
    return FIRST + timedelta(days=day)


def _record(store: MemoryStore, day: int, number: int, list_id: str, records: Sequence[Record]) -> None:
    """Commit one list in one sync, as a collector does."""
    endpoint = PROVIDERS[PROVIDER].endpoints[store.data_type]
    job = Job(USER, PROVIDER, f"day-{day:03}", times.iso(_moment(day)), "changes")
    lists = Lists(job, endpoint, store, lambda: 900.0)
    reader = lists.list_reader(list_id)
    reader.add(reader.compared(records, 0))
    lists.commit(reader, ListEnd(Observed(total=len(records))), Position(number + 1), {})
