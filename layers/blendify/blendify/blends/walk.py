"""
The order in which a blend is heard: from artist to near artist, with no artist again too soon, and nobody's for long.

It begins with the best of what several know. From there it goes on to the nearest artist each time, as far as these
rules allow: no artist twice within `APART` songs, and no three songs in a row that the same member has chosen.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from math import sqrt

from blendify.blends.choice import Chosen
from blendify.blends.worth import Near, Taste

APART = 5
IN_A_ROW = 2


@dataclass
class _Walk:
    """The songs in their order so far, and those that are left."""

    left: list[Chosen]
    order: list[Chosen] = field(default_factory=list)

    def allowed(self) -> list[Chosen]:
        """
        The songs that may follow.

        Where the rules leave none, that about artists gives way first.
        """
        turns = Counter(each.by for each in self.left if each.by)
        fair = [each for each in self.left if self._leaves_room(each, turns)]
        fair = fair or [each for each in self.left if not self._goes_on(each)] or self.left
        recent = {each.song.artist for each in self.order[1 - APART :]} if self.order else set()
        apart = [each for each in fair if each.song.artist not in recent]
        # Of artists with two songs one has to come early enough for the other.
        pairs = Counter(each.song.artist for each in self.left)
        urgent = [each for each in apart if pairs[each.song.artist] > 1]
        waiting = sum(1 for songs in pairs.values() if songs > 1)
        return urgent if urgent and len(self.left) <= 2 * waiting + APART else apart or fair

    def step(self, chosen: Chosen) -> None:
        """Let this song follow."""
        self.left.remove(chosen)
        self.order.append(chosen)

    def _goes_on(self, chosen: Chosen) -> bool:
        """Whether this would be one too many in a row of the same member."""
        row = self.order[-IN_A_ROW:]
        return chosen.by is not None and len(row) == IN_A_ROW and all(each.by == chosen.by for each in row)

    def _leaves_room(self, chosen: Chosen, turns: Counter[str]) -> bool:
        """Whether the songs that are left after this one can still be ordered with nobody three times in a row."""
        if self._goes_on(chosen):
            return False
        row = 2 if self.order and chosen.by is not None and self.order[-1].by == chosen.by else 1
        for member_id, songs in turns.items():
            own = songs - (chosen.by == member_id)
            others = len(self.left) - 1 - own
            begun = row if chosen.by == member_id else 0
            if own > IN_A_ROW * others + IN_A_ROW - begun:
                return False
        return True


def order(chosen: Sequence[Chosen], tastes: Sequence[Taste], near: Near) -> list[Chosen]:
    """The songs in the order in which they are heard; `chosen` begins with the best of what several know."""
    walk = _Walk(list(chosen))
    place = {each.song.key: number for number, each in enumerate(chosen)}
    here = chosen[0] if chosen and chosen[0].by is None else None
    while walk.left:
        if here is None or walk.order:
            allowed = walk.allowed()
            artists = {each.song.artist for each in allowed}
            closeness = (
                {artist: _closeness(here.song.artist, artist, tastes, near) for artist in artists} if here else {}
            )
            here = min(allowed, key=lambda each: (*closeness.get(each.song.artist, ()), place[each.song.key]))
        walk.step(here)
    return walk.order


def _closeness(one: str, other: str, tastes: Sequence[Taste], near: Near) -> tuple[float, float]:
    """How near two artists are, the nearest first: by all listeners, and where these say nothing by the members."""
    by_all = max(near.get(one, {}).get(other, 0.0), near.get(other, {}).get(one, 0.0))
    by_members = sum(sqrt(taste.care(one) * taste.care(other)) for taste in tastes)
    return -by_all, -by_members
