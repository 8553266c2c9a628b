"""The listener's own artists, of whom they choose some to keep to themselves."""

from blendify.core.same_names import plain
from blendify.insights import shelves, store

MOST = 20
"""Artists that a search finds."""


def names(user_id: str) -> dict[str, str]:
    """The names of all artists that are known of a listener, by key."""
    return {first.key: first.name for first in store.firsts_of_artists(shelves.shelves(user_id).shown)}


def search(user_id: str, text: str) -> list[tuple[str, str]]:
    """Key and name of the artists whose names hold this text, those that begin with it first."""
    wanted = plain(text)
    if not wanted:
        return []
    matches = [(key, name) for key, name in names(user_id).items() if wanted in plain(name)]
    return sorted(matches, key=lambda each: (not plain(each[1]).startswith(wanted), plain(each[1]), each[0]))[:MOST]
