"""An invented listener of Apple Music: a table of lists, and how their entries are made and shown."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from local.simulators.apple_music.consequences import ALONG, CONSEQUENCES, OWN, drop
from local.simulators.apple_music.resources import View, place_of, shown
from local.simulators.frame import options
from local.simulators.frame.acts import change
from local.simulators.frame.entries import RANKS, SHELF, Act, Entry, Moment
from local.simulators.frame.library import ImpossibleChangeError, ListKind, Rows, Spot
from local.simulators.frame.options import size
from local.simulators.frame.responses import Json
from local.simulators.music import playlists
from local.simulators.music.chance import base62
from local.simulators.music.playlists import PLOT, PlaylistLibrary, playlist_tracks
from local.simulators.music.recordings import ALBUMS, ARTISTS, TRACKS, album_of, long_player

HALF_A_YEAR = 180 * 24 * 60 * 60
MOST_RECENT = 50
"""The service remembers no more of what was played."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Options(options.Options):
    """The sizes hold for every listener."""

    user_token_seconds: float = HALF_A_YEAR
    top_tracks: int = size(10)
    """Entries of the heavy rotation, which are albums, playlists and stations."""
    plays: int = size(50, most=MOST_RECENT)
    """The service forgets older ones."""
    repeats: bool = True
    """Whether a song that is played again stands in the list of plays twice; else it moves to the front."""
    playlists: int = size(40)
    playlist_entries: int = size(2_000)
    long_playlist: int = size(800)
    saved_tracks: int = size(1_500)
    """Songs of the library."""
    saved_albums: int = size(300)
    followed_artists: int = size(120)
    """Artists of the library."""
    long_description: int = size(5_000)


VIDEO = 1
"""The kind of an entry that is the music video to a song, among plain songs."""


@dataclass(slots=True, kw_only=True)
class Playlist(playlists.Playlist):
    """Moments are in seconds since 1970."""

    added: int
    pictured: bool = True
    can_edit: bool = True
    catalogue_id: str | None = None
    """Under which others find it; None for a private one."""


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


class AppleMusicLibrary(PlaylistLibrary):
    """One listener: a library in alphabetical order, and what was played, newest first, without moments."""

    LISTS: ClassVar[Mapping[str, ListKind]] = {
        "top_tracks": ListKind(
            names=(HEAVY_ROTATION,), acts=RANKS, choices=ALBUMS, thing=long_player, same=(ALBUM, OWN_ALBUM)
        ),
        "recently_played": ListKind(names=("", RESOURCES), acts=frozenset({Act.ADD}), most=MOST_RECENT),
        "playlists": ListKind(acts=SHELF),
        "playlist_tracks": playlist_tracks(acts=frozenset({Act.ADD, Act.REMOVE, Act.MOVE}), odd={29: VIDEO}),
        "saved_tracks": ListKind(choices=TRACKS, same=(OWN, ALONG), dated=Moment.SECONDS),
        "saved_albums": ListKind(choices=ALBUMS, thing=long_player, dated=Moment.SECONDS),
        "followed_artists": ListKind(choices=ARTISTS),
    }
    whole_view = View()
    playlist_type = Playlist
    descriptions = ("", None, PLOT, None)

    def playlist_id(self, raw: bytes) -> str:
        return f"p.{base62(raw)[:14]}"

    def traits(self, place: int, raw: bytes, size: int) -> Mapping[str, Any]:
        odd = self.options.oddities
        added, modified = self.span(place)
        return {
            "added": added,
            "modified": None if odd and place % 11 == 7 else modified,
            "pictured": not odd or place % 3 != 2,
            "can_edit": place % 6 != 5,
            "catalogue_id": f"pl.u-{base62(raw[8:24])[:15]}" if place % 4 == 0 else None,
        }

    def traits_of_new(self) -> Mapping[str, Any]:
        return {"description": None, "added": self.now, "modified": self.now}

    def find(self, data_type: str, thing: int) -> Entry | None:
        """What stands in the library, in its own right or with something else."""
        entries = self.entries(data_type)
        place = entries.find(thing, OWN, ALONG)
        return None if place is None else entries[place]

    def artist_of(self, song: int) -> int:
        """The artist of the album that a song is on."""
        return int(self.catalogue.recordings.leader(album_of(song)))

    def first_recently_played(self, name: str) -> Iterator[Entry]:
        return self._sources() if name == RESOURCES else self._songs()

    def _songs(self) -> Iterator[Entry]:
        """Every third one is of the library."""
        deck, own = self.deck(TRACKS, "plays"), self.choice("saved_tracks")
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
        deck, own = self.deck(ALBUMS, "rotation"), self.choice("saved_albums")
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
        played = self.entries("recently_played")
        song = self.chosen(item, TRACKS, lambda song: played.find(song, SONG) is not None, TRACKS)
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

        song = self.chosen(item, TRACKS, there, TRACKS)
        if there(song):
            raise ImpossibleChangeError("It is in the list already.")
        yield Entry(ALONG, self.artist_of(song), self.now)
        change(self, Act.ADD, "saved_tracks", item=song)

    def changed(self, data_type: str, name: str, act: Act, entry: Entry) -> None:
        super().changed(data_type, name, act, entry)
        if data_type == "playlists" and act is Act.REMOVE:
            self._playlist_removed(self.playlists[entry.number])
        elif (consequence := CONSEQUENCES.get((data_type, act))) is not None:
            consequence(self, entry)

    def _playlist_removed(self, playlist: Playlist) -> None:
        """It is gone for good, also from what was played."""
        del self.playlists_by_id[playlist.id]
        self.forget("playlist_tracks", playlist.id)
        drop(self, "recently_played", playlist.number, OWN_PLAYLIST, name=RESOURCES)
        drop(self, "top_tracks", playlist.number, OWN_PLAYLIST, name=HEAVY_ROTATION)

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

    show_recently_played = show_top_tracks

    def __getattr__(self, method: str) -> Any:
        """How lists of one type are shown and ordered."""
        verb, _, data_type = method.partition("_")
        kind = OF_ONE_TYPE.get(data_type)
        if verb == "show" and kind is not None:
            return lambda entry, spot: shown(self, kind, entry.number, spot.view, entry.when)
        if verb == "place" and kind is not None:
            return lambda entry: place_of(self, kind, entry.number)
        raise AttributeError(method)
