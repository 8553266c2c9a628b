"""
When a listener was last on their home page: it tells them what is new since then.

Item     `visit` in the user's partition: `began_at`, `before`. It is written once a visit
"""

from contextlib import suppress
from datetime import timedelta

from boto3.dynamodb.conditions import Attr

from blendify.core import times
from blendify.db import keys
from blendify.db.state_table import Change, ConditionFailed, state_table

LENGTH = timedelta(hours=1)
"""A listener who comes back within this time continues their visit, and still sees the same news."""


def visit(user_id: str, known_until: str) -> str | None:
    """
    Note that the listener is here; returns until when they have been told everything, None on their first visit.

    known_until     up to this moment (ISO 8601) the page tells them everything now
    """
    item = state_table().get(keys.user(user_id), keys.visit())
    before = str(item["before"]) if item and item.get("before") else None
    began_at = str(item["began_at"]) if item else ""
    now = times.now()
    if began_at and now - times.parse(began_at) < LENGTH:
        return before
    present = {"began_at": times.iso(now), "known_until": known_until}
    if item:
        present["before"] = before = str(item["known_until"])
    unchanged = Attr("began_at").eq(began_at) if item else Attr("pk").not_exists()
    # Of two pages at once one notes the visit.
    with suppress(ConditionFailed):
        state_table().update(keys.user(user_id), keys.visit(), Change(set=present), only_if=unchanged)
    return before
