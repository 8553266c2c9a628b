"""
How often which artists were suggested: what was shown on three days and left alone rests for thirty.

Item    `suggested` in the user's partition: `counts`, by the artist's key: [days on which it was shown, the latest one]
"""

from collections.abc import Collection, Mapping
from contextlib import suppress

from boto3.dynamodb.conditions import Attr

from blendify.db import keys
from blendify.db.state_table import ConditionFailed, state_table
from blendify.db.transactions import check, commit, put
from blendify.taste.days import days_between

ENOUGH = 3
"""On so many days is an artist shown."""
REST = 30
"""Days."""

Counts = Mapping[str, tuple[int, str]]


def counts(user_id: str) -> Counts:
    """Artist's key → days on which they were shown, and the latest of them."""
    item = state_table().get(keys.user(user_id), keys.suggested()) or {}
    return {key: (int(number), str(day)) for key, (number, day) in item.get("counts", {}).items()}


def resting(shown: Counts, today: str) -> frozenset[str]:
    """Who is not shown today. An artist of today's page stays on it all day."""
    return frozenset(
        key for key, (number, day) in shown.items() if number >= ENOUGH and 0 < days_between(day, today) < REST
    )


def after(shown: Counts, today: str, artists: Collection[str]) -> Counts:
    """The counts when these artists have been shown today. Who has rested begins anew."""
    recent = {key: count for key, count in shown.items() if days_between(count[1], today) < REST}
    for key in artists:
        number, day = recent.get(key, (0, ""))
        if day != today:
            recent[key] = number + 1, today
    return recent


def note(user_id: str, today: str, artists: Collection[str]) -> None:
    """Count that these artists were shown today: at most one write a day, and none for a listener who has left."""
    before = counts(user_id)
    now = after(before, today, artists)
    if now == before:
        return
    where = keys.user(user_id)
    # Two pages at once write the same. Nothing is written that would outlive an erasure.
    with suppress(ConditionFailed):
        commit(
            put(where, keys.suggested(), {"counts": {key: list(count) for key, count in now.items()}}),
            check(where, keys.profile(), only_if=Attr("pk").exists()),
        )
