"""The playlists of a library: what they are called, and their entries once somebody asks."""

from dataclasses import dataclass
from itertools import accumulate

from local.simulators.apple_music.music import SONGS
from local.simulators.apple_music.options import Options
from local.simulators.music import words
from local.simulators.music.chance import Shuffle, base62, digest, mixed
from local.simulators.previous.spotify.playlists import NEWEST

_PLOT = "Songs for the road &amp; the kitchen, collected since 2014. "
_ROUND, _TWICE, _VIDEO = 97, 53, 29


@dataclass(slots=True)
class Playlist:
    """Mutable: whoever edits anything calls `touch`. With `odd`, one entry comes twice, and some are music videos."""

    id: str
    name: str
    size: int
    odd: bool
    added: int
    modified: int | None
    """The moment of the last edit in seconds since 1970; None where the service does not tell it."""
    description: str | None = None
    pictured: bool = True
    can_edit: bool = True
    catalogue_id: str | None = None
    """Under which others find it; None for a private one."""
    _entries: list[int] | None = None

    def __len__(self) -> int:
        return self.size if self._entries is None else len(self._entries)

    @property
    def entries(self) -> list[int]:
        """Songs by their numbers in the catalogue; the music video of a song as the complement of that number."""
        if self._entries is None:
            self._entries = self._generated()
        return self._entries

    def touch(self, now: int) -> None:
        """Note an edit; each has a moment of its own."""
        if self.modified is not None:
            self.modified = max(self.modified + 1, now)

    def _generated(self) -> list[int]:
        deck = Shuffle(SONGS, self.id)
        entries: list[int] = []
        for place in range(self.size):
            odd = place % _ROUND if self.odd else None
            entry = entries[-1] if odd == _TWICE else deck[place]
            entries.append(~entry if odd == _VIDEO else entry)
        return entries


def playlists_of(options: Options, start: int) -> list[Playlist]:
    """Those that a listener begins with."""
    return [_made(place, size, options, start) for place, size in enumerate(_sizes(options, start))]


def _made(place: int, size: int, options: Options, start: int) -> Playlist:
    raw = digest(start, "library playlist", place)
    odd = options.oddities
    added = NEWEST - 86_400 * (30 + 11 * place) - mixed(start, place) % 86_400
    edited = added + mixed(start, ~place) % (NEWEST - added)
    name = f"{words.pick(words.MOODS, raw[16])} {words.pick(words.OPENINGS, raw[17])}"
    return Playlist(
        f"p.{base62(raw)[:14]}",
        words.ODD_NAMES[place // 5 % len(words.ODD_NAMES)] if odd and place % 5 == 1 else name,
        size,
        odd,
        added,
        None if odd and place % 11 == 7 else edited,
        description=_description(raw, place, options),
        pictured=not odd or place % 3 != 2,
        can_edit=place % 6 != 5,
        catalogue_id=f"pl.u-{base62(raw[8:24])[:15]}" if place % 4 == 0 else None,
    )


def _description(raw: bytes, place: int, options: Options) -> str | None:
    if options.oddities and place == 2:
        return (_PLOT * (options.long_description // len(_PLOT) + 1))[: options.long_description]
    return ("", None, _PLOT, None)[raw[18] % 4]


def _sizes(options: Options, start: int) -> list[int]:
    """One long playlist in the fifth place, one empty one, and the rest of the entries over the others."""
    count, entries = options.playlists, options.playlist_entries
    if count == 0:
        return []
    if count == 1:
        return [entries]
    long = min(options.long_playlist, entries)
    weights = [1 + digest(start, "library playlist size", place)[0] % 60 for place in range(count - 1)]
    if count > 8:
        weights[-1] = 0
    ends = [(entries - long) * end // sum(weights) for end in accumulate(weights)]
    sizes = [end - begin for begin, end in zip([0, *ends], ends, strict=False)]
    sizes.insert(min(4, len(sizes)), long)
    return sizes
