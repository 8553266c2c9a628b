"""Recently refused grants: many users refused at once mean an outage of the provider, not many revocations."""

from collections.abc import Iterator
from datetime import timedelta

from blendify.core import times
from blendify.db import keys
from blendify.db.state_table import Item, state_table

WINDOW = timedelta(minutes=10)
STORED_FOR = timedelta(days=1)


def record(provider: str, application: str, user_id: str, *, given_up: bool = False) -> set[str]:
    """
    Record that this user's grant was refused; returns all users recorded within the window.

    given_up    whether the connection was set to `reconnect` for it
    """
    now = times.now()
    state_table().put(
        keys.revoked(provider, application),
        f"{times.iso(now)}#{user_id}",
        {"user_id": user_id, "given_up": given_up, "expires_at": int((now + STORED_FOR).timestamp())},
    )
    return {item["user_id"] for item in _recent(provider, application)}


def given_up(provider: str, application: str) -> set[str]:
    """The users whose connections were set to `reconnect` within the window."""
    return {item["user_id"] for item in _recent(provider, application) if item["given_up"]}


def _recent(provider: str, application: str) -> Iterator[Item]:
    since = times.iso(times.now() - WINDOW)
    for item in state_table().query(keys.revoked(provider, application), newest_first=True):
        if item["sk"] < since:
            return
        yield item
