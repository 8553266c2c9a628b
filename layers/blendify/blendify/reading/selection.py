"""
Which facts belong to the response to a question, in its order, each with the cursor that leads to it.

A match names its fact by the key alone: `questions` reads the facts of a page, many in one request.
After `most` plays or records, whether they belong to the response or not, a `ScanLimit` ends the page.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from heapq import merge
from itertools import groupby
from operator import itemgetter
from typing import Any
from urllib.parse import unquote

from blendify.core import times
from blendify.core.data_types import DataType
from blendify.history import queries
from blendify.history.facts import IMPORTED, moment_of, provider_of
from blendify.history.list_states import list_of, name_of
from blendify.history.stored_facts import StoredFact
from blendify.importing import timeline
from blendify.providers import PROVIDERS
from blendify.providers.endpoint import ListKind
from blendify.reading import imported_lists, lists
from blendify.reading.cursors import REFUSED, Cursor, FactCursor, ListCursor, PlayCursor, RecordCursor
from blendify.reading.lists import ListContents, ListSource
from blendify.reading.plays_once import PlayOnce, newest_first
from blendify.reading.question import BadParameter, Question

MAX_RECORD_ID_BYTES = 1_000
"""DynamoDB takes 1,024 in an index."""
SEVERAL = (ListKind.SET, ListKind.ARRANGED)
"""Lists that may hold a record as several entries."""


@dataclass(frozen=True)
class Match:
    """A fact that belongs to the response: its key, what the item has beside the fact, the cursor that leads to it."""

    cursor: Cursor
    key: str
    extra: Mapping[str, Any]
    imported: bool = False
    """Whether its fact is one that the listener imported."""
    once: PlayOnce | None = None
    """A play whose facts are read already."""


@dataclass(frozen=True)
class ScanLimit:
    """The page ends here because enough plays or records were read. The next page begins at the cursor."""

    cursor: Cursor


Matches = Iterator[Match | ScanLimit]


def current(user_id: str, question: Question, cursor: PlayCursor | ListCursor | None, most: int) -> Matches:
    """The plays of all providers, latest first, then the lists of the other providers and of files."""
    logs = [name for name in question.providers if _shape(name, question) is ListKind.LOG]
    others = [name for name in question.providers if name not in logs]
    if not isinstance(cursor, ListCursor):
        if logs:
            yield from _plays(user_id, question, logs, cursor, most)
        cursor = None
    imported = imported_lists.current(user_id, question)
    sources = [*others, *(name for name in sorted(imported) if name not in others)]
    if cursor:
        dated = cursor.state or cursor.provider in imported
        if cursor.provider not in sources or (dated and not _is_moment(cursor.read_at)):
            raise BadParameter(REFUSED)
    arranged = question.data_type is DataType.PLAYLIST_TRACKS
    for source in sources[sources.index(cursor.provider) if cursor else 0 :]:
        here = cursor if cursor and cursor.provider == source else None
        if source in imported:
            pairs = imported_lists.contents(user_id, question, source, imported[source], here)
        else:
            pairs = _lists(ListSource(user_id, source, question.data_type), question, here)
        for contents, offset in pairs:
            for index, key in enumerate(contents.keys(offset), start=offset):
                there = ListCursor(source, contents.list_id, index, contents.state, contents.read_at)
                yield Match(there, key, {"position": index} if arranged else {}, imported=source in imported)


def _plays(user_id: str, question: Question, logs: list[str], cursor: PlayCursor | None, most: int) -> Matches:
    until = None
    if question.as_of:
        # Providers' clocks are wrong by less than a day, so a play later than that cannot have been known.
        until = times.iso(times.parse(question.as_of) + timedelta(days=1))
    before = (cursor.played_at, cursor.key) if cursor else None
    here = cursor or PlayCursor("", "")
    if timeline.any_imported(user_id):
        yield from _plays_once(user_id, question, before, until, most)
        return
    for scanned, (played_at, key) in enumerate(queries.plays(user_id, question.data_type, before, until)):
        if scanned == most:
            yield ScanLimit(here)
        known = question.as_of is None or moment_of(key) <= question.as_of
        if known and provider_of(key) in logs:
            yield Match(here, key, {})
        here = PlayCursor(played_at, key)


def _plays_once(
    user_id: str, question: Question, before: tuple[str, str] | None, until: str | None, most: int
) -> Matches:
    """The same where the listener has also imported plays: a play that both a file and a sync brought comes once."""
    here = PlayCursor(*before) if before else PlayCursor("", "")
    for scanned, once in enumerate(newest_first(user_id, question, before, until)):
        if scanned == most:
            yield ScanLimit(here)
        yield Match(here, once.key, {}, once=once)
        here = PlayCursor(once.moment, once.key)


def _lists(source: ListSource, question: Question, cursor: ListCursor | None) -> Iterator[tuple[ListContents, int]]:
    """The lists from the cursor on, each with its first offset. The cursor's list is as it was on its first page."""
    if cursor is None:
        yield from ((contents, 0) for contents in _known(source, question, only=question.list_id))
        return
    first = list(_known(source, question, only=cursor.list_id))
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


def distinct(user_id: str, question: Question, after: str, most: int) -> Matches:
    """The newest version of every record after `after` in each of its lists, in the order of the lists' names."""
    for scanned, (record_id, synced, imported) in enumerate(_records(user_id, question, after)):
        if scanned == most:
            yield ScanLimit(RecordCursor(after, 0))
        by_list: dict[tuple[str, str], list[StoredFact]] = {}
        for fact in _asked_for(question, synced):
            by_list.setdefault((provider_of(str(fact.fetched_at)), _list(fact, question)), []).append(fact)
        newest = {where: each for where, facts in by_list.items() if (each := _newest(user_id, question, facts))}
        for index, (_, (key, removed_at)) in enumerate(sorted(newest.items())):
            yield Match(RecordCursor(after, index), key, {"removed_at": removed_at})
        # What a provider tells itself says more than a file.
        known_otherwise = [] if newest else _imported(question, imported)[-1:]
        for fact in known_otherwise:
            yield Match(RecordCursor(after, 0), str(fact.fetched_at), {"removed_at": None}, imported=True)
        after = record_id


def _newest(user_id: str, question: Question, facts: Sequence[StoredFact]) -> tuple[str, str | None] | None:
    """
    The key of a record's newest fact in one list, and when it left the list if it stands there no more; None for a
    record that only left.

    It may stand there as several entries: twice in a playlist, or liked again under another moment. Each leaves by
    itself. The index does not tell them apart, so their facts are read, where one left and others may be there.
    """
    recorded = [fact for fact in facts if not fact.removed]
    several = 1 < len(recorded) < len(facts) and _shape(provider_of(str(facts[0].fetched_at)), question) in SEVERAL
    if several:
        by_key = queries.facts(user_id, question.data_type, [str(fact.fetched_at) for fact in facts])
        facts = [by_key[key] for key in sorted(by_key)]
    entries: dict[str, StoredFact] = {}
    # What one sync says of an entry is at most that it left and that it is there, which holds.
    for fact in sorted(facts, key=lambda fact: (moment_of(str(fact.fetched_at)), not fact.removed)):
        entries[name_of(fact) if several else ""] = fact
    left = [fact for fact in entries.values() if fact.removed]
    standing = [fact for fact in entries.values() if not fact.removed] or recorded
    if not standing:
        return None
    key = max(str(fact.fetched_at) for fact in standing)
    return key, max(moment_of(str(fact.fetched_at)) for fact in left) if len(left) == len(entries) else None


def _records(user_id: str, question: Question, after: str) -> Iterator[tuple[str, list[StoredFact], list[StoredFact]]]:
    """Every record after `after`, by id: what syncs recorded of it, and what was imported."""
    synced = ((name, False, facts) for name, facts in queries.records(user_id, question.data_type, after))
    of_type = f"{question.data_type}{IMPORTED}"
    imported = ((name, True, facts) for name, facts in queries.records(user_id, of_type, after))
    for name, group in groupby(merge(synced, imported, key=itemgetter(0)), key=itemgetter(0)):
        facts = {each[1]: each[2] for each in group}
        yield name, facts.get(False, []), facts.get(True, [])


def history(user_id: str, question: Question, record_id: str, cursor: FactCursor) -> Matches:
    """Every appearance, change and removal of a record from the cursor on, oldest first."""
    # API Gateway may pass on an id encoded or decoded.
    spellings = dict.fromkeys([record_id, unquote(record_id)])
    usable = [spelling for spelling in spellings if 0 < len(spelling.encode()) <= MAX_RECORD_ID_BYTES]
    appearances = (_appearances(user_id, question, spelling) for spelling in usable)
    for fact, imported in next(filter(None, appearances), []):
        key = str(fact.fetched_at)
        if key >= cursor.key:
            yield Match(FactCursor(key), key, {"removed": bool(fact.removed)}, imported)


def _appearances(user_id: str, question: Question, record_id: str) -> list[tuple[StoredFact, bool]]:
    """All facts of a record with whether they are imported, in the order of their keys."""
    facts = _asked_for(question, queries.appearances(user_id, question.data_type, record_id))
    pairs = [(fact, False) for fact in facts]
    imported = queries.appearances(user_id, f"{question.data_type}{IMPORTED}", record_id)
    pairs += [(fact, True) for fact in _imported(question, imported)]
    return sorted(pairs, key=lambda pair: str(pair[0].fetched_at))


def _imported(question: Question, facts: Iterable[StoredFact]) -> list[StoredFact]:
    """Of the imported facts those that match the question. At a past moment none: an index does not tell since when."""
    if question.as_of is not None:
        return []
    return [
        fact
        for fact in facts
        if question.provider in (None, provider_of(str(fact.fetched_at)))
        and question.list_id in (None, fact.attribute_values.get("playlist_id"))
    ]


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
