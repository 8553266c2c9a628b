"""
Answers to questions about a listener's records, a page at a time.

Three views: the contents of lists now or at a past moment, the newest version of every record, one record's history.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice
from typing import Any

from blendify.history import queries
from blendify.history.facts import IMPORTED
from blendify.history.stored_facts import StoredFact
from blendify.reading import selection
from blendify.reading.cursors import FactCursor, ListCursor, PlayCursor, RecordCursor, decode, encode
from blendify.reading.question import Question
from blendify.reading.records import record
from blendify.reading.selection import Match, Matches, ScanLimit

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


def current(user_id: str, question: Question, limits: PageLimits = LIMITS) -> Page:
    """The records now or at a past moment: plays with the latest first, all other data types list by list."""
    cursor = decode(question, PlayCursor, ListCursor)
    return _page(user_id, question, selection.current(user_id, question, cursor, limits.scanned), limits)


def distinct(user_id: str, question: Question, limits: PageLimits = LIMITS) -> Page:
    """The newest version of every record in each of its lists, past ones too, by id. Removed ones have `removed_at`."""
    cursor = decode(question, RecordCursor) or RecordCursor("", 0)
    matches = selection.distinct(user_id, question, cursor.after, limits.scanned)
    return _page(user_id, question, islice(matches, cursor.lists, None), limits)


def history(user_id: str, question: Question, record_id: str, limits: PageLimits = LIMITS) -> Page:
    """Every appearance, change and removal of one record, oldest first; empty for an unknown record."""
    cursor = decode(question, FactCursor) or FactCursor("")
    return _page(user_id, question, selection.history(user_id, question, record_id, cursor), limits)


def _page(user_id: str, question: Question, matches: Matches, limits: PageLimits) -> Page:
    """As many items as requested, or fewer if they would be too large; at least one."""
    items: list[dict[str, Any]] = []
    size = 0
    while batch := list(islice(matches, min(BATCH, question.limit - len(items) + 1))):
        facts = _facts(user_id, question, [match for match in batch if isinstance(match, Match)])
        for match in batch:
            if isinstance(match, ScanLimit) or len(items) == question.limit:
                return Page(items, encode(question, match.cursor))
            if match.once:
                item = match.once.record(raw=question.raw)
            else:
                fact = facts.get((match.imported, match.key))
                if fact is None:
                    continue
                item = record(fact, question.data_type, raw=question.raw) | dict(match.extra)
            size += len(json.dumps(item))
            if items and size > limits.characters:
                return Page(items, encode(question, match.cursor))
            items.append(item)
    return Page(items, None)


def _facts(user_id: str, question: Question, matches: Iterable[Match]) -> dict[tuple[bool, str], StoredFact]:
    """The facts of these matches, by whether they are imported, and by key. What was taken back has none."""
    read: dict[tuple[bool, str], StoredFact] = {}
    wanted = [match for match in matches if match.once is None]
    for imported in {match.imported for match in wanted}:
        keys = [match.key for match in wanted if match.imported is imported]
        of_type = f"{question.data_type}{IMPORTED if imported else ''}"
        read |= {(imported, key): fact for key, fact in queries.facts(user_id, of_type, keys, gone=imported).items()}
    return read
