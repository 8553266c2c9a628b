"""Playlists that a listener begins with: how they are called, how long they are, and what stands in them."""

from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import accumulate

from local.simulators.frame.entries import PLAIN, Entries, Entry
from local.simulators.music import words
from local.simulators.music.chance import Shuffle, digest, mixed, number
from local.simulators.music.recordings import TRACKS

NEWEST = 1_769_893_633
"""The last moment of every generated library, 2026-01-31T21:07:13Z: fixed, so that a seed says all."""
NINE_YEARS = 9 * 365 * 86_400
PLOT = "Songs for the road &amp; the kitchen, collected since 2014. "

ROUND = 97
"""Oddities come again after so many entries."""


@dataclass(slots=True, kw_only=True)
class Playlist:
    """One playlist; a service adds what it knows of it. Its entries are made when first asked for."""

    number: int
    id: str
    name: str
    size: int
    description: str | None = ""
    odd: Callable[[int, Entry, list[Entry]], Entry] | None = None
    """What stands at a place of every round of `ROUND`, from the plain entry and those before it."""
    _entries: Entries | None = field(default=None, init=False)

    def __len__(self) -> int:
        return self.size if self._entries is None else len(self._entries)

    @property
    def entries(self) -> Entries:
        """Tracks of the catalogue, with the moments in seconds at which they were added."""
        if self._entries is None:
            self._entries = self._generated()
        return self._entries

    def hold(self, entries: Entries) -> None:
        """Have these entries instead."""
        self._entries = entries

    def _generated(self) -> Entries:
        deck, start = Shuffle(TRACKS, self.id), number(self.id, "dates")
        age = 86_400 * (30 + start % 2_500)
        entries: list[Entry] = []
        for place in range(self.size):
            when = NEWEST - age + age * place // self.size + mixed(start, place) % (age // self.size // 2 + 1)
            entry = Entry(PLAIN, deck[place], when)
            entries.append(self.odd(place % ROUND, entry, entries) if self.odd else entry)
        return Entries(entries)


def sizes(count: int, entries: int, longest: int, *seed: object) -> list[int]:
    """So many playlists: a long one in the fifth place, an empty one, the rest of the entries over the others."""
    if count == 0:
        return []
    long = min(longest, entries) if count > 1 else entries
    weights = [1 + digest(*seed, place)[0] % 60 for place in range(count - 1)]
    if count > 8:
        weights[-1] = 0
    ends = [(entries - long) * end // sum(weights) for end in accumulate(weights)]
    shared = [end - begin for begin, end in zip([0, *ends], ends, strict=False)]
    shared.insert(min(4, len(shared)), long)
    return shared


def title(raw: bytes, place: int, *, oddities: bool) -> str:
    """The name of a playlist; with oddities every fifth has one that breaks careless software."""
    if oddities and place % 5 == 1:
        return words.ODD_NAMES[place // 5 % len(words.ODD_NAMES)]
    return f"{words.pick(words.MOODS, raw[16])} {words.pick(words.OPENINGS, raw[17])}"


def long_text(length: int) -> str:
    return (PLOT * (length // len(PLOT) + 1))[:length]
