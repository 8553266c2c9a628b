"""An invented listener of SoundCloud: a table of lists, and how their entries are made and shown."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar

from local.simulators.frame.entries import ARRANGED, PLAIN, SHELF, Act, Entries, Entry, Moment
from local.simulators.frame.library import NEWEST, ListKind, Rows, Shown, Spot
from local.simulators.frame.oauth2 import OAuth2Options, RefreshTokens
from local.simulators.frame.options import size
from local.simulators.frame.responses import Json
from local.simulators.music import playlists, words
from local.simulators.music.chance import digest
from local.simulators.music.playlists import PlaylistLibrary, playlist_tracks
from local.simulators.music.recordings import ALBUMS, ARTISTS, TRACKS, long_player
from local.simulators.soundcloud.catalogue import OBJECTS, Released, moment, picture, urn

MOST_RECENT = 25
"""The service remembers no more of what was played, and each track once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Options(OAuth2Options):
    """The sizes hold for every listener."""

    refresh_tokens: RefreshTokens = RefreshTokens.SINGLE_USE
    plays: int = size(25, most=MOST_RECENT)
    playlists: int = size(30)
    """The listener's own."""
    playlist_entries: int = size(1_500)
    long_playlist: int = size(500)
    liked_playlists: int = size(20)
    """Of others, in addition."""
    saved_tracks: int = size(1_500)
    """Likes, with those that are not shown."""
    saved_albums: int = size(120)
    """Liked ones."""
    followed_artists: int = size(250)
    """Followed users."""
    long_description: int = size(4_000)


LIKED, ALBUM = 1, 2
"""The kinds of entries besides the listener's own playlist: one of somebody else, and an album."""


@dataclass(slots=True, kw_only=True)
class Playlist(playlists.Playlist):
    """Moments are in seconds since 1970."""

    owner: Json
    added: int
    """When it was made, or liked."""
    type: str = ""
    sharing: str = "public"
    artwork: str | None = None

    def shown(self) -> Json:
        """The entry in a list of playlists, without tracks."""
        return OBJECTS.filled(
            "playlist",
            number=self.number,
            urn=self.id,
            title=self.name,
            type=self.type,
            user=self.owner,
            artwork=self.artwork,
            created=moment(self.added),
            modified=moment(self.modified or self.added),
            description=self.description,
            milliseconds=len(self) * 200_000,
            ean=None,
            genre="",
            likes=0,
            released=Released(),
            sharing=self.sharing,
            size=len(self),
        )


HIDDEN = 1
"""The kind of a like that is counted and shown to nobody, as the track's uploader has made it private."""
_HIDDEN_LIKES = {61: HIDDEN, 62: HIDDEN}
_UNSHOWN: Json = object()
_URN = ("urn",)


class Visible(Rows):
    """Likes, of which some are not shown: a page is shorter then."""

    def cut(self, start: int, stop: int) -> list[Json]:
        return [entry for entry in super().cut(start, stop) if entry is not _UNSHOWN]


class SoundcloudLibrary(PlaylistLibrary):
    """
    One listener. Likes and follows have moments that no answer tells; they are in the cursors. Own
    playlists stand before those of others, which are in the order of the likes.

    With oddities now and then a like is not shown, from the 60th on.
    """

    LISTS: ClassVar[Mapping[str, ListKind]] = {
        "recently_played": ListKind(acts=frozenset({Act.ADD}), most=MOST_RECENT, identity=_URN),
        "playlists": ListKind(acts=SHELF, identity=_URN),
        "playlist_tracks": playlist_tracks(acts=ARRANGED, dated=Moment.SECONDS, identity=_URN),
        "saved_tracks": ListKind(
            choices=TRACKS,
            same=(PLAIN, HIDDEN),
            dated=Moment.SECONDS,
            identity=_URN,
            odd=dict.fromkeys((61, 62), HIDDEN),
            round=97,
        ),
        "saved_albums": ListKind(choices=ALBUMS, thing=long_player, dated=Moment.SECONDS, identity=_URN),
        "followed_artists": ListKind(choices=ARTISTS, dated=Moment.SECONDS, identity=_URN),
    }

    playlist_type = Playlist
    descriptions = ("", None, playlists.PLOT, None)
    _played = 0

    @cached_property
    def user_id(self) -> str:
        return f"soundcloud:users:{1_000_000_000 + self.start % 10**9}"

    @cached_property
    def user(self) -> Json:
        """The listener, as playlists name them."""
        return self.catalogue.person(self.user_id, self.name, digest(self.start, "profile"))

    def playlist_id(self, raw: bytes) -> str:
        return f"soundcloud:playlists:{10**9 + int.from_bytes(raw[:6]) % 10**9}"

    def generated(self) -> list[Playlist]:
        own = super().generated()
        return own + [self._of_another(len(own) + place, place) for place in range(self.options.liked_playlists)]

    def traits(self, place: int, raw: bytes, size: int) -> Mapping[str, Any]:
        odd = self.options.oddities
        added, modified = self.span(place)
        return {
            "owner": self.user,
            "added": added,
            "modified": modified,
            "type": "album" if odd and place % 9 == 7 else "",
            "sharing": "private" if place % 5 == 2 else "public",
            "artwork": None if odd and place % 3 == 2 else picture("artworks", raw),
        }

    def traits_of_new(self) -> Mapping[str, Any]:
        return {"description": None, "owner": self.user, "added": self.now, "modified": self.now}

    def first_playlists(self, _: str) -> Iterator[Entry]:
        for playlist in self.playlists:
            own = playlist.owner is self.user
            yield Entry(PLAIN if own else LIKED, playlist.number, playlist.added)

    def create_playlists(self, name: str, title: str = "New playlist", entries: int = 0) -> list[Entry]:
        return [entry._replace(when=self.now) for entry in super().create_playlists(name, title, entries)]

    def place_playlists(self, entry: Entry) -> tuple[int, int, int]:
        return entry.kind, -entry.when, -entry.number

    def show_playlists(self, entry: Entry, _: Any) -> Json:
        return self.playlists[entry.number].shown()

    def _of_another(self, number: int, place: int) -> Any:
        raw = digest(self.start, "liked playlist", place)
        liked = NEWEST - 86_400 * (1_100 + 29 * place)
        owner = self.catalogue.person(
            f"soundcloud:users:{2 * 10**9 + number}", words.person(raw[22] + 1024 * raw[23]), raw
        )
        size = 1 + raw[20] % (1 + self.options.playlist_entries // max(1, self.options.playlists))
        artwork = picture("artworks", raw)
        return self.of_another(number, raw, size, owner=owner, added=liked, modified=liked, artwork=artwork)

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
