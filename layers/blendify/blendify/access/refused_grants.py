"""Grants that a provider has refused to renew, as they come: many users at once are an outage, not many revocations."""

from collections.abc import Iterator
from datetime import timedelta

from blendify.core import times
from blendify.db import keys
from blendify.db.state_table import Item, state_table

WINDOW = timedelta(minutes=10)
KEPT = timedelta(days=1)


def note(provider: str, application: str, user_id: str, *, marked: bool = False) -> set[str]:
    """
    Remember that this user's grant was refused; answers all users of whom that is remembered within the window.

    `marked` says that the connection was given up for it.
    """
    now = times.now()
    state_table().put(
        keys.revoked(provider, application),
        f"{times.iso(now)}#{user_id}",
        {"user_id": user_id, "marked": marked, "expires_at": int((now + KEPT).timestamp())},
    )
    return {item["user_id"] for item in _recent(provider, application)}


def marked(provider: str, application: str) -> set[str]:
    """The users whose connections were given up within the window."""
    return {item["user_id"] for item in _recent(provider, application) if item["marked"]}


def _recent(provider: str, application: str) -> Iterator[Item]:
    since = times.iso(times.now() - WINDOW)
    for item in state_table().query(keys.revoked(provider, application), newest_first=True):
        if item["sk"] < since:
            return
        yield item
