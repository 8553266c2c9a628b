"""
Where an answer stopped, as an opaque text that leads on.

A cursor says nothing of whose data it is: that tells the session alone. So a made-up one can lead only to another place
in the caller's own lists, and needs no signature.
"""

import json
import zlib
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence

from blendify.reading.question import LONGEST, BadParameter, Question

REFUSED = "cursor must be a next_cursor of an answer to the same question, unchanged."


def cursor(question: Question, place: Sequence[str | int]) -> str:
    """The cursor of a place in the answer to this question."""
    text = json.dumps([_mark(question), *place], separators=(",", ":"))
    return urlsafe_b64encode(text.encode()).decode().rstrip("=")


def place(question: Question, *kinds: type) -> list[str | int] | None:
    """
    The place at which the question's cursor goes on, with parts of these kinds; None without a cursor.

    Raises  BadParameter when it is none of ours, or another question's
    """
    if question.cursor is None:
        return None
    refused = BadParameter(REFUSED)
    try:
        found = json.loads(urlsafe_b64decode(question.cursor + "=" * (-len(question.cursor) % 4)))
    except (ValueError, RecursionError):
        raise refused from None
    if not isinstance(found, list) or len(found) != len(kinds) + 1 or found[0] != _mark(question):
        raise refused
    if any(type(part) is not kind for part, kind in zip(found[1:], kinds, strict=True)):
        raise refused
    if any(isinstance(part, int) and not 0 <= part < 10**9 for part in found[1:]):
        raise refused
    if any(isinstance(part, str) and (len(part) > LONGEST or _unpaired(part)) for part in found[1:]):
        raise refused
    return found[1:]


def _unpaired(text: str) -> bool:
    """Whether there are surrogates in it, which no key can hold."""
    return any("\ud800" <= character <= "\udfff" for character in text)


def _mark(question: Question) -> int:
    """Tells questions apart; how much of the answer is wanted at a time, and how fully, may change on the way."""
    asked = (
        question.data_type,
        question.provider,
        question.time_range,
        question.playlist_id,
        question.as_of,
        question.view,
    )
    return zlib.crc32(json.dumps(asked).encode())
