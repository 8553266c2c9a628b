"""
Where a page stopped, as an opaque text that leads to the next page.

A cursor does not say whose data it belongs to; only the session does. A forged one can therefore only lead to another
place in the caller's own lists, and cursors need no signature.
"""

import json
import zlib
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import astuple, dataclass
from typing import Any, TypeVar, get_type_hints, overload

from blendify.reading.question import MAX_KEY_BYTES, MAX_LIST_ID_BYTES, BadParameter, Question

REFUSED = "cursor must be the next_cursor of a response to the same question, unchanged."


@dataclass(frozen=True)
class PlayCursor:
    """In plays, latest first: after the play with this moment and sort key."""

    played_at: str
    key: str


@dataclass(frozen=True)
class ListCursor:
    """In the contents of lists: at an offset of a list, with the list's state and the time when it was last read."""

    provider: str
    list_id: str
    offset: int
    state: str
    read_at: str


@dataclass(frozen=True)
class RecordCursor:
    """In distinct records, by id: after the record `after`. So many lists of the next record were returned already."""

    after: str
    lists: int


@dataclass(frozen=True)
class FactCursor:
    """In the history of one record: at the fact with this sort key."""

    key: str


Cursor = PlayCursor | ListCursor | RecordCursor | FactCursor
First = TypeVar("First", bound=Cursor)
Second = TypeVar("Second", bound=Cursor)


def encode(question: Question, cursor: Cursor) -> str:
    """The cursor as text, for the response to this question."""
    text = json.dumps([question_id(question), *astuple(cursor)], separators=(",", ":"))
    return urlsafe_b64encode(text.encode()).decode().rstrip("=")


@overload
def decode(question: Question, kind: type[First], /) -> First | None: ...


@overload
def decode(question: Question, kind: type[First], other: type[Second], /) -> First | Second | None: ...


def decode(question: Question, *kinds: type[Any]) -> Any:
    """
    The question's cursor, which must be of one of these kinds; None if the question has no cursor.

    Raises  BadParameter when it is not one of ours, or belongs to another question
    """
    if question.cursor is None:
        return None
    try:
        parts = json.loads(urlsafe_b64decode(question.cursor + "=" * (-len(question.cursor) % 4)))
    except (ValueError, RecursionError):
        raise BadParameter(REFUSED) from None
    if not isinstance(parts, list) or parts[:1] != [question_id(question)] or not all(map(_usable, parts[1:])):
        raise BadParameter(REFUSED)
    for kind in kinds:
        if [type(part) for part in parts[1:]] == list(get_type_hints(kind).values()):
            cursor = kind(*parts[1:])
            if len(getattr(cursor, "list_id", "").encode()) <= MAX_LIST_ID_BYTES:
                return cursor
    raise BadParameter(REFUSED)


def _usable(part: object) -> bool:
    """Whether a part may stand in a key or be an offset; keys cannot hold unpaired surrogates."""
    if isinstance(part, str):
        surrogates = any("\ud800" <= character <= "\udfff" for character in part)
        return not surrogates and len(part.encode()) <= MAX_KEY_BYTES
    return isinstance(part, int) and 0 <= part < 10**9


def question_id(question: Question) -> int:
    """A hash that differs between questions. It leaves out `limit` and `raw`, which may change from page to page."""
    parts = (
        question.data_type,
        question.provider,
        question.time_range,
        question.playlist_id,
        question.as_of,
        question.view,
    )
    return zlib.crc32(json.dumps(parts).encode())
