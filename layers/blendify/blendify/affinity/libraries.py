"""The library of a listener as the insights table has it, as far as a purpose may know it."""

from blendify.access import connections, users
from blendify.affinity.library import Ownership
from blendify.insights import store
from blendify.insights.buckets import MonthOfLibrary


def library_of(shelf: str, allowed: frozenset[str], first_month: str | None = None) -> list[MonthOfLibrary]:
    """What was added and removed at these providers, by month, from a month on."""
    return [
        MonthOfLibrary(
            month.month,
            tuple(change for change in month.added if change.provider in allowed),
            tuple(change for change in month.removed if change.provider in allowed),
        )
        for month in store.library(shelf, first_month, None)
    ]


def ownership(user_id: str, shelf: str) -> Ownership:
    """Which playlists are the listener's own, and which entries."""
    own: dict[str, set[str]] = {}
    for account in users.own_accounts(user_id):
        own.setdefault(account.provider, set()).add(account.account_id)
    for connection in connections.connections(user_id):
        own.setdefault(connection.provider, set()).update((connection.account_id, connection.provider_user_id))
    return Ownership(store.playlist_owners(shelf), {provider: frozenset(ids) for provider, ids in own.items()})
