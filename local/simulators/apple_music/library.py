"""An invented listener's library and history: all follows from the seed and the name, until somebody changes it."""

from collections.abc import Callable
from functools import cached_property
from typing import NamedTuple

from local.simulators.apple_music.music import ALBUMS, ARTISTS, SONGS, Music, long_player
from local.simulators.apple_music.options import MOST_RECENT, Options
from local.simulators.apple_music.playlists import Playlist, playlists_of
from local.simulators.apple_music.shelf import Kept, Shelf
from local.simulators.music import words
from local.simulators.music.chance import Shuffle, mixed, number
from local.simulators.previous.spotify.playlists import NEWEST

_NINE_YEARS = 9 * 365 * 86_400
_STATIONS = 6


class Item(NamedTuple):
    """One object of an answer: its type, and its number in the catalogue, or the id of a library playlist."""

    kind: str
    key: int | str


class Library:
    """Lists are made when first asked for, which changes edit in place. `clock` gives seconds since 1970."""

    def __init__(self, name: str, options: Options, music: Music, clock: Callable[[], float]) -> None:
        self.name = name
        self.options = options
        self.music = music
        self.clock = clock
        self.start = number(options.seed, "listener", name)
        self.created = 0
        """How many playlists were made since the beginning."""

    @cached_property
    def songs(self) -> Shelf:
        """A listener who has an account elsewhere likes the same songs there."""
        return Shelf(self.song_name, self._kept(self.options.saved_tracks, Shuffle(SONGS, self.start, "saved tracks")))

    @cached_property
    def albums(self) -> Shelf:
        deck = Shuffle(ALBUMS, self.start, "saved albums")
        return Shelf(self.album_name, self._kept(self.options.saved_albums, deck, long_player))

    @cached_property
    def artists(self) -> Shelf:
        deck = Shuffle(ARTISTS, self.start, "followed artists")
        return Shelf(self.music.artist_name, self._kept(self.options.followed_artists, deck))

    @cached_property
    def playlists(self) -> dict[str, Playlist]:
        """By id."""
        return {playlist.id: playlist for playlist in playlists_of(self.options, self.start)}

    @cached_property
    def plays(self) -> list[int]:
        """Songs, newest first; every third one of the library's own."""
        deck, own = Shuffle(SONGS, self.start, "plays"), Shuffle(SONGS, self.start, "saved tracks")
        saved = self.options.saved_tracks
        return [own[place] if place % 3 == 0 and place < saved else deck[place] for place in range(self.options.plays)]

    @cached_property
    def played(self) -> list[Item]:
        """What songs were played from, newest first."""
        deck, mine = Shuffle(ALBUMS, self.start, "played"), list(self.playlists)
        ways: tuple[Callable[[int], Item], ...] = (
            lambda place: Item("albums", long_player(deck[place])),
            lambda place: Item("library-playlists", mine[place // 4]) if place // 4 < len(mine) else ways[2](place),
            lambda place: Item("playlists", place),
            lambda place: Item("stations", place),
        )
        return [ways[place % 4](place) for place in range(self.options.plays)]

    @cached_property
    def stations(self) -> list[Item]:
        return [Item("stations", place) for place in range(min(_STATIONS, self.options.plays))]

    @cached_property
    def rotation(self) -> list[Item]:
        """What is played most, as the service weighs it."""
        deck, own = Shuffle(ALBUMS, self.start, "rotation"), Shuffle(ALBUMS, self.start, "saved albums")
        mine = list(self.playlists)

        def item(place: int) -> Item:
            if place % 5 == 4:
                return Item("stations", 50 + place)
            if place % 5 == 3 and place // 5 < len(mine):
                return Item("library-playlists", mine[place // 5])
            if place % 5 == 1 and place < self.options.saved_albums:
                return Item("library-albums", long_player(own[place]))
            return Item("albums", long_player(deck[place]))

        return [item(place) for place in range(self.options.top_tracks)]

    def recent_songs(self) -> list[Item]:
        return [Item("library-songs" if song in self.songs else "songs", song) for song in self.plays]

    def recently_added(self) -> list[Item]:
        """Newest first: playlists, albums, and the songs that came without their album."""
        dated = [(kept.when, Item("library-songs", kept.number)) for kept in self.songs if not kept.with_other]
        dated += [(kept.when, Item("library-albums", kept.number)) for kept in self.albums if not kept.with_other]
        dated += [(each.added, Item("library-playlists", each.id)) for each in self.playlists.values()]
        dated.sort(key=lambda pair: (-pair[0], pair[1].kind, str(pair[1].key)))
        return [item for _, item in dated]

    def arranged_playlists(self) -> list[Playlist]:
        """In alphabetical order."""
        return sorted(self.playlists.values(), key=lambda each: (each.name.casefold(), each.id))

    def existing(self, items: list[Item]) -> list[Item]:
        """Without the playlists that were deleted, and what is in the library no more becomes the catalogue's."""
        found = [self._present(item) for item in items]
        return [item for item in found if item is not None]

    def _present(self, item: Item) -> Item | None:
        if item.kind == "library-playlists":
            return item if item.key in self.playlists else None
        if item.kind == "library-albums" and int(item.key) not in self.albums:
            return Item("albums", item.key)
        return item

    def song_name(self, song: int) -> str:
        return self._strange(mixed(self.start, song), song) or self.music.song_name(song)

    def album_name(self, album: int) -> str:
        return self._strange(mixed(self.start, ~album), album) or self.music.album(album).name

    def _strange(self, chance: int, thing: int) -> str:
        """A name that breaks careless software, but never an empty one; empty for the most."""
        if not self.options.oddities or chance % 60 != 3:
            return ""
        return words.ODD_NAMES[1 + thing % (len(words.ODD_NAMES) - 1)]

    def now(self) -> int:
        """The present, and not before the beginning of the history."""
        return max(int(self.clock()), NEWEST)

    def remember_play(self, song: int, source: Item) -> None:
        """The newest play, and what it was played from; the oldest are forgotten."""
        self.plays.insert(0, song)
        # An album is the same before and after it is added to the library.
        self.played[:] = [source, *(one for one in self.played if _plain(one) != _plain(source))]
        del self.plays[MOST_RECENT:], self.played[MOST_RECENT:]

    def _kept(self, count: int, deck: Shuffle, shape: Callable[[int], int] = lambda choice: choice) -> list[Kept]:
        gap = _NINE_YEARS // max(count, 1)
        return [
            Kept(shape(deck[place]), NEWEST - gap * place - mixed(self.start, place) % max(gap, 1))
            for place in range(count)
        ]


def _plain(item: Item) -> Item:
    return Item(item.kind.removeprefix("library-"), item.key)
