"""
The order in which a blend is heard: from artist to near artist, with no artist again too soon, and nobody's for long.

It begins with the best of what several know. From there it goes on to the nearest artist each time, as far as these
rules allow: no artist twice within `APART` songs, and no three songs in a row that the same member has chosen. Whenever
an order exists that keeps both, this one does. Where none exists artists come closer to each other, by one song at a
time; and where a member has chosen more than fits between the others' songs, theirs stand in rows as short as can be.
"""

from collections import Counter
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass, field
from itertools import takewhile
from math import ceil, sqrt

from blendify.blends.choice import Chosen
from blendify.blends.worth import Near, Taste

APART = 5
IN_A_ROW = 2


def order(chosen: Sequence[Chosen], tastes: Sequence[Taste], near: Near, begun: Sequence[Chosen] = ()) -> list[Chosen]:
    """
    The songs in the order in which they are heard.

    chosen  begins with the best of what several know
    begun   those that stand already, in their order: the walk goes on from there
    """
    there = _Map({each.song.key: number for number, each in enumerate(chosen)}, tastes, near)
    first = list(begun) or [each for each in chosen[:1] if each.by is None]
    left = [each for each in chosen if each not in first]
    row = _shortest_row(first, left)
    # With artists that may follow upon themselves there is always a way.
    walks = (_Walk(there, apart, row, list(left), list(first)) for apart in range(APART, 0, -1))
    return next(walk.order for walk in walks if walk.arrives())


def _shortest_row(first: Sequence[Chosen], left: Sequence[Chosen]) -> int:
    """The songs in a row of one member that have to be allowed: two, as long as there is enough between theirs."""
    turns, begun = Counter(each.by for each in left if each.by), _row_at_the_end(first)
    rows = {member_id: len(left) - own + 1 for member_id, own in turns.items()}
    needed = (ceil((own + begun.get(member_id, 0)) / rows[member_id]) for member_id, own in turns.items())
    return max([IN_A_ROW, *needed])


def _row_at_the_end(songs: Sequence[Chosen]) -> dict[str, int]:
    """The member whose row the last songs are, and how many they are."""
    last = songs[-1].by if songs else None
    return {last: sum(1 for _ in takewhile(lambda each: each.by == last, reversed(songs)))} if last else {}


@dataclass(frozen=True)
class _Map:
    """What is near to what."""

    place: dict[str, int]
    """How good a song is for all, by its key: the least is the best."""
    tastes: Sequence[Taste]
    near: Near

    def nearest(self, songs: Iterable[Chosen], here: Chosen | None) -> list[Chosen]:
        """The nearest artist first; of songs that are as near the best."""
        there = list(songs)
        artists = {each.song.artist for each in there}
        closeness = {artist: self._closeness(here.song.artist, artist) for artist in artists} if here else {}
        return sorted(there, key=lambda each: (*closeness.get(each.song.artist, ()), self.place[each.song.key]))

    def _closeness(self, artist: str, other: str) -> tuple[float, float]:
        """How near two artists are, the nearest first: by all listeners, and where these say nothing by the members."""
        by_all = max(self.near.get(artist, {}).get(other, 0.0), self.near.get(other, {}).get(artist, 0.0))
        by_members = sum(sqrt(taste.care(artist) * taste.care(other)) for taste in self.tastes)
        return -by_all, -by_members


@dataclass
class _Walk:
    """The songs in their order so far, and those that are left."""

    map: _Map
    apart: int
    """No artist comes twice within so many songs."""
    row: int
    """No member's songs stand in a longer row."""
    left: list[Chosen]
    order: list[Chosen]
    dead_ends: set[Hashable] = field(default_factory=set)

    def arrives(self) -> bool:
        """Go on until no song is left, and one step back wherever none may follow; False when there is no way."""
        if not self.left:
            return True
        crossing = self._crossing()
        if crossing in self.dead_ends:
            return False
        for each in self.map.nearest(self._allowed(), self.order[-1] if self.order else None):
            self.left.remove(each)
            self.order.append(each)
            if self._has_room() and self.arrives():
                return True
            self.left.append(self.order.pop())
        self.dead_ends.add(crossing)
        return False

    def _allowed(self) -> list[Chosen]:
        """The songs that may follow."""
        recent = self._recent()
        tired = {member_id for member_id, songs in _row_at_the_end(self.order).items() if songs >= self.row}
        return [each for each in self.left if each.song.artist not in recent and each.by not in tired]

    def _has_room(self) -> bool:
        """Whether nothing says yet that the songs that are left cannot be ordered."""
        turns = Counter(each.by for each in self.left if each.by)
        begun = _row_at_the_end(self.order)
        for member_id, own in turns.items():
            rows = len(self.left) - own + 1
            if own > self.row * rows - begun.get(member_id, 0):
                return False
        recent, songs = self._recent(), Counter(each.song.artist for each in self.left)
        for steps in range(1, self.apart + 1):
            # Within these steps an artist comes once, and one that was there lately not at all.
            later = sum(count - (recent.get(artist, 0) < steps) for artist, count in songs.items())
            if later and later > len(self.left) - steps:
                return False
        return True

    def _crossing(self) -> Hashable:
        """Where the walk stands, as far as it matters for whether it can arrive: the names of artists do not."""
        recent = self._recent()
        of_artist: dict[str, list[str]] = {}
        for each in self.left:
            of_artist.setdefault(each.song.artist, []).append(each.by or "")
        artists = Counter((recent.get(artist, 0), *sorted(by)) for artist, by in of_artist.items())
        return frozenset(_row_at_the_end(self.order).items()), frozenset(artists.items())

    def _recent(self) -> dict[str, int]:
        """The artists that may not come yet, with the steps for which they wait."""
        recent = self.order[max(0, len(self.order) - self.apart + 1) :]
        return {each.song.artist: steps for steps, each in enumerate(recent, self.apart - len(recent))}
