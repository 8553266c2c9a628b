"""An invented listener of Apple Music: a table of lists, and how their entries are made and shown."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cached_property
from itertools import count
from typing import Any, ClassVar

from local.simulators.apple_music.consequences import ALONG, CONSEQUENCES, OWN, drop
from local.simulators.apple_music.options import MOST_RECENT
from local.simulators.apple_music.playlists import Playlist, playlists_of
from local.simulators.apple_music.resources import View, place_of, shown
from local.simulators.frame.acts import change
from local.simulators.frame.entries import PLAIN, Entries, Entry
from local.simulators.frame.library import RANKS, Act, ImpossibleChangeError, Library, ListKind, Moment, Rows, Spot
from local.simulators.frame.responses import Json
from local.simulators.music.chance import Shuffle, base62, digest, mixed, number
from local.simulators.music.playlists import NEWEST, NINE_YEARS
from local.simulators.music.recordings import ALBUMS, ARTISTS, TRACKS, album_of, long_player

HEAVY_ROTATION = "heavy_rotation"
"""The one span that ranks are counted over; which one that is the service does not tell."""
RESOURCES = "resources"
"""Among the plays the list of what songs were played from."""

TYPES = ("albums", "library-albums", "library-playlists", "playlists", "stations", "songs", "library-songs")
ALBUM, OWN_ALBUM, OWN_PLAYLIST, PLAYLIST, STATION, SONG, OWN_SONG = range(7)
"""Kinds of entries of lists that hold several types."""

OF_ONE_TYPE = {
    "playlists": "library-playlists",
    "saved_tracks": "library-songs",
    "saved_albums": "library-albums",
    "followed_artists": "library-artists",
}
"""The type of the entries of a list that is in alphabetical order."""
PLAYLIST_TYPES = ("library-songs", "library-music-videos")
"""The types of a playlist's entries, by their kinds."""


class AppleMusicLibrary(Library):
    """One listener: a library in alphabetical order, and what was played, newest first, without moments."""

    LISTS: ClassVar[Mapping[str, ListKind]]

    @cached_property
    def playlists(self) -> list[Playlist]:
        """All that ever were, by their numbers."""
        return playlists_of(self.options, self.start)

    @cached_property
    def playlists_by_id(self) -> dict[str, Playlist]:
        """Those in the library, in the order in which they came."""
        return {playlist.id: playlist for playlist in self.playlists}

    def find(self, data_type: str, thing: int) -> Entry | None:
        """What stands in the library, in its own right or with something else."""
        entries = self.entries(data_type)
        place = entries.find(thing, OWN, ALONG)
        return None if place is None else entries[place]

    def artist_of(self, song: int) -> int:
        """The artist of the album that a song is on."""
        return int(self.catalogue.recordings.leader(album_of(song)))

    def now(self) -> int:
        """The present, and not before the end of what was generated."""
        return max(int(self.clock()), NEWEST)

    def first_saved_tracks(self, _: str) -> Iterator[Entry]:
        """A listener who has an account elsewhere likes the same songs there."""
        return self._collected(self.options.saved_tracks, self.deck(TRACKS, "saved tracks"))

    def first_saved_albums(self, _: str) -> Iterator[Entry]:
        deck = self.deck(ALBUMS, "saved albums")
        return self._collected(self.options.saved_albums, deck, long_player)

    def first_followed_artists(self, _: str) -> Iterator[Entry]:
        return self._collected(self.options.followed_artists, self.deck(ARTISTS, "followed artists"))

    def _collected(self, size: int, deck: Shuffle, thing: Callable[[int], int] = int) -> Iterator[Entry]:
        gap = NINE_YEARS // max(size, 1)
        for place in range(size):
            yield Entry(OWN, thing(deck[place]), NEWEST - gap * place - mixed(self.start, place) % max(gap, 1))

    def first_recently_played(self, name: str) -> Iterator[Entry]:
        return self._sources() if name == RESOURCES else self._songs()

    def _songs(self) -> Iterator[Entry]:
        """Every third one is of the library."""
        deck, own = self.deck(TRACKS, "plays"), self.deck(TRACKS, "saved tracks")
        for place in range(self.options.plays):
            saved = place % 3 == 0 and place < self.options.saved_tracks
            yield Entry(SONG, own[place] if saved else deck[place])

    def _sources(self) -> Iterator[Entry]:
        deck, mine = self.deck(ALBUMS, "played"), list(self.playlists_by_id.values())
        for place in range(self.options.plays):
            match place % 4:
                case 0:
                    yield Entry(ALBUM, long_player(deck[place]))
                case 1 if place // 4 < len(mine):
                    yield Entry(OWN_PLAYLIST, mine[place // 4].number)
                case 3:
                    yield Entry(STATION, place)
                case _:
                    yield Entry(PLAYLIST, place)

    def first_top_tracks(self, _: str) -> Iterator[Entry]:
        """What is played most, as the service weighs it."""
        deck, own = self.deck(ALBUMS, "rotation"), self.deck(ALBUMS, "saved albums")
        mine = list(self.playlists_by_id.values())
        for place in range(self.options.top_tracks):
            match place % 5:
                case 1 if place < self.options.saved_albums:
                    yield Entry(OWN_ALBUM, long_player(own[place]))
                case 3 if place // 5 < len(mine):
                    yield Entry(OWN_PLAYLIST, mine[place // 5].number)
                case 4:
                    yield Entry(STATION, 50 + place)
                case _:
                    yield Entry(ALBUM, long_player(deck[place]))

    def first_playlist_tracks(self, identity: str) -> Entries:
        return self.playlists_by_id[identity].entries

    def recently_added(self, view: View) -> Rows:
        """Newest first: playlists, albums, and the songs that came without their album."""
        songs = [Entry(OWN_SONG, *entry[1:]) for entry in self.entries("saved_tracks") if entry.kind == OWN]
        albums = [Entry(OWN_ALBUM, *entry[1:]) for entry in self.entries("saved_albums") if entry.kind == OWN]
        playlists = [Entry(OWN_PLAYLIST, each.number, each.added) for each in self.playlists_by_id.values()]
        entries = sorted(
            [*songs, *albums, *playlists], key=lambda entry: (-entry.when, TYPES[entry.kind], entry.number)
        )
        return Rows(self, "recently_played", "", entries, view)

    def create_recently_played(self, name: str, item: int | None = None) -> list[Entry]:
        """A song, by its number, and its album as the newest thing that songs were played from."""
        song = self._chosen(item, lambda song: self.entries("recently_played").find(song, SONG) is not None)
        album = album_of(song)
        source = Entry(OWN_ALBUM if self.find("saved_albums", album) else ALBUM, album)
        if not self.options.repeats:
            drop(self, "recently_played", song, SONG)
        # An album is the same before and after it is added to the library.
        drop(self, "recently_played", album, OWN_ALBUM, ALBUM, name=RESOURCES)
        newest = {"": Entry(SONG, song), RESOURCES: source}
        for other in newest.keys() - {name}:
            entries = self.entries("recently_played", other)
            entries.insert(0, newest[other])
            while len(entries) > MOST_RECENT:
                entries.pop(MOST_RECENT)
        return [newest[name]]

    def create_followed_artists(self, _: str, item: int | None = None) -> Iterator[Entry]:
        """There is no following: an artist comes into the library with a song, which has the number `item`."""

        def there(song: int) -> bool:
            return bool(self.find("followed_artists", self.artist_of(song)) or self.find("saved_tracks", song))

        song = self._chosen(item, there)
        if there(song):
            raise ImpossibleChangeError("It is in the list already.")
        yield Entry(ALONG, self.artist_of(song), self.now())
        change(self, Act.ADD, "saved_tracks", item=song)

    def create_playlists(self, _: str, title: str = "New playlist", entries: int = 0) -> list[Entry]:
        place, now = len(self.playlists), self.now()
        identity = f"p.{base62(digest(self.start, 'created', place))[:14]}"
        playlist = Playlist(
            number=place, id=identity, name=title, size=entries, description=None, added=now, modified=now
        )
        self.playlists.append(playlist)
        self.playlists_by_id[identity] = playlist
        return [Entry(PLAIN, place)]

    def rename_playlists(self, entry: Entry, title: str) -> None:
        self.playlists[entry.number].name = title
        self.playlists[entry.number].touch(self.now())

    def changed(self, data_type: str, name: str, act: Act, entry: Entry) -> None:
        if data_type == "playlist_tracks":
            self.playlists_by_id[name].touch(self.now())
        elif data_type == "playlists" and act is Act.REMOVE:
            self._playlist_removed(self.playlists[entry.number])
        elif (consequence := CONSEQUENCES.get((data_type, act))) is not None:
            consequence(self, entry)

    def _playlist_removed(self, playlist: Playlist) -> None:
        """It is gone for good, also from what was played."""
        del self.playlists_by_id[playlist.id]
        self.forget("playlist_tracks", playlist.id)
        drop(self, "recently_played", playlist.number, OWN_PLAYLIST, name=RESOURCES)
        drop(self, "top_tracks", playlist.number, OWN_PLAYLIST, name=HEAVY_ROTATION)

    def _chosen(self, item: int | None, taken: Callable[[int], bool]) -> int:
        """The song that is asked for, or one that is not taken."""
        if item is None:
            draws = (number("fresh", TRACKS, draw) % TRACKS for draw in count())
            return next(song for song in draws if not taken(song))
        if isinstance(item, bool) or not isinstance(item, int) or not 0 <= item < TRACKS:
            raise ImpossibleChangeError(f"The catalogue has the numbers from 0 to {TRACKS - 1}.")
        return item

    def show_top_tracks(self, entry: Entry, spot: Spot) -> Json:
        """An entry of a list of several types: what is in the library is shown as the library's."""
        kind = entry.kind
        if kind == OWN_ALBUM and self.find("saved_albums", entry.number) is None:
            kind = ALBUM
        elif kind == SONG and self.find("saved_tracks", entry.number):
            kind = OWN_SONG
        return shown(self, TYPES[kind], entry.number, spot.view, entry.when)

    def show_playlist_tracks(self, entry: Entry, spot: Spot) -> Json:
        return shown(self, PLAYLIST_TYPES[entry.kind], entry.number, spot.view)

    def names_top_tracks(self) -> Sequence[str]:
        return (HEAVY_ROTATION,)

    def names_recently_played(self) -> Sequence[str]:
        return ("", RESOURCES)

    def names_playlist_tracks(self) -> Sequence[str]:
        return list(self.playlists_by_id)

    def first_playlists(self, _: str) -> Iterator[Entry]:
        return (Entry(PLAIN, each.number) for each in self.playlists_by_id.values())

    show_recently_played = show_top_tracks

    def __getattr__(self, method: str) -> Any:
        """What holds for all lists: what identifies an entry, and how lists of one type are shown and ordered."""
        verb, _, data_type = method.partition("_")
        kind = OF_ONE_TYPE.get(data_type)
        if verb == "id" and data_type in self.LISTS:
            show = getattr(self, f"show_{data_type}")
            return lambda entry: show(entry, Spot("", 0, 0, View()))["id"]
        if verb == "show" and kind is not None:
            return lambda entry, spot: shown(self, kind, entry.number, spot.view, entry.when)
        if verb == "place" and kind is not None:
            return lambda entry: place_of(self, kind, entry.number)
        raise AttributeError(method)


AppleMusicLibrary.LISTS = {
    "top_tracks": ListKind(acts=RANKS, choices=ALBUMS, thing=long_player, same=(ALBUM, OWN_ALBUM)),
    "recently_played": ListKind(acts=frozenset({Act.ADD}), most=MOST_RECENT),
    "playlists": ListKind(acts=frozenset({Act.ADD, Act.REMOVE, Act.RENAME})),
    "playlist_tracks": ListKind(
        acts=frozenset({Act.ADD, Act.REMOVE, Act.MOVE}), choices=TRACKS, same=(), new_last=True
    ),
    "saved_tracks": ListKind(choices=TRACKS, same=(OWN, ALONG), dated=Moment.SECONDS),
    "saved_albums": ListKind(choices=ALBUMS, thing=long_player, dated=Moment.SECONDS),
    "followed_artists": ListKind(),
}
