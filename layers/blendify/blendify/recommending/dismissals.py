"""
Artists whom a listener does not want to be suggested. They stay so until the listener takes that back.

Item    `dismissed#<artist's key>` in the user's partition: `name`, `dismissed_at`
"""

from dataclasses import dataclass

from boto3.dynamodb.conditions import Attr

from blendify.access.users import UserGone
from blendify.core import times
from blendify.db import keys
from blendify.db.state_table import ConditionFailed, state_table
from blendify.db.transactions import check, commit, put

MOST = 2_000
"""A listener who dismissed so many has to take some back first; each is read with every page of suggestions."""


class TooManyDismissed(Exception):
    """The listener has dismissed as many artists as can be kept."""


@dataclass(frozen=True)
class Dismissed:
    """An artist who is not suggested."""

    key: str
    name: str
    dismissed_at: str


def dismissed(user_id: str) -> list[Dismissed]:
    """All, the latest first."""
    items = state_table().query(keys.user(user_id), keys.dismissed())
    rows = [Dismissed(item["sk"].removeprefix(keys.dismissed()), item["name"], item["dismissed_at"]) for item in items]
    return sorted(rows, key=lambda row: (row.dismissed_at, row.key), reverse=True)


def dismiss(user_id: str, artist: str, name: str) -> None:
    """
    Never suggest this artist again; a second time changes nothing.

    Raises  UserGone, TooManyDismissed
    """
    before = dismissed(user_id)
    if any(each.key == artist for each in before):
        return
    if len(before) >= MOST:
        raise TooManyDismissed(f"{MOST} artists are dismissed")
    where = keys.user(user_id)
    try:
        commit(
            put(where, keys.dismissed(artist), {"name": name, "dismissed_at": times.iso(times.now())}),
            check(where, keys.profile(), only_if=Attr("pk").exists()),
        )
    except ConditionFailed as refused:
        raise UserGone("the user has left") from refused


def take_back(user_id: str, artist: str) -> bool:
    """Suggest the artist again; False when they were not dismissed."""
    return state_table().delete(keys.user(user_id), keys.dismissed(artist)) is not None
