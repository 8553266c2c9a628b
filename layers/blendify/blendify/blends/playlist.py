"""
The playlist of a blend for one day. The same input gives the same playlist; nothing here reads or writes.

From one day to the next two thirds stay, those that came last. What has been there in the last days comes again only
where nothing else is left, so that a blend moves on.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby

from blendify.blends.choice import LENGTH, MOST_AHEAD, Chosen, Pool, choosable, choose
from blendify.blends.walk import order
from blendify.blends.worth import Link, Taste, sums
from blendify.taste.days import later

REMEMBERED_DAYS = 30
STAYS = 3
"""One song of so many goes each day."""


@dataclass(frozen=True)
class Entry:
    """A song in the playlist, whose it is and why it is there."""

    chosen: Chosen
    links: Mapping[str, Link]
    """By the id of a member who does not know it: what it has to do with them."""


@dataclass(frozen=True)
class Share:
    """What a member has of the playlist."""

    member_id: str
    part: float
    """From 0 to 1, all parts together 1: each song is counted for those who know it, in equal parts."""
    songs: int
    """How many of the songs they know."""
    worth: float
    """The mean worth of its songs to them: 1 is as good as a playlist for them alone."""


@dataclass(frozen=True)
class Playlist:
    """A blend on one day."""

    day: str
    entries: tuple[Entry, ...] = ()
    shares: tuple[Share, ...] = ()
    together: str | None = None
    """The key of the song that brings the members together; None when they know none in common."""
    blended: Mapping[str, str] = field(default_factory=dict)
    """The last day of each song that was there within the days that are remembered, by key."""


def playlist(tastes: Sequence[Taste], day: str, before: Playlist | None = None, length: int = LENGTH) -> Playlist:
    """
    The playlist of this day.

    tastes      of all members; those who know nothing have a share of nothing
    before      the playlist of an earlier day, or of earlier the same day: what stays then keeps its order
    """
    members = tuple(sorted(tastes, key=lambda each: each.member_id))
    blended = _remembered(before, day)
    pool = Pool(members, frozenset(blended))
    chosen = _fair(pool, _kept(pool, before, day), day, length)
    near = {artist: of_artist for taste in members for artist, of_artist in taste.near.items()}
    by_key = {each.song.key: each for each in chosen}
    there = [entry.chosen.song.key for entry in before.entries] if before and before.day == day else []
    begun = [by_key[key] for key in there if key in by_key]
    entries = tuple(Entry(each, _links(each, members)) for each in order(chosen, members, near, begun))
    blended |= {each.song.key: day for each in chosen}
    worths, count = sums(members, ((each.song.key, each.song.artist) for each in chosen)), len(chosen) or 1
    shares = _shares({member_id: worth / count for member_id, worth in worths.items()}, chosen)
    return Playlist(day, entries, shares, _together(chosen), blended)


def without(made: Playlist, gone: Collection[str]) -> Playlist:
    """A playlist without these songs, by key. The others keep their order, and members what it is worth to them."""
    entries = tuple(entry for entry in made.entries if entry.chosen.song.key not in gone)
    chosen = [entry.chosen for entry in entries]
    worths = {share.member_id: share.worth for share in made.shares}
    return replace(made, entries=entries, shares=_shares(worths, chosen), together=_together(chosen))


def _remembered(before: Playlist | None, day: str) -> dict[str, str]:
    since = later(day, -REMEMBERED_DAYS)
    return {key: last for key, last in before.blended.items() if last >= since} if before else {}


def _kept(pool: Pool, before: Playlist | None, day: str) -> list[Chosen]:
    """
    Two thirds of what was there, of each member's turns and of the shared part; only what may still be there.

    All of it on the same day.
    """
    if before is None:
        return []
    stays: list[Chosen] = []
    every = sorted((entry.chosen for entry in before.entries), key=lambda each: (each.by or "", each.since))
    for _, group in groupby(every, key=lambda each: each.by or ""):
        turns = list(group)
        gone = len(turns) // STAYS if before.day != day else 0
        stays += [each for each in turns[gone:] if _may_stay(pool, each)]
    return stays


def _may_stay(pool: Pool, chosen: Chosen) -> bool:
    song = pool.songs.get(chosen.song.key)
    if song is None or song.artist != chosen.song.artist:
        return False
    return len(song.whose) > 1 if chosen.by is None else chosen.by in song.whose


def _fair(pool: Pool, staying: list[Chosen], day: str, length: int) -> list[Chosen]:
    """
    The songs of this day, with fair turns.

    Where tastes have changed so much that one day's new songs cannot make them fair, fewer stay
    """
    while True:
        chosen = choose(pool, staying, day, length)
        turns = Counter(each.by for each in chosen)
        left = [each.member_id for each in pool.tastes if choosable(pool, chosen, each.member_id)]
        ahead = [each for each in left if turns[each] - min(turns[other] for other in left) > MOST_AHEAD + 1]
        if not ahead:
            return chosen
        staying.remove(next(each for each in staying if each.by == ahead[0]))


def _links(chosen: Chosen, tastes: Sequence[Taste]) -> dict[str, Link]:
    others = [taste for taste in tastes if taste.member_id not in chosen.song.whose]
    links = {taste.member_id: taste.link(chosen.song.artist) for taste in others}
    return {member_id: link for member_id, link in links.items() if link}


def _together(chosen: Iterable[Chosen]) -> str | None:
    return next((each.song.key for each in chosen if each.by is None), None)


def _shares(worths: Mapping[str, float], chosen: Sequence[Chosen]) -> tuple[Share, ...]:
    """The shares of the members of whom it is told what the songs are worth to them in the mean."""
    parts = dict.fromkeys(worths, 0.0)
    for each in chosen:
        for member_id in each.song.whose:
            parts[member_id] += 1 / len(each.song.whose) / len(chosen)
    return tuple(
        Share(member_id, parts[member_id], sum(member_id in each.song.whose for each in chosen), worth)
        for member_id, worth in worths.items()
    )
