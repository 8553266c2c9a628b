"""
When a listener was last on their home page, which tells them what is new since then; and what others did meanwhile.

Item     `visit` in the user's partition: `began_at`, `before`, `words`. It is written once a visit, and when somebody
         leaves word of what happened meanwhile: so reading that costs nothing more
"""

from contextlib import suppress
from datetime import timedelta
from typing import NamedTuple

from boto3.dynamodb.conditions import Attr

from blendify.core import times
from blendify.db import keys
from blendify.db.state_table import Change, ConditionFailed, Item, state_table

LENGTH = timedelta(hours=1)
"""A listener who comes back within this time continues their visit, and still sees the same news."""
JOINED, LEFT, ENDED = "blend.joined", "blend.left", "blend.ended"
"""What can happen to a blend of a listener's."""
MOST_WORDS = 20
"""The latest are kept: the item stays below 4 KB, a read unit."""


class Word(NamedTuple):
    """What somebody else did that concerns the listener."""

    kind: str
    """`JOINED`, `LEFT` or `ENDED`. By whom is not kept: an erasure of theirs would have to find it here."""
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
    words = _words(item)
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


def words(user_id: str) -> tuple[Word, ...]:
    """What others did lately, the latest first; whether the listener has been there since or not."""
    return _words(state_table().get(keys.user(user_id), keys.visit()) or {})


def leave_word(user_id: str, word: Word) -> None:
    """Have the listener told this: by their home page, and by `GET /me/changes`."""
    while True:
        item = state_table().get(keys.user(user_id), keys.visit()) or {}
        before = item.get("words")
        unchanged = Attr("words").eq(before) if before else Attr("words").not_exists()
        change = Change(set={"words": [*(before or []), list(word)][-MOST_WORDS:]})
        with suppress(ConditionFailed):
            state_table().update(keys.user(user_id), keys.visit(), change, only_if=unchanged)
            return


def _words(item: Item) -> tuple[Word, ...]:
    return tuple(Word(*each) for each in reversed(item.get("words", [])))
