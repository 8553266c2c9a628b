"""Playlists that a listener begins with and makes: how they are called, how long they are, and what is in them."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import accumulate
from typing import Any, ClassVar

from local.simulators.frame.entries import PLAIN, Act, Entries, Entry
from local.simulators.frame.library import NEWEST, Library, ListKind
from local.simulators.frame.service import Call
from local.simulators.frame.tables import Refusal
from local.simulators.music import words
from local.simulators.music.chance import Shuffle, base62, digest, mixed, number
from local.simulators.music.recordings import TRACKS

PLOT = "Songs for the road &amp; the kitchen, collected since 2014. "

ROUND = 97
"""Oddities come again after so many entries."""
_TWICE = 53


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
    edits: int = 0
    """How often it was edited."""
    modified: int | None = None
    """The second of the last edit, where the service tells it."""
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

    def edited(self, now: int) -> None:
        """Note an edit at that second; each has a moment of its own."""
        self.edits += 1
        if self.modified is not None:
            self.modified = max(self.modified + 1, now)

    def _generated(self) -> Entries:
        deck, start = Shuffle(TRACKS, self.id), number(self.id, "dates")
        age = 86_400 * (30 + start % 2_500)
        entries: list[Entry] = []
        for place in range(self.size):
            when = NEWEST - age + age * place // self.size + mixed(start, place) % (age // self.size // 2 + 1)
            entry = Entry(PLAIN, deck[place], when)
            entries.append(self.odd(place % ROUND, entry, entries) if self.odd else entry)
        return Entries(entries)


def playlist_tracks(**more: Any) -> ListKind:
    """The row of the playlists' entries: any tracks, new ones last."""
    return ListKind(choices=TRACKS, same=(), new_last=True, round=ROUND, **more)


class PlaylistLibrary(Library, ABC):
    """
    A listener with playlists, and with the lists `playlists` and `playlist_tracks`.

    The options say how many `playlists` there are at first, with how many `playlist_entries` in all of them together
    and in the `long_playlist`, and with oddities how many characters the `long_description` of one has.
    """

    playlist_type: ClassVar[Any]
    descriptions: ClassVar[Sequence[str | None]]
    """The texts that playlists begin with."""

    def playlist_id(self, raw: bytes) -> str:
        """The id that comes of these 32 bytes of chance."""
        return base62(raw)

    @abstractmethod
    def traits(self, place: int, raw: bytes, size: int) -> Mapping[str, Any]:
        """What the service knows besides of a playlist that the listener begins with: fields of `playlist_type`."""

    def traits_of_new(self) -> Mapping[str, Any]:
        """The same of one that the listener makes now."""
        return {}

    def span(self, place: int) -> tuple[int, int]:
        """When the listener made the playlist of a place, and when they last edited it, as far as a service tells."""
        added = NEWEST - 86_400 * (30 + 11 * place) - mixed(self.start, place) % 86_400
        return added, added + mixed(self.start, ~place) % (NEWEST - added)

    @cached_property
    def playlists(self) -> list[Any]:
        """All that ever were, by their numbers: what is off the list may still be there for those who know the id."""
        return self.generated()

    @cached_property
    def playlists_by_id(self) -> dict[str, Any]:
        return {playlist.id: playlist for playlist in self.playlists}

    def generated(self) -> list[Any]:
        """Those that the listener begins with."""
        options = self.options
        lengths = sizes(options.playlists, options.playlist_entries, options.long_playlist, self.start, "size")
        return [self._generated(place, size) for place, size in enumerate(lengths)]

    def _generated(self, place: int, size: int) -> Any:
        raw, odd = digest(self.start, "playlist", place), self.options.oddities
        known = {
            "name": title(raw, place, oddities=odd),
            "description": self.descriptions[raw[18] % len(self.descriptions)],
            "odd": self.odd,
        }
        if odd and place == 2:
            known["description"] = (PLOT * self.options.long_description)[: self.options.long_description]
        known |= self.traits(place, raw, size)
        return self.playlist_type(number=place, id=self.playlist_id(raw), size=size, **known)

    def of_another(self, number: int, raw: bytes, size: int, **traits: Any) -> Any:
        """A playlist of somebody else, from 32 bytes of chance; `traits` are what the service knows besides."""
        name = title(raw, 0, oddities=False)
        known = {"id": self.playlist_id(raw), "name": name, "description": PLOT, "odd": self.odd}
        return self.playlist_type(number=number, size=size, **known, **traits)

    @property
    def odd(self) -> Callable[[int, Entry, list[Entry]], Entry] | None:
        return self.oddity if self.options.oddities else None

    def oddity(self, place: int, entry: Entry, before: list[Entry]) -> Entry:
        """What stands at a place of a round: one entry comes twice, some are of odd kinds."""
        odd = self.LISTS["playlist_tracks"].odd
        return before[-1] if place == _TWICE else entry._replace(kind=odd.get(place, entry.kind))

    @property
    def now(self) -> int:
        """The present, and not before the end of what was generated."""
        return max(int(self.clock()), NEWEST)

    def first_playlists(self, _: str) -> Iterator[Entry]:
        return (Entry(PLAIN, playlist.number) for playlist in self.playlists)

    def first_playlist_tracks(self, identity: str) -> Entries:
        entries: Entries = self.playlists_by_id[identity].entries
        return entries

    def names_playlist_tracks(self) -> list[str]:
        return [self.playlists[entry.number].id for entry in self.entries("playlists")]

    def create_playlists(self, _: str, title: str = "New playlist", entries: int = 0) -> list[Entry]:
        number = len(self.playlists)
        identity = self.playlist_id(digest(self.start, "created", number))
        playlist = self.playlist_type(number=number, id=identity, name=title, size=entries, **self.traits_of_new())
        self.playlists.append(playlist)
        self.playlists_by_id[identity] = playlist
        return [Entry(PLAIN, number)]

    def rename_playlists(self, entry: Entry, title: str) -> None:
        self.playlists[entry.number].name = title
        self.playlists[entry.number].edited(self.now)

    def changed(self, data_type: str, name: str, act: Act, entry: Entry) -> None:
        if data_type == "playlist_tracks":
            self.playlists_by_id[name].edited(self.now)


def playlist_of(call: Call) -> str:
    """The list of a call whose path has the `id` of a playlist, which may be off the list. Raises `Refusal`."""
    if (identity := call.path["id"]) not in call.listener.library.playlists_by_id:
        raise Refusal("not_found")
    return identity


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
