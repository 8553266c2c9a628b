"""
When a listener was last on their home page: it tells them what is new since then.

Item     `visit` in the user's partition: `began_at`, `before`, `words`. It is written once a visit, and when somebody
         leaves word of what happened meanwhile: so reading that costs nothing more
"""

from contextlib import suppress
from datetime import timedelta
from typing import NamedTuple

from boto3.dynamodb.conditions import Attr

from blendify.core import times
from blendify.db import keys
from blendify.db.state_table import Change, ConditionFailed, state_table

LENGTH = timedelta(hours=1)
"""A listener who comes back within this time continues their visit, and still sees the same news."""
JOINED, LEFT, ENDED = "blend.joined", "blend.left", "blend.ended"
"""What can happen to a blend of a listener's."""
MOST_WORDS = 8


class Word(NamedTuple):
    """What somebody else did that concerns the listener."""

    kind: str
    """`JOINED`, `LEFT` or `ENDED`."""
    blend_id: str
    at: str
    """ISO 8601."""


class Visit(NamedTuple):
    """What the home page begins with."""

    before: str | None
    """Until when the listener has been told everything; None on their first visit."""
    words: tuple[Word, ...]
    """The latest first."""


def visit(user_id: str, known_until: str) -> Visit:
    """
    Note that the listener is here.

    known_until     up to this moment (ISO 8601) the page tells them everything now
    """
    item = state_table().get(keys.user(user_id), keys.visit()) or {}
    before = str(item["before"]) if item.get("before") else None
    words = tuple(Word(*each) for each in reversed(item.get("words", [])))
    began_at = str(item.get("began_at", ""))
    now = times.now()
    if began_at and now - times.parse(began_at) < LENGTH:
        return Visit(before, words)
    present = {"began_at": times.iso(now), "known_until": known_until}
    if began_at:
        present["before"] = before = str(item["known_until"])
    unchanged = Attr("began_at").eq(began_at) if began_at else Attr("began_at").not_exists()
    # Of two pages at once one notes the visit.
    with suppress(ConditionFailed):
        state_table().update(keys.user(user_id), keys.visit(), Change(set=present), only_if=unchanged)
    return Visit(before, words)


def leave_word(user_id: str, word: Word) -> None:
    """Have the home page of a listener tell this. Of two at a moment one may be lost: a page is no record."""
    item = state_table().get(keys.user(user_id), keys.visit()) or {}
    words = [*item.get("words", []), list(word)][-MOST_WORDS:]
    state_table().update(keys.user(user_id), keys.visit(), Change(set={"words": words}))
