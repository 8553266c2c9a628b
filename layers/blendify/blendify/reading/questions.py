"""
Answers to questions about a listener's records, a page at a time.

Three views: the contents of lists now or at a past moment, the newest version of every record, one record's history.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import islice
from typing import Any
from urllib.parse import unquote

from blendify.core import times
from blendify.history import queries
from blendify.history.facts import moment_of, provider_of
from blendify.history.list_states import list_of
from blendify.history.stored_facts import StoredFact
from blendify.providers import PROVIDERS
from blendify.providers.endpoint import ListKind
from blendify.reading import lists
from blendify.reading.cursors import (
    REFUSED,
    Cursor,
    FactCursor,
    ListCursor,
    PlayCursor,
    RecordCursor,
    decode,
    encode,
)
from blendify.reading.lists import ListContents, ListSource
from blendify.reading.question import BadParameter, Question
from blendify.reading.records import record

MAX_RECORD_ID_BYTES = 1_000
"""DynamoDB takes 1,024 in an index."""
BATCH = 200
"""Facts that are read in one request."""


@dataclass(frozen=True)
class PageLimits:
    """Limits of one page, beside the number of items in the question."""

    characters: int = 3_000_000
    """Rough size of all items. Lambda returns at most 6 MB, and escapes every quotation mark once more."""
    scanned: int = 5_000
    """Plays or records that are read, whether they belong to the response or not."""


LIMITS = PageLimits()


@dataclass(frozen=True)
class Page:
    """Items as apps read them, and the cursor of the next page; it is None on the last page."""

    items: list[dict[str, Any]]
    next_cursor: str | None


@dataclass(frozen=True)
class Match:
    """A fact that belongs to the response: its key, what the item has beside the fact, the cursor that leads to it."""

    cursor: Cursor
    key: str
    extra: Mapping[str, Any]


@dataclass(frozen=True)
class ScanLimit:
    """The page ends here because enough plays or records were read. The next page begins at the cursor."""

    cursor: Cursor


Matches = Iterator[Match | ScanLimit]


def current(user_id: str, question: Question, limits: PageLimits = LIMITS) -> Page:
    """The records now or at a past moment: plays with the latest first, all other data types list by list."""
    logs = [name for name in question.providers if _shape(name, question) is ListKind.LOG]
    matches = _contents(user_id, question, logs, decode(question, PlayCursor, ListCursor), limits)
    return _page(user_id, question, matches, limits)


def distinct(user_id: str, question: Question, limits: PageLimits = LIMITS) -> Page:
    """The newest version of every record in each of its lists, past ones too, by id. Removed ones have `removed_at`."""
    cursor = decode(question, RecordCursor) or RecordCursor("", 0)
    matches = _newest(user_id, question, cursor.after, limits)
    return _page(user_id, question, islice(matches, cursor.lists, None), limits)


def history(user_id: str, question: Question, record_id: str, limits: PageLimits = LIMITS) -> Page:
    """Every appearance, change and removal of one record, oldest first; empty for an unknown record."""
    cursor = decode(question, FactCursor) or FactCursor("")
    # API Gateway may pass on an id encoded or decoded.
    spellings = dict.fromkeys([record_id, unquote(record_id)])
    usable = [spelling for spelling in spellings if 0 < len(spelling.encode()) <= MAX_RECORD_ID_BYTES]
    appearances = (queries.appearances(user_id, question.data_type, spelling) for spelling in usable)
    facts = _asked_for(question, next(filter(None, appearances), []))
    keys = ((str(fact.fetched_at), bool(fact.removed)) for fact in facts)
    matches = (Match(FactCursor(key), key, {"removed": removed}) for key, removed in keys if key >= cursor.key)
    return _page(user_id, question, matches, limits)


def _page(user_id: str, question: Question, matches: Matches, limits: PageLimits) -> Page:
    """As many items as requested, or fewer if they would be too large; at least one."""
    items: list[dict[str, Any]] = []
    size = 0
    while batch := list(islice(matches, min(BATCH, question.limit - len(items) + 1))):
        keys = [match.key for match in batch if isinstance(match, Match)]
        facts = queries.facts(user_id, question.data_type, keys)
        for match in batch:
            if isinstance(match, ScanLimit) or len(items) == question.limit:
                return Page(items, encode(question, match.cursor))
            item = record(facts[match.key], question.data_type, raw=question.raw) | dict(match.extra)
            size += len(json.dumps(item))
            if items and size > limits.characters:
                return Page(items, encode(question, match.cursor))
            items.append(item)
    return Page(items, None)


def _contents(
    user_id: str, question: Question, logs: list[str], cursor: PlayCursor | ListCursor | None, limits: PageLimits
) -> Matches:
    """The plays of all providers in one order, then the lists of the other providers."""
    others = [name for name in question.providers if name not in logs]
    if not isinstance(cursor, ListCursor):
        if logs:
            yield from _plays(user_id, question, logs, cursor, limits)
        cursor = None
    elif cursor.provider not in others:
        raise BadParameter(REFUSED)
    for provider in others[others.index(cursor.provider) if cursor else 0 :]:
        arranged = _shape(provider, question) is ListKind.ARRANGED
        here = cursor if cursor and cursor.provider == provider else None
        for contents, offset in _lists(ListSource(user_id, provider, question.data_type), question, here):
            for index, key in enumerate(contents.keys(offset), start=offset):
                there = ListCursor(provider, contents.list_id, index, contents.state, contents.read_at)
                yield Match(there, key, {"position": index} if arranged else {})


def _plays(user_id: str, question: Question, logs: list[str], cursor: PlayCursor | None, limits: PageLimits) -> Matches:
    until = None
    if question.as_of:
        # Providers' clocks are wrong by less than a day, so a play later than that cannot have been known.
        until = times.iso(times.parse(question.as_of) + timedelta(days=1))
    before = (cursor.played_at, cursor.key) if cursor else None
    here = cursor or PlayCursor("", "")
    for scanned, (played_at, key) in enumerate(queries.plays(user_id, question.data_type, before, until)):
        if scanned == limits.scanned:
            yield ScanLimit(here)
        known = question.as_of is None or moment_of(key) <= question.as_of
        if known and provider_of(key) in logs:
            yield Match(here, key, {})
        here = PlayCursor(played_at, key)


def _lists(source: ListSource, question: Question, cursor: ListCursor | None) -> Iterator[tuple[ListContents, int]]:
    """The lists from the cursor on, each with its first offset. The cursor's list is as it was on its first page."""
    if cursor is None:
        yield from ((contents, 0) for contents in _known(source, question, only=question.list_id))
        return
    first = list(_known(source, question, only=cursor.list_id))
    if cursor.state and not _is_moment(cursor.read_at):
        raise BadParameter(REFUSED)
    if cursor.state and [contents.state for contents in first] != [cursor.state]:
        # The list has changed between two pages, so the rest is read as it was on the page before.
        then = lists.as_of(source, cursor.read_at, only=cursor.list_id)
        first = [replace(contents, state=cursor.state, read_at=cursor.read_at) for contents in then]
    yield from ((contents, cursor.offset) for contents in first)
    if question.list_id is None:
        later = _known(source, question, start=cursor.list_id)
        yield from ((contents, 0) for contents in later if contents.list_id != cursor.list_id)


def _known(
    source: ListSource, question: Question, *, only: str | None = None, start: str | None = None
) -> Iterable[ListContents]:
    if question.as_of:
        return lists.as_of(source, question.as_of, only=only, start=start)
    return lists.now(source, only=only, start=start)


def _is_moment(text: str) -> bool:
    try:
        return times.iso(times.parse(text)) == text
    except (ValueError, OverflowError):
        return False


def _newest(user_id: str, question: Question, after: str, limits: PageLimits) -> Matches:
    """The newest version of every record after `after` in each of its lists, in the order of the lists' names."""
    for scanned, (record_id, facts) in enumerate(queries.records(user_id, question.data_type, after)):
        if scanned == limits.scanned:
            yield ScanLimit(RecordCursor(after, 0))
        newest: dict[tuple[str, str], tuple[str, str | None]] = {}
        for fact in _asked_for(question, facts):
            key = str(fact.fetched_at)
            where = provider_of(key), _list(fact, question)
            if fact.removed and where in newest:
                newest[where] = newest[where][0], moment_of(key)
            elif not fact.removed:
                newest[where] = key, None
        for index, (_, (key, removed_at)) in enumerate(sorted(newest.items())):
            yield Match(RecordCursor(after, index), key, {"removed_at": removed_at})
        after = record_id


def _asked_for(question: Question, facts: Iterable[StoredFact]) -> list[StoredFact]:
    """The facts that match the question's providers, list and time."""
    matching = []
    for fact in facts:
        key = str(fact.fetched_at)
        if provider_of(key) not in question.providers or question.list_id not in (None, _list(fact, question)):
            continue
        if question.as_of is None or moment_of(key) <= question.as_of:
            matching.append(fact)
    return matching


def _list(fact: StoredFact, question: Question) -> str:
    provider = provider_of(str(fact.fetched_at))
    return list_of(fact.attribute_values, _shape(provider, question))


def _shape(provider: str, question: Question) -> ListKind:
    return PROVIDERS[provider].endpoints[question.data_type].list_kind
