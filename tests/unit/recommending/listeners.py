"""Listeners whose insights are in the table: a top list of artists, and plays where they matter."""

from collections.abc import Mapping, Sequence
from functools import partial

from blendify.access import users
from blendify.affinity.profiles import profile
from blendify.core.same_names import artist_key
from blendify.fleet import in_one
from blendify.insights import packing, table
from blendify.insights.accumulated import row_of
from blendify.insights.buckets import Artist, Known, Ranked, Song, ToldPlays, TopList
from blendify.sharing import consent
from tests.unit.sync_steps import plenty

DAY, OWN = "2026-11-28", "Only Of"
KNOWN = Known("UTC", "2025-01-01", "2025-01-01", DAY, None, f"{DAY}T10:00:00.000Z")


def listener(name: str, artists: Sequence[str], plays: Mapping[str, Mapping[str, int]] = {}) -> str:
    """
    The id of a new listener.

    artists     Their names, the one they care for most first
    plays       Month → title → plays, all on its tenth day, by an artist who is called as the song
    """
    user_id = users.find_or_create_user("lastfm", name)
    entries = tuple(
        Ranked(rank, artist_key(artist), f"id-{artist}", artist, None, f"https://i.scdn.co/{rank}", None)
        for rank, artist in enumerate(artists, start=1)
    )
    top = TopList("spotify", "artists", "short_term", DAY, entries)
    table.write(user_id, table.name("current", "artists", "short_term", "spotify"), packing.of_top_lists([top]))
    for month, counts in plays.items():
        table.write(user_id, table.name("plays", month, "00"), packing.of_plays([_told(month, counts)]))
    table.write(user_id, "known", row_of(KNOWN))
    return user_id


def counted_others(bands: Sequence[str], count: int = 24, *, together: int = 1) -> list[str]:
    """
    Listeners of these bands who agreed to be counted: each leaves out a sixth, and has a band of their own.

    together    So many of them have that band in common
    """
    others = []
    for number in range(count):
        artists = [band for place, band in enumerate(bands) if place % 6 != number % 6]
        others.append(listener(f"other-{number}", [*artists, f"{OWN} {number // together}"]))
        consent.change(others[-1], {"count": True})
    return others


def daily_run() -> None:
    """The sums over all who agreed to be counted."""
    assert in_one.run(None, partial(profile, feature="comparing"), plenty) is None


def _told(month: str, counts: Mapping[str, int]) -> ToldPlays:
    songs = {title: Song(title, title, (Artist(artist_key(title), title),), title) for title in counts}
    return ToldPlays(month, {"lastfm": songs}, {10: dict(counts)}, {})
