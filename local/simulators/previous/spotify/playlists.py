"""One playlist of an invented library: what it is called, whose it is, and its entries once somebody asks."""

from base64 import b64encode
from dataclasses import dataclass, field
from typing import NamedTuple

from local.simulators.music.chance import Shuffle, digest, mixed, number
from local.simulators.music.words import ODD_NAMES
from local.simulators.previous.columns import NEVER, Column, Entry, Kind
from local.simulators.previous.spotify.catalogue import API, TRACKS, Catalogue, links
from local.simulators.previous.spotify.listening import seconds
from local.simulators.previous.spotify.rarities import episode, local_file
from local.simulators.previous.spotify.regimes import Json, Regime

NEWEST = 1_769_893_633
"""The last moment of every generated library, 2026-01-31T21:07:13Z: fixed, so that a seed says all."""

_ODD_PLACES = {
    13: Kind.LOCAL,
    29: Kind.EPISODE,
    41: Kind.NULL,
    71: Kind.UNPLAYABLE,
    83: Kind.ODD,
}
_TWICE, _UNDATED, _FROM_1970 = 53, 67, 59
_ROUND = 97


class Person(NamedTuple):
    """A user as playlists mention one."""

    id: str
    display_name: str | None

    def as_owner(self) -> Json:
        return dict(sorted({**links("user", self.id), "display_name": self.display_name}.items()))

    def as_adder(self) -> Json:
        return links("user", self.id)


@dataclass(slots=True)
class Playlist:
    """
    Mutable: whoever edits anything calls `touch`, so that the snapshot changes.

    With `odd`, some places hold local files, episodes, null payloads, doubles, and entries without a date.
    """

    id: str
    name: str
    owner: Person
    size: int
    odd: bool
    description: str | None = ""
    pictures: Json = field(default_factory=list)
    collaborative: bool = False
    public: bool | None = True
    edits: int = 0
    _entries: Column | None = None

    def __len__(self) -> int:
        return self.size if self._entries is None else len(self._entries)

    @property
    def entries(self) -> Column:
        if self._entries is None:
            self._entries = self._generated()
        return self._entries

    @property
    def snapshot(self) -> str:
        return b64encode(f"{self.edits + 1},{digest(self.id, self.edits).hex()[:40]}".encode()).decode()

    def touch(self) -> None:
        self.edits += 1

    def readable(self, regime: Regime, reader: str) -> bool:
        """Whether a regime shows the entries to a user."""
        return not regime.trims or self.collaborative or self.owner.id == reader

    def head(self, regime: Regime, reader: str) -> Json:
        """The entry of this playlist in a list of playlists."""
        base = {
            "collaborative": self.collaborative,
            "description": self.description,
            **links("playlist", self.id),
            "images": self.pictures,
            "name": self.name,
            "owner": self.owner.as_owner(),
            "primary_color": None,
            "public": self.public,
            "snapshot_id": self.snapshot,
        }
        if self.readable(regime, reader):
            for key in regime.contents_keys:
                base[key] = {"href": f"{API}/playlists/{self.id}/{key}", "total": len(self)}
        return dict(sorted(base.items()))

    def entry(self, entry: Entry, catalogue: Catalogue, regime: Regime) -> Json:
        """One entry of the contents, episodes included."""
        payload = _payload(entry, catalogue, regime)
        base = {
            "added_at": None if entry.when == NEVER else seconds(entry.when),
            "added_by": self._adder(entry.when),
            "is_local": entry.kind is Kind.LOCAL,
            "primary_color": None,
            "video_thumbnail": {"url": None},
            **dict.fromkeys(regime.payload_keys, payload),
        }
        return dict(sorted(base.items()))

    def _adder(self, when: int) -> Json:
        """Nobody knows it of the oldest entries; where the date is 1970, the id is empty."""
        if when == NEVER:
            return None
        return Person(self.owner.id if when else "", None).as_adder()

    def _generated(self) -> Column:
        deck = Shuffle(TRACKS, self.id)
        start = number(self.id, "dates")
        age = 86_400 * (30 + start % 2_500)
        entries: list[Entry] = []
        for place in range(self.size):
            when = NEWEST - age + age * place // self.size + mixed(start, place) % (age // self.size // 2 + 1)
            entry = Entry(Kind.PLAIN, deck[place], when)
            if self.odd:
                entry = _oddity(place, entry, entries)
            entries.append(entry)
        return Column(entries)


def _oddity(place: int, entry: Entry, before: list[Entry]) -> Entry:
    place %= _ROUND
    if place == _TWICE:
        return before[-1]
    if place == _UNDATED:
        return entry._replace(when=NEVER)
    if place == _FROM_1970:
        return entry._replace(when=0)
    return entry._replace(kind=_ODD_PLACES.get(place, Kind.PLAIN))


def _payload(entry: Entry, catalogue: Catalogue, regime: Regime) -> Json:
    if entry.kind is Kind.NULL:
        return None
    if entry.kind is Kind.EPISODE:
        return episode(entry.number % 1_000, regime)
    if entry.kind is Kind.LOCAL:
        return local_file(entry.number, regime)
    return dict(sorted({**track(entry, catalogue, regime), "episode": False, "track": True}.items()))


def track(entry: Entry, catalogue: Catalogue, regime: Regime) -> Json:
    """The track of an entry: as it is, unplayable, or with a strange name."""
    if entry.kind is Kind.PLAIN:
        return catalogue.track(entry.number, regime)
    name = ODD_NAMES[entry.number % len(ODD_NAMES)] if entry.kind is Kind.ODD else None
    return catalogue.track(entry.number, regime, entry.kind is not Kind.UNPLAYABLE, name)
