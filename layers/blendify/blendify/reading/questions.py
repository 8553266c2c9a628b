"""Questions about a listener's records, answered a page at a time: what is there, what ever was, what became of it."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import islice
from typing import Any
from urllib.parse import unquote

from blendify.core import times
from blendify.history import queries
from blendify.history.facts import REREAD, moment_of, provider_of
from blendify.history.list_states import list_of
from blendify.history.stored_facts import StoredFact
from blendify.providers import PROVIDERS
from blendify.providers.endpoint import ListKind
from blendify.reading import lists as holdings
from blendify.reading.cursors import REFUSED, cursor, place
from blendify.reading.lists import Holding
from blendify.reading.question import BadParameter, Question
from blendify.reading.records import record

LARGEST = 3_000_000
"""Characters of an answer, roughly: Lambda passes on 6 MB, with every quotation mark escaped once more."""
LONGEST_ID = 1_000
"""Bytes of a record's id; DynamoDB takes 1,024 in an index."""
BATCH = 200
"""Facts read at a time."""
MOST_PASSED = 5_000
"""Plays or records that are looked at for one answer, whether they are part of it or not."""

Items = tuple[list[dict[str, Any]], str | None]
Place = tuple[str | int, ...]


@dataclass(frozen=True)
class Found:
    """One entry of an answer: its fact's key, what is told beside the fact, and the place that leads back to it."""

    place: Place
    key: str | None = None
    """None for what is not part of the answer: so much was looked at that the rest is the next answer's."""
    beside: Mapping[str, Any] | None = None


def current(user_id: str, question: Question) -> Items:
    """What is there now, or was at a moment: plays, the latest first; of all else list after list."""
    at = place(question, str, str, int, str, str)
    logs = [name for name in question.providers if _shape(name, question) is ListKind.LOG]
    return _page(user_id, question, _everything(user_id, question, logs, at))


def distinct(user_id: str, question: Question) -> Items:
    """The newest of every record and list that ever was, in the order of the ids; `removed_at` once it has left."""
    at = place(question, str, int)
    found = _newest(user_id, question, str(at[0]) if at else "")
    return _page(user_id, question, islice(found, int(at[1]) if at else 0, None))


def history(user_id: str, question: Question, record_id: str) -> Items:
    """Every appearance, change and removal of one record, the oldest first; nothing of one that never was there."""
    at = place(question, str)
    # A gateway may hand on an id as it came, or decoded.
    spellings = [one for one in dict.fromkeys([record_id, unquote(record_id)]) if 0 < len(one.encode()) <= LONGEST_ID]
    found = (queries.appearances(user_id, question.data_type, one) for one in spellings)
    told = _counted(user_id, question, next(filter(None, found), []))
    behind = [one for one in told if at is None or str(one.fetched_at) >= str(at[0])]
    entries = (Found((str(one.fetched_at),), str(one.fetched_at), {"removed": bool(one.removed)}) for one in behind)
    return _page(user_id, question, entries)


def _page(user_id: str, question: Question, found: Iterator[Found]) -> Items:
    """As many as were asked for, or fewer where these would be too large; and the cursor of the first that is left."""
    items: list[dict[str, Any]] = []
    size = 0
    while batch := list(islice(found, min(BATCH, question.limit - len(items) + 1))):
        keys = [one.key for one in batch if one.key]
        facts = queries.facts(user_id, question.data_type, keys)
        for one in batch:
            if one.key is None or len(items) == question.limit:
                return items, cursor(question, one.place)
            told = record(facts[one.key], question.data_type, raw=question.raw) | dict(one.beside or {})
            size += len(json.dumps(told))
            if items and size > LARGEST:
                return items, cursor(question, one.place)
            items.append(told)
    return items, None


def _everything(user_id: str, question: Question, logs: list[str], at: list[str | int] | None) -> Iterator[Found]:
    """Plays of all providers in one order, as if they were a list without a provider; then the others' lists."""
    others = [name for name in question.providers if name not in logs]
    if at is None or at[0] == "":
        if logs:
            yield from _plays(user_id, question, logs, (str(at[1]), str(at[3])) if at else None)
        at = None
    for provider in others[others.index(str(at[0])) if at and at[0] in others else 0 :]:
        for holding, offset in _holdings(user_id, question, provider, at if at and at[0] == provider else None):
            for index, key in enumerate(holding.keys(offset), start=offset):
                there = (provider, holding.list_id, index, holding.state, holding.read_at)
                arranged = _shape(provider, question) is ListKind.ARRANGED
                yield Found(there, key, {"position": index} if arranged else None)


def _plays(user_id: str, question: Question, logs: list[str], at: tuple[str, str] | None) -> Iterator[Found]:
    until = None
    if question.as_of:
        # No provider's clock is wrong by a day: what was played later cannot have been known.
        until = times.iso(times.parse(question.as_of) + timedelta(days=1))
    before = at or ("", "")
    for passed, (played_at, key) in enumerate(queries.plays(user_id, question.data_type, at, until)):
        if passed == MOST_PASSED:
            yield Found(("", before[0], 0, before[1], ""))
        known = question.as_of is None or moment_of(key) <= question.as_of
        if known and provider_of(key) in logs:
            yield Found(("", before[0], 0, before[1], ""), key)
        before = played_at, key


def _holdings(
    user_id: str, question: Question, provider: str, at: list[str | int] | None
) -> Iterator[tuple[Holding, int]]:
    """The lists from a place on, each with the offset to begin at; the first is as it was when its reading began."""
    asked = user_id, provider, question.data_type
    if at is None:
        yield from ((one, 0) for one in _lists(question, asked, question.only, None))
        return
    list_id, offset, state, read_at = str(at[1]), int(at[2]), str(at[3]), str(at[4])
    same = list(_lists(question, asked, list_id, None))
    if state and not _is_moment(read_at):
        raise BadParameter(REFUSED)
    if state and [one.state for one in same] != [state]:
        # The list has changed between two pages: the rest of it is told as of the page before.
        same = [replace(one, state=state, read_at=read_at) for one in holdings.as_of(*asked, read_at, list_id)]
    yield from ((one, offset) for one in same)
    if question.only is None:
        yield from ((one, 0) for one in _lists(question, asked, None, list_id) if one.list_id != list_id)


def _is_moment(text: str) -> bool:
    try:
        return times.iso(times.parse(text)) == text
    except (ValueError, OverflowError):
        return False


def _lists(question: Question, asked: tuple[str, str, Any], only: str | None, start: str | None) -> Iterable[Holding]:
    if question.as_of:
        return holdings.as_of(*asked, question.as_of, only, start)
    return holdings.now(*asked, only, start)


def _newest(user_id: str, question: Question, before: str) -> Iterator[Found]:
    """A place is the record before, and how many lists of this one were told."""
    rereads = _rereads(user_id, question)
    for passed, (record_id, told) in enumerate(queries.records(user_id, question.data_type, before)):
        if passed == MOST_PASSED:
            yield Found((before, 0))
        lists: dict[tuple[str, str], Found] = {}
        for one in _counted(user_id, question, told, rereads):
            key = str(one.fetched_at)
            where = provider_of(key), _list(one, question)
            if one.removed and where in lists:
                lists[where] = replace(lists[where], beside={"removed_at": moment_of(key)})
            elif not one.removed:
                lists[where] = Found((), key, {"removed_at": None})
        if record_id != REREAD:
            yield from (replace(one, place=(before, index)) for index, (_, one) in enumerate(sorted(lists.items())))
        before = record_id


def _counted(
    user_id: str, question: Question, told: Iterable[StoredFact], rereads: Mapping[Any, int] | None = None
) -> list[StoredFact]:
    """Those that are asked for, without what a later reading in the same run has replaced."""
    rereads = _rereads(user_id, question) if rereads is None else rereads
    found = []
    for one in told:
        key = str(one.fetched_at)
        provider, list_id = provider_of(key), _list(one, question)
        if provider not in question.providers or question.only not in (None, list_id):
            continue
        if question.as_of and moment_of(key) > question.as_of:
            continue
        reading = int(one.reading or 1)
        if one.removed or reading == rereads.get((moment_of(key), provider, list_id), reading):
            found.append(one)
    return found


def _rereads(user_id: str, question: Question) -> dict[tuple[str, str, str], int]:
    """By run, provider and list the reading that counts, where ordered lists were read more than once."""
    if all(_shape(name, question) not in (ListKind.RANKED, ListKind.ARRANGED) for name in question.providers):
        return {}
    last: dict[tuple[str, str, str], int] = {}
    for one in queries.appearances(user_id, question.data_type, REREAD):
        key = str(one.fetched_at)
        where = moment_of(key), provider_of(key), _list(one, question)
        last[where] = max(last.get(where, 1), int(one.reading or 1))
    return last


def _list(fact: StoredFact, question: Question) -> str:
    provider = provider_of(str(fact.fetched_at))
    return list_of(fact.attribute_values, _shape(provider, question))


def _shape(provider: str, question: Question) -> ListKind:
    return PROVIDERS[provider].endpoints[question.data_type].list_kind
