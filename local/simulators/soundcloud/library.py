"""An invented listener of SoundCloud: a table of lists, and how their entries are made and shown."""

from collections.abc import Iterator, Mapping
from typing import Any, ClassVar

from local.simulators.frame.entries import PLAIN, Entries, Entry
from local.simulators.frame.library import ARRANGED, SHELF, Act, ListKind, Moment, Rows, Shown, Spot
from local.simulators.frame.responses import Json
from local.simulators.music.recordings import ALBUMS, ARTISTS, TRACKS, long_player
from local.simulators.soundcloud.catalogue import urn
from local.simulators.soundcloud.options import MOST_RECENT
from local.simulators.soundcloud.playlists import ALBUM, LIKED, SoundcloudPlaylists

HIDDEN = 1
"""The kind of a like that is counted and shown to nobody, as the track's uploader has made it private."""
_UNSHOWN: Json = object()
_URN = ("urn",)


class Visible(Rows):
    """Likes, of which some are not shown: a page is shorter then."""

    def cut(self, start: int, stop: int) -> list[Json]:
        return [entry for entry in super().cut(start, stop) if entry is not _UNSHOWN]


class SoundcloudLibrary(SoundcloudPlaylists):
    """
    One listener. Likes and follows have moments that no answer tells; they are in the cursors.

    With oddities now and then a like is not shown, from the 60th on.
    """

    LISTS: ClassVar[Mapping[str, ListKind]] = {
        "recently_played": ListKind(acts=frozenset({Act.ADD}), most=MOST_RECENT, identity=_URN),
        "playlists": ListKind(acts=SHELF, identity=_URN),
        "playlist_tracks": ListKind(
            acts=ARRANGED, choices=TRACKS, same=(), dated=Moment.SECONDS, new_last=True, identity=_URN
        ),
        "saved_tracks": ListKind(choices=TRACKS, same=(PLAIN, HIDDEN), dated=Moment.SECONDS, identity=_URN),
        "saved_albums": ListKind(choices=ALBUMS, thing=long_player, dated=Moment.SECONDS, identity=_URN),
        "followed_artists": ListKind(choices=ARTISTS, dated=Moment.SECONDS, identity=_URN),
    }

    _played = 0

    def kind_at(self, data_type: str, place: int) -> int:
        if data_type != "saved_tracks" or not self.options.oddities:
            return PLAIN
        return HIDDEN if place > 60 and place % 97 in {61, 62} else PLAIN

    def first_recently_played(self, _: str) -> Iterator[Entry]:
        deck = self.deck(TRACKS, "plays")
        return (Entry(PLAIN, deck[place]) for place in range(self.options.plays))

    def create_recently_played(self, _: str, item: int | None = None) -> Iterator[Entry]:
        """A track, by its number: played again, it moves to the front."""
        plays = self.entries("recently_played")
        self._played += 1
        track = self.chosen(item, TRACKS, lambda track: plays.find(track) is not None, self._played)
        if (place := plays.find(track)) is not None:
            plays.pop(place)
        yield Entry(PLAIN, track)

    def rows(self, data_type: str, name: str, view: Any, shown: Shown | None = None) -> Rows:
        whole = super().rows(data_type, name, view, shown)
        return Visible(self, data_type, name, whole.entries, view) if data_type == "saved_tracks" else whole

    def liked(self) -> list[Entry]:
        """Liked playlists and albums, by the moment of the like."""
        playlists = [entry for entry in self.entries("playlists") if entry.kind == LIKED]
        albums = [entry._replace(kind=ALBUM) for entry in self.entries("saved_albums")]
        return sorted([*albums, *playlists], key=lambda entry: -entry.when)

    def playable(self, entries: Entries, wanted: frozenset[str]) -> list[Entry]:
        """The tracks of a playlist to which the listener has one of these kinds of access."""
        odd = self.options.oddities
        return [entry for entry in entries if self.catalogue.access(entry.number, odd=odd) in wanted]

    def show_saved_tracks(self, entry: Entry, _: Spot) -> Json:
        if entry.kind == HIDDEN:
            return _UNSHOWN
        return self.catalogue.track(entry.number, self.options.oddities)

    def show_playlist_tracks(self, entry: Entry, _: Spot) -> Json:
        return self.catalogue.track(entry.number, self.options.oddities)

    show_recently_played = show_playlist_tracks

    def show_saved_albums(self, entry: Entry, spot: Spot) -> Json:
        return self.show_playlists(entry, spot) if entry.kind == LIKED else self.catalogue.album(entry.number)

    def show_followed_artists(self, entry: Entry, _: Spot) -> Json:
        return self.catalogue.user(entry.number)

    def urn(self, data_type: str, entry: Entry) -> str:
        """What a cursor calls an entry."""
        if entry.kind == LIKED and data_type == "saved_albums":
            return str(self.playlists[entry.number].id)
        return urn({"saved_tracks": "tracks", "followed_artists": "users"}.get(data_type, "playlists"), entry.number)
