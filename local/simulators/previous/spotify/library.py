"""An invented listener: all follows from the seed and the listener's name, until somebody changes it."""

from functools import cached_property

from local.simulators.music.chance import Shuffle, base62, digest, mixed, number
from local.simulators.previous.columns import NEVER, Column, Entry, Kind
from local.simulators.previous.rows import Rows
from local.simulators.previous.spotify.catalogue import (
    ALBUMS,
    ARTISTS,
    TRACKS,
    Catalogue,
    box_set,
    images,
    links,
    long_player,
)
from local.simulators.previous.spotify.listening import (
    TIME_RANGES,
    OpenPlaylist,
    Play,
    is_listed,
    milliseconds,
    seconds,
)
from local.simulators.previous.spotify.options import Options
from local.simulators.previous.spotify.playlists import NEWEST, Person, Playlist, track
from local.simulators.previous.spotify.regimes import Json, Regime, fit
from local.simulators.previous.spotify.shelf import playlists_of

_NINE_YEARS = 9 * 365 * 86_400
_IN_1998 = 898_000_000
_ODD_TRACKS = {3: Kind.ODD, 7: Kind.UNPLAYABLE, 17: Kind.ODD, 31: Kind.ODD}


class GeneratedLibrary:
    """
    Lists are made when first asked for and then kept as columns, which changes edit in place.

    With oddities, saved albums are in no order and hold one null entry and one box set, some tracks have
    strange names, two plays share one moment, and some artists have neither pictures nor genres.
    """

    def __init__(self, name: str, options: Options, catalogue: Catalogue) -> None:
        self.name = name
        self.options = options
        self.catalogue = catalogue
        self._start = number(options.seed, "listener", name)
        self.user_id = self._user_id()
        self.unlisted: dict[str, Playlist] = {}
        """Playlists taken off the list: still there for whoever knows the id."""

    @cached_property
    def saved_track_column(self) -> Column:
        count = self.options.saved_tracks
        deck = self._deck(TRACKS, "saved tracks")
        gap = _NINE_YEARS // max(count, 1)
        entries = []
        for place in range(count):
            jitter = 0 if place % 40 == 39 else mixed(self._start, place) % max(gap, 1)
            when = NEWEST - gap * (place + (place % 40 == 38)) - jitter * (place % 40 != 38)
            entries.append(Entry(self._kind(place), deck[place], when))
        return Column(entries)

    @cached_property
    def saved_album_column(self) -> Column:
        count = self.options.saved_albums
        deck = self._deck(ALBUMS, "saved albums")
        entries = [
            Entry(Kind.PLAIN, long_player(deck[place]), NEWEST - _NINE_YEARS * place // max(count, 1))
            for place in range(count)
        ]
        if self.options.oddities and count >= 5:
            entries.sort(key=lambda entry: mixed(self._start, entry.when))
            entries[1] = entries[1]._replace(when=_IN_1998)
            entries[2] = entries[2]._replace(number=box_set(deck[0]))
            entries[3] = entries[3]._replace(kind=Kind.ODD)
            entries[min(12, count - 1)] = Entry(Kind.NULL, 0, NEVER)
        return Column(entries)

    @cached_property
    def followed_column(self) -> Column:
        deck = self._deck(ARTISTS, "followed artists")
        count = self.options.followed_artists
        return Column(Entry(self._artist_kind(place), deck[place], NEVER) for place in range(count))

    @cached_property
    def play_column(self) -> Column:
        deck = self._deck(TRACKS, "plays")
        times = [
            NEWEST * 1000 - place * 240_000 - mixed(self._start, place) % 200_000 for place in range(self.options.plays)
        ]
        if self.options.oddities and len(times) > 9:
            times[8] = times[7]
        return Column(Entry(Kind.PLAIN, deck[place // 2], when) for place, when in enumerate(times))

    @cached_property
    def top_columns(self) -> dict[tuple[str, str], Column]:
        columns = {}
        for time_range in TIME_RANGES:
            tracks = self._deck(TRACKS, "top tracks", time_range)
            artists = self._deck(ARTISTS, "top artists", time_range)
            columns["tracks", time_range] = Column(
                Entry(self._kind(place), tracks[place], NEVER) for place in range(self.options.top_tracks)
            )
            columns["artists", time_range] = Column(
                Entry(self._artist_kind(place), artists[place], NEVER) for place in range(self.options.top_artists)
            )
        return columns

    @cached_property
    def shelf(self) -> list[Playlist | None]:
        """The list of playlists, with its null entries."""
        return playlists_of(Person(self.user_id, self.name), self.options, self._start)

    def find(self, identity: str) -> Playlist | None:
        """A playlist by id, listed or not."""
        if identity in self.unlisted:
            return self.unlisted[identity]
        return self._by_id.get(identity)

    @cached_property
    def _by_id(self) -> dict[str, Playlist]:
        return {playlist.id: playlist for playlist in self.shelf if playlist is not None}

    def add_playlist(self, playlist: Playlist) -> None:
        self.shelf.insert(0, playlist)
        self._by_id[playlist.id] = playlist

    def profile(self, regime: Regime) -> Json:
        raw = digest(self._start, "profile")
        full = {
            **links("user", self.user_id),
            "account_id": base62(raw),
            "country": ("SE", "DE", "US", "BR", "JP")[raw[20] % 5],
            "display_name": self.name,
            "email": f"{base62(raw)[:8].lower()}@example.com",
            "explicit_content": {"filter_enabled": False, "filter_locked": False},
            "followers": {"href": None, "total": raw[21]},
            "images": images(raw, 300, 64),
            "product": "premium",
        }
        return dict(sorted(fit(full, regime).items()))

    def top_tracks(self, time_range: str, regime: Regime) -> Rows:
        column = self.top_columns["tracks", time_range]
        return Rows(len(column), lambda *cut: [self._track(entry, regime) for entry in column.cut(*cut)])

    def top_artists(self, time_range: str, regime: Regime) -> Rows:
        return self._artists(self.top_columns["artists", time_range], regime)

    def plays(self, regime: Regime) -> list[Play]:
        return [self._play(entry, regime) for entry in self.play_column.cut(0, 50)]

    def playlists(self, regime: Regime, scopes: frozenset[str]) -> Rows:
        seen = [
            playlist
            for playlist in self.shelf
            if playlist is None or is_listed(playlist.public, playlist.collaborative, scopes)
        ]
        return Rows(
            len(seen),
            lambda start, stop: [
                None if playlist is None else playlist.head(regime, self.user_id) for playlist in seen[start:stop]
            ],
        )

    def playlist(self, identity: str, regime: Regime, reader: str) -> OpenPlaylist | None:
        playlist = self.find(identity)
        if playlist is None:
            return None
        head = playlist.head(regime, reader)
        if not playlist.readable(regime, reader):
            return OpenPlaylist(head, None)

        def cut(start: int, stop: int) -> list[Json]:
            return [playlist.entry(entry, self.catalogue, regime) for entry in playlist.entries.cut(start, stop)]

        return OpenPlaylist(head, Rows(len(playlist), cut))

    def saved_tracks(self, regime: Regime) -> Rows:
        column = self.saved_track_column
        return Rows(
            len(column),
            lambda *cut: [
                {"added_at": seconds(entry.when), "track": self._track(entry, regime)} for entry in column.cut(*cut)
            ],
        )

    def saved_albums(self, regime: Regime) -> Rows:
        column = self.saved_album_column
        return Rows(len(column), lambda *cut: [self._saved_album(entry, regime) for entry in column.cut(*cut)])

    def followed_artists(self, regime: Regime) -> Rows:
        return self._artists(self.followed_column, regime)

    def followed_position(self, artist_id: str) -> int | None:
        column = self.followed_column
        return next(
            (place for place in range(len(column)) if self.catalogue.artist_id(column[place].number) == artist_id),
            None,
        )

    def _track(self, entry: Entry, regime: Regime) -> Json:
        return track(entry, self.catalogue, regime)

    def _artists(self, column: Column, regime: Regime) -> Rows:
        return Rows(
            len(column),
            lambda *cut: [
                self.catalogue.artist(entry.number, regime, entry.kind is Kind.ODD) for entry in column.cut(*cut)
            ],
        )

    def _saved_album(self, entry: Entry, regime: Regime) -> Json:
        if entry.kind is Kind.NULL:
            return None
        taken_down = entry.kind is Kind.ODD
        album = self.catalogue.album(entry.number, regime, "" if taken_down else None, taken_down)
        return {"added_at": seconds(entry.when), "album": album}

    def _play(self, entry: Entry, regime: Regime) -> Play:
        body = self._track(entry, regime)
        place = body["album"]
        context = None
        if entry.when % 3:
            context = {key: place[key] for key in ("external_urls", "href", "type", "uri")}
        return Play(entry.when, {"track": body, "played_at": milliseconds(entry.when), "context": context})

    def _kind(self, place: int) -> Kind:
        return _ODD_TRACKS.get(place % 200, Kind.PLAIN) if self.options.oddities else Kind.PLAIN

    def _artist_kind(self, place: int) -> Kind:
        return Kind.ODD if self.options.oddities and place % 11 == 5 else Kind.PLAIN

    def _deck(self, size: int, *names: object) -> Shuffle:
        return Shuffle(size, self._start, *names)

    def _user_id(self) -> str:
        if self.options.oddities:
            digits = f"{self._start % 10**16:016}"
            return f"{digits[:4]}.{digits[4:10]}.{digits[10:]}"
        return "31" + base62(digest(self._start, "user")).lower()
