"""How people in a blend are named to each other."""

from collections.abc import Iterable

from blendify.access import connections, users

NAMELESS = "Somebody"
"""Who has chosen no name and has no connection left."""


def names(user_ids: Iterable[str]) -> dict[str, str]:
    """The names by user id; who has been erased is left out."""
    return {user_id: _first(user_id) for user_id in user_ids if users.exists(user_id)}


def _first(user_id: str) -> str:
    """The display name of the user's first connection."""
    connected = sorted(connections.connections(user_id), key=lambda each: each.authorized_at)
    return next((each.display_name for each in connected if each.display_name), NAMELESS)
