"""An invented listener of Spotify: a table of lists, and how their entries are made and shown."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from typing import ClassVar

from local.simulators.frame.entries import NEVER, PLAIN, Entries, Entry
from local.simulators.frame.library import RANKS, Act, Library, ListKind, Moment, Spot
from local.simulators.frame.responses import Json
from local.simulators.music.chance import base62, digest, mixed
from local.simulators.music.playlists import NEWEST, NINE_YEARS
from local.simulators.music.recordings import ALBUMS, ARTISTS, TRACKS, box_set, long_player
from local.simulators.music.words import ODD_NAMES
from local.simulators.spotify.catalogue import episode, local_file, shaped
from local.simulators.spotify.playlists import EPISODE, LOCAL, NULL, ODD, UNPLAYABLE, Person, Playlist, playlists_of
from local.simulators.spotify.regimes import Regime

TIME_RANGES = ("short_term", "medium_term", "long_term")

_IN_1998 = 898_000_000
_ODD_TRACKS = {3: ODD, 7: UNPLAYABLE, 17: ODD, 31: ODD}


@dataclass(frozen=True, slots=True)
class View:
    """How a caller gets entries."""

    regime: Regime
    episodes: bool = True
    """Whether episodes were asked for; else null stands in their place."""


class SpotifyLibrary(Library):
    """
    One listener.

    With oddities, saved albums are in no order and hold one null entry and one box set, some tracks have strange names,
    two plays share one moment, and some artists have neither pictures nor genres.
    """

    LISTS: ClassVar[Mapping[str, ListKind]]

    @cached_property
    def user_id(self) -> str:
        if self.options.oddities:
            digits = f"{self.start % 10**16:016}"
            return f"{digits[:4]}.{digits[4:10]}.{digits[10:]}"
        return "31" + base62(digest(self.start, "user")).lower()

    @cached_property
    def playlists(self) -> list[Playlist]:
        """All that ever were, by their numbers: what is off the list is still there for those who know the id."""
        return playlists_of(Person(self.user_id, self.name), self.options, self.start)

    @cached_property
    def playlists_by_id(self) -> dict[str, Playlist]:
        return {playlist.id: playlist for playlist in self.playlists}

    def names_playlist_tracks(self) -> list[str]:
        return [self.playlists[entry.number].id for entry in self.entries("playlists")]

    def rename_playlists(self, entry: Entry, title: str) -> None:
        self.playlists[entry.number].name = title
        self.playlists[entry.number].edits += 1

    def changed(self, data_type: str, name: str, act: Act, entry: Entry) -> None:
        """Every edit of a playlist's entries makes another snapshot."""
        if data_type == "playlist_tracks":
            self.playlists_by_id[name].edits += 1

    def first_saved_tracks(self, _: str) -> Iterator[Entry]:
        deck, gap = self.deck(TRACKS, "saved tracks"), NINE_YEARS // max(self.options.saved_tracks, 1)
        for place in range(self.options.saved_tracks):
            # Now and then two tracks were saved in the same second.
            jitter = 0 if place % 40 == 39 else mixed(self.start, place) % max(gap, 1)
            when = NEWEST - gap * (place + (place % 40 == 38)) - jitter * (place % 40 != 38)
            yield Entry(self._kind(place), deck[place], when)

    def first_saved_albums(self, _: str) -> list[Entry]:
        count, deck = self.options.saved_albums, self.deck(ALBUMS, "saved albums")
        entries = [
            Entry(PLAIN, long_player(deck[place]), NEWEST - NINE_YEARS * place // max(count, 1))
            for place in range(count)
        ]
        if self.options.oddities and count >= 5:
            entries.sort(key=lambda entry: mixed(self.start, entry.when))
            entries[1] = entries[1]._replace(when=_IN_1998)
            entries[2] = entries[2]._replace(number=box_set(deck[0]))
            entries[3] = entries[3]._replace(kind=ODD)
            entries[min(12, count - 1)] = Entry(NULL, 0)
        return entries

    def first_followed_artists(self, _: str) -> Iterator[Entry]:
        deck = self.deck(ARTISTS, "followed artists")
        return (Entry(self._artist_kind(place), deck[place]) for place in range(self.options.followed_artists))

    def first_recently_played(self, _: str) -> Iterator[Entry]:
        deck, odd = self.deck(TRACKS, "plays"), self.options.oddities and self.options.plays > 9
        for place in range(self.options.plays):
            at = 7 if odd and place == 8 else place
            yield Entry(PLAIN, deck[place // 2], NEWEST * 1000 - at * 240_000 - mixed(self.start, at) % 200_000)

    def first_top_tracks(self, time_range: str) -> Iterator[Entry]:
        deck = self.deck(TRACKS, "top tracks", time_range)
        return (Entry(self._kind(place), deck[place]) for place in range(self.options.top_tracks))

    def first_top_artists(self, time_range: str) -> Iterator[Entry]:
        deck = self.deck(ARTISTS, "top artists", time_range)
        return (Entry(self._artist_kind(place), deck[place]) for place in range(self.options.top_artists))

    def first_playlists(self, _: str) -> Iterator[Entry]:
        return (Entry(PLAIN, playlist.number) for playlist in self.playlists)

    def first_playlist_tracks(self, identity: str) -> Entries:
        return self.playlists_by_id[identity].entries

    def create_playlists(self, _: str, title: str = "New playlist", entries: int = 0) -> Iterable[Entry]:
        number = len(self.playlists)
        identity = base62(digest(self.user_id, "created", number))
        owner = Person(self.user_id, self.name)
        playlist = Playlist(number=number, id=identity, name=title, size=entries, owner=owner)
        self.playlists.append(playlist)
        self.playlists_by_id[identity] = playlist
        return [Entry(PLAIN, number)]

    def readable_playlist_tracks(self, identity: str, view: View) -> bool:
        return self.playlists_by_id[identity].readable(view.regime, self.user_id)

    def id_playlists(self, entry: Entry) -> str:
        return self.playlists[entry.number].id

    def names_top_tracks(self) -> Sequence[str]:
        return TIME_RANGES

    def id_top_tracks(self, entry: Entry) -> Json:
        return self.catalogue.track_id(entry.number)

    def id_followed_artists(self, entry: Entry) -> Json:
        return self.catalogue.artist_id(entry.number)

    def id_saved_albums(self, entry: Entry) -> Json:
        return None if entry.kind == NULL else self.catalogue.album_id(entry.number)

    names_top_artists = names_top_tracks
    id_recently_played = id_playlist_tracks = id_saved_tracks = id_top_tracks
    id_top_artists = id_followed_artists

    def track(self, entry: Entry, view: View, *, checked: bool = False) -> Json:
        """
        The track of an entry: as it is, unplayable, or with a strange name.

        checked  Whether the list says if it is playable, as liked and top tracks do in every regime.
        """
        name = ODD_NAMES[entry.number % len(ODD_NAMES)] if entry.kind == ODD else None
        return self.catalogue.track(entry.number, view.regime, entry.kind != UNPLAYABLE, name, checked)

    def show_top_tracks(self, entry: Entry, spot: Spot) -> Json:
        """Now and then the kind of the album is spelt in capitals."""
        body = self.track(entry, spot.view, checked=True)
        if not self.options.oddities or entry.number % 12:
            return body
        return {**body, "album": {**body["album"], "album_type": body["album"]["album_type"].upper()}}

    def show_saved_tracks(self, entry: Entry, spot: Spot) -> Json:
        return {"added_at": seconds(entry.when), "track": self.track(entry, spot.view, checked=True)}

    def show_saved_albums(self, entry: Entry, spot: Spot) -> Json:
        if entry.kind == NULL:
            return None
        album = self.catalogue.album(entry.number, spot.view.regime, entry.kind == ODD)
        return {"added_at": seconds(entry.when), "album": album}

    def show_recently_played(self, entry: Entry, spot: Spot) -> Json:
        body, context = self.track(entry, spot.view), None
        if entry.when % 3:
            context = {key: body["album"][key] for key in ("external_urls", "href", "type", "uri")}
        return {"track": body, "played_at": milliseconds(entry.when), "context": context}

    def show_followed_artists(self, entry: Entry, spot: Spot) -> Json:
        return self.catalogue.artist(entry.number, spot.view.regime, entry.kind == ODD)

    show_top_artists = show_followed_artists

    def show_playlists(self, entry: Entry, spot: Spot) -> Json:
        return self.playlists[entry.number].head(spot.view.regime, self.user_id)

    def show_playlist_tracks(self, entry: Entry, spot: Spot) -> Json:
        """An entry of a playlist. Without having been asked for, an episode is an entry without payload."""
        return shaped(
            "entry",
            Regime.LEGACY,
            dict.fromkeys(spot.view.regime.payload_keys, self._payload(entry, spot.view)),
            added_at=None if entry.when == NEVER else seconds(entry.when),
            added_by=self.playlists_by_id[spot.name].adder(entry.when),
            local=entry.kind == LOCAL,
        )

    def _payload(self, entry: Entry, view: View) -> Json:
        if entry.kind == NULL or (entry.kind == EPISODE and not view.episodes):
            return None
        if entry.kind == EPISODE:
            return episode(entry.number % 1_000, view.regime)
        if entry.kind == LOCAL:
            return local_file(entry.number, view.regime)
        return dict(sorted({**self.track(entry, view), "episode": False, "track": True}.items()))

    def _kind(self, place: int) -> int:
        return _ODD_TRACKS.get(place % 200, PLAIN) if self.options.oddities else PLAIN

    def _artist_kind(self, place: int) -> int:
        return ODD if self.options.oddities and place % 11 == 5 else PLAIN


def seconds(when: int) -> str:
    """A moment in seconds as the service writes `added_at`."""
    return datetime.fromtimestamp(when, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def milliseconds(when: int) -> str:
    """A moment in milliseconds as the service writes `played_at`."""
    return f"{datetime.fromtimestamp(when // 1000, UTC):%Y-%m-%dT%H:%M:%S}.{when % 1000:03}Z"


ARRANGED = frozenset({Act.ADD, Act.REMOVE, Act.MOVE, Act.REPLACE})
SHELF = frozenset({Act.ADD, Act.REMOVE, Act.RENAME})

SpotifyLibrary.LISTS = {
    "top_tracks": ListKind(acts=RANKS, choices=TRACKS),
    "top_artists": ListKind(acts=RANKS, choices=ARTISTS),
    "recently_played": ListKind(acts=frozenset({Act.ADD}), choices=TRACKS, same=(), dated=Moment.MILLISECONDS, most=50),
    "playlists": ListKind(acts=SHELF),
    "playlist_tracks": ListKind(acts=ARRANGED, choices=TRACKS, same=(), dated=Moment.SECONDS, new_last=True),
    "saved_tracks": ListKind(choices=TRACKS, dated=Moment.SECONDS),
    "saved_albums": ListKind(choices=ALBUMS, thing=long_player, dated=Moment.SECONDS),
    "followed_artists": ListKind(choices=ARTISTS),
}
