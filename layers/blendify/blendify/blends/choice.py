"""
Which songs go into a blend: first what several members know, then each in turn chooses for all.

Whoever has had least chooses, so that a blend is worth much the same to all. Nothing depends on the order of members.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TypeVar

from blendify.affinity.profile import SongWeight
from blendify.blends.worth import PER_ARTIST, Taste

T = TypeVar("T")
LENGTH = 50
SHARED_PART = 0.4
"""Of the length, for what several know."""
MOST_AHEAD = 2
"""Whoever is more turns ahead of another one with songs left waits."""


@dataclass(frozen=True)
class Song:
    """A song as several profiles tell of it."""

    key: str
    title: str
    artist: str
    """The key of its first artist; its own key without any."""
    artist_line: str
    album: str | None
    cover: str | None
    milliseconds: int | None
    records: Mapping[str, str]
    """Provider → record id there."""
    whose: tuple[str, ...]
    """The ids of the members who know it, the one to whom it is worth most first."""


@dataclass(frozen=True)
class Chosen:
    """A song in a blend."""

    song: Song
    by: str | None
    """The id of the member whose turn it was; None for what several know."""
    since: str
    """The first day of its stay in the blend."""


@dataclass(frozen=True)
class Pool:
    """The songs that a blend may have: what a member knows and no member has removed or hides."""

    tastes: tuple[Taste, ...]
    stale: frozenset[str] = frozenset()
    """The keys of songs that were there lately: they come again only where nothing else is left."""

    @cached_property
    def songs(self) -> dict[str, Song]:
        """By key."""
        forbidden = frozenset[str]().union(*(taste.profile.forbidden for taste in self.tastes))
        tellers_of: dict[str, list[tuple[str, SongWeight]]] = {}
        for taste in sorted(self.tastes, key=lambda each: each.member_id):
            for song in taste.profile.songs:
                if song.key not in forbidden:
                    tellers_of.setdefault(song.key, []).append((taste.member_id, song))
        return {key: self._song(key, tellers) for key, tellers in tellers_of.items()}

    def worth(self, member_id: str, song: Song) -> float:
        """What the song is worth to a member."""
        return self._worths[song.key][member_id]

    @cached_property
    def shared(self) -> list[Song]:
        """What several know: what most do first, then by what it is worth to whom it is worth least."""
        several = [song for song in self.songs.values() if len(song.whose) > 1]
        return sorted(several, key=lambda song: (-len(song.whose), -min(self._worths[song.key].values()), song.key))

    @cached_property
    def of_member(self) -> dict[str, list[Song]]:
        """What each member knows, the best for all first."""
        return {taste.member_id: self._of_member(taste.member_id) for taste in self.tastes}

    def _of_member(self, member_id: str) -> list[Song]:
        others = max(1, len(self.tastes) - 1)
        good = {
            key: worths[member_id] / 2 + (sum(worths.values()) - worths[member_id]) / others / 2
            for key, worths in self._worths.items()
            if member_id in self.songs[key].whose
        }
        return [self.songs[key] for key in sorted(good, key=lambda key: (-good[key], key))]

    @cached_property
    def _worths(self) -> dict[str, dict[str, float]]:
        return {
            key: {taste.member_id: taste.worth(key, song.artist) for taste in self.tastes}
            for key, song in self.songs.items()
        }

    def _song(self, key: str, tellers: Sequence[tuple[str, SongWeight]]) -> Song:
        by_member = {taste.member_id: taste for taste in self.tastes}
        artist = next((song.artist_keys[0] for _, song in tellers if song.artist_keys), key)
        whose = sorted(tellers, key=lambda each: (-by_member[each[0]].worth(key, artist), each[0]))
        known = [song for _, song in whose]
        return Song(
            key,
            known[0].title,
            artist,
            known[0].artist_line,
            _first(song.album for song in known),
            _first(song.cover for song in known),
            _first(song.milliseconds for song in known),
            {provider: record for song in reversed(known) for provider, record in sorted(song.records.items())},
            tuple(member_id for member_id, _ in whose),
        )


@dataclass
class _Choice:
    """A blend while it is made."""

    pool: Pool
    day: str
    length: int
    chosen: list[Chosen] = field(default_factory=list)
    of_artist: Counter[str] = field(default_factory=Counter)
    taken: set[str] = field(default_factory=set)
    turns: Counter[str] = field(default_factory=Counter)
    had: dict[str, float] = field(default_factory=dict)
    """What the songs so far are worth to each member."""

    def take(self, song: Song, by: str | None, since: str | None = None) -> None:
        self.chosen.append(Chosen(song, by, since or self.day))
        self.of_artist[song.artist] += 1
        self.taken.add(song.key)
        if by is not None:
            self.turns[by] += 1
        for taste in self.pool.tastes:
            self.had[taste.member_id] = self.had.get(taste.member_id, 0.0) + self.pool.worth(taste.member_id, song)

    def may(self, song: Song) -> bool:
        return song.key not in self.taken and self.of_artist[song.artist] < PER_ARTIST

    def fill_shared(self) -> None:
        room = int(SHARED_PART * self.length) - sum(1 for each in self.chosen if each.by is None)
        room = min(room, self.length - len(self.chosen))
        for song in self._fresh_first(self.pool.shared):
            if room > 0 and self.may(song):
                self.take(song, None)
                room -= 1

    def fill_turns(self) -> None:
        queues = {member_id: self._fresh_first(songs) for member_id, songs in self.pool.of_member.items()}
        while len(self.chosen) < self.length:
            for member_id, queue in list(queues.items()):
                while queue and not self.may(queue[0]):
                    queue.pop(0)
                if not queue:
                    del queues[member_id]
            if not queues:
                return
            least = min(self.turns[member_id] for member_id in queues)
            waits = [member_id for member_id in queues if self.turns[member_id] - least > MOST_AHEAD]
            chooser = min((self.had.get(each, 0.0), each) for each in queues if each not in waits)[1]
            self.take(queues[chooser].pop(0), chooser)

    def _fresh_first(self, songs: Iterable[Song]) -> list[Song]:
        return sorted(songs, key=lambda song: song.key in self.pool.stale)


def choose(pool: Pool, staying: Sequence[Chosen], day: str, length: int = LENGTH) -> list[Chosen]:
    """
    The songs of a blend, in no order for listening: what several know first, the best of it first.

    staying  songs of the day before that stay: still in the pool, at most `PER_ARTIST` of an artist
    """
    choice = _Choice(pool, day, length)
    for each in staying:
        choice.take(pool.songs[each.song.key], each.by, each.since)
    choice.fill_shared()
    choice.fill_turns()
    places: dict[str | None, dict[str, int]] = {by: _places(songs) for by, songs in pool.of_member.items()}
    places[None] = _places(pool.shared)
    return sorted(choice.chosen, key=lambda each: (each.by is not None, places[each.by][each.song.key], each.by or ""))


def choosable(pool: Pool, chosen: Iterable[Chosen], member_id: str) -> list[Song]:
    """What a member could still have chosen."""
    here = list(chosen)
    taken, of_artist = {each.song.key for each in here}, Counter(each.song.artist for each in here)
    own = pool.of_member[member_id]
    return [song for song in own if song.key not in taken and of_artist[song.artist] < PER_ARTIST]


def _places(songs: Iterable[Song]) -> dict[str, int]:
    return {song.key: place for place, song in enumerate(songs)}


def _first(values: Iterable[T | None]) -> T | None:
    return next((value for value in values if value), None)
