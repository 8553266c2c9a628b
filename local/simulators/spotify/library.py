"""An invented listener of Spotify: a table of lists, and how their entries are made and shown."""

from base64 import b64encode
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, ClassVar

from local.simulators.frame.entries import ARRANGED, NEVER, PLAIN, RANKS, SHELF, Act, Entry, Moment
from local.simulators.frame.library import NEWEST, ListKind, Spot
from local.simulators.frame.oauth2 import OAuth2Options
from local.simulators.frame.options import size
from local.simulators.frame.responses import Json, moment
from local.simulators.music import playlists, words
from local.simulators.music.chance import base62, digest, mixed
from local.simulators.music.playlists import PlaylistLibrary, playlist_tracks
from local.simulators.music.recordings import ALBUMS, ARTISTS, TRACKS, box_set, long_player
from local.simulators.music.words import ODD_NAMES
from local.simulators.spotify.catalogue import Regime, episode, images, links, local_file, shaped


@dataclass(frozen=True, slots=True, kw_only=True)
class Options(OAuth2Options):
    """The sizes hold for every listener."""

    regime: Regime = Regime.RESTRICTED
    top_tracks: int = size(50)
    """Per time range."""
    top_artists: int = size(50)
    """Per time range."""
    plays: int = size(50, most=50)
    """The service forgets older ones."""
    playlists: int = size(60)
    """Owned by the listener or collaborative, so that their contents are readable in every regime."""
    playlist_entries: int = size(3_000)
    long_playlist: int = size(1_200)
    followed_playlists: int = size(0)
    """Playlists of others, in addition."""
    saved_tracks: int = size(1_500)
    saved_albums: int = size(300)
    followed_artists: int = size(120)
    long_description: int = size(5_000)


CONTENTS_KEYS = {Regime.RESTRICTED: ["items"], Regime.TRANSITIONAL: ["tracks", "items"], Regime.LEGACY: ["tracks"]}
"""The keys under which a playlist names its contents."""
PAYLOAD_KEYS = {Regime.RESTRICTED: ["item"], Regime.TRANSITIONAL: ["track", "item"], Regime.LEGACY: ["track"]}
"""The keys under which a playlist entry carries its track or episode."""
TIME_RANGES = ("short_term", "medium_term", "long_term")

_TRACK = ("track", "id")
_IN_1998 = 898_000_000

UNPLAYABLE, LOCAL, EPISODE, NULL, ODD = range(1, 6)
"""The kinds of entries besides the plain track: ODD is one with a strange name, or whatever is strange elsewhere."""

_ODD_TRACKS = {3: ODD, 7: UNPLAYABLE, 17: ODD, 31: ODD}
_ODD_ENTRIES = {13: LOCAL, 29: EPISODE, 41: NULL, 71: UNPLAYABLE, 83: ODD}
_MOMENTS = {67: NEVER, 59: 0}


def person(identity: str, name: str | None) -> Json:
    """A user as playlists mention one."""
    return dict(sorted({**links("user", identity), "display_name": name}.items()))


@dataclass(slots=True, kw_only=True)
class Playlist(playlists.Playlist):
    """Each edit makes another snapshot."""

    owner: Json
    pictures: Json = field(default_factory=list)
    collaborative: bool = False
    public: bool | None = True
    color: str | None = None

    @property
    def snapshot(self) -> str:
        return b64encode(f"{self.edits + 1},{digest(self.id, self.edits).hex()[:40]}".encode()).decode()

    def readable(self, regime: Regime, reader: str) -> bool:
        """Whether a regime shows the entries to a user."""
        return not regime.trims or self.collaborative or self.owner["id"] == reader

    def listed(self, scopes: frozenset[str]) -> bool:
        """Whether the list of playlists shows it to a token with these scopes: it is left out without a word."""
        if self.collaborative:
            return "playlist-read-collaborative" in scopes
        return self.public is not False or "playlist-read-private" in scopes

    def head(self, regime: Regime, reader: str) -> Json:
        """The entry of this playlist in a list of playlists."""
        named = links("playlist", self.id)
        if self.readable(regime, reader):
            named |= {key: {"href": f"{named['href']}/{key}", "total": len(self)} for key in CONTENTS_KEYS[regime]}
        return shaped("playlist", Regime.LEGACY, named, playlist=self, owner=self.owner)

    def adder(self, when: int) -> Json:
        """Who added an entry: of the oldest it is not known, and where the date is 1970, the id is empty."""
        return None if when == NEVER else links("user", self.owner["id"] if when else "")


@dataclass(frozen=True, slots=True)
class View:
    """How a caller gets entries."""

    regime: Regime
    episodes: bool = True
    """Whether episodes were asked for; else null stands in their place."""


class SpotifyLibrary(PlaylistLibrary):
    """
    One listener. Of playlists own and collaborative ones come first, then those of others.

    With oddities, saved albums are in no order and hold one null entry and one box set, some tracks have strange names,
    two plays share one moment, and some artists have neither pictures nor genres.
    """

    LISTS: ClassVar[Mapping[str, ListKind]] = {
        "top_tracks": ListKind(names=TIME_RANGES, acts=RANKS, choices=TRACKS, odd=_ODD_TRACKS),
        "top_artists": ListKind(names=TIME_RANGES, acts=RANKS, choices=ARTISTS, odd={5: ODD}, round=11),
        "recently_played": ListKind(
            acts=frozenset({Act.ADD}), choices=TRACKS, same=(), dated=Moment.MILLISECONDS, most=50, identity=_TRACK
        ),
        "playlists": ListKind(acts=SHELF),
        "playlist_tracks": playlist_tracks(acts=ARRANGED, dated=Moment.SECONDS, identity=_TRACK, odd=_ODD_ENTRIES),
        "saved_tracks": ListKind(choices=TRACKS, dated=Moment.SECONDS, identity=_TRACK, odd=_ODD_TRACKS),
        "saved_albums": ListKind(choices=ALBUMS, thing=long_player, dated=Moment.SECONDS, identity=("album", "id")),
        "followed_artists": ListKind(choices=ARTISTS, odd={5: ODD}, round=11),
    }
    whole_view = View(Regime.LEGACY)
    playlist_type = Playlist
    descriptions = ("", "", playlists.PLOT, None)

    def oddity(self, place: int, entry: Entry, before: list[Entry]) -> Entry:
        """Also entries without a date, and of 1970."""
        odd = super().oddity(place, entry, before)
        return odd._replace(when=_MOMENTS.get(place, odd.when))

    @cached_property
    def user_id(self) -> str:
        if self.options.oddities:
            digits = f"{self.start % 10**16:016}"
            return f"{digits[:4]}.{digits[4:10]}.{digits[10:]}"
        return "31" + base62(digest(self.start, "user")).lower()

    @property
    def person(self) -> Json:
        return person(self.user_id, self.name)

    def generated(self) -> list[Playlist]:
        own = super().generated()
        return own + [self._followed(len(own) + place, place) for place in range(self.options.followed_playlists)]

    def traits(self, place: int, raw: bytes, size: int) -> Mapping[str, Any]:
        collaborative = place % 7 == 3
        return {
            "owner": _stranger(raw) if place % 14 == 3 else self.person,
            "pictures": _pictures(raw, size, place, self.options.oddities),
            "collaborative": collaborative,
            "public": False if collaborative or place % 5 == 2 else None if place % 11 == 5 else True,
            "color": f"#{raw[24:27].hex()}" if place % 24 == 9 else None,
        }

    def traits_of_new(self) -> Mapping[str, Any]:
        return {"owner": self.person}

    def _followed(self, number: int, place: int) -> Any:
        raw = digest(self.start, "followed playlist", place)
        return self.of_another(number, raw, 20 + raw[20] % 80, owner=_stranger(raw), pictures=images(raw, 640))

    def first_saved_albums(self, _: str) -> list[Entry]:
        entries, count = list(self.drawn("saved_albums")), self.options.saved_albums
        if self.options.oddities and count >= 5:
            entries.sort(key=lambda entry: mixed(self.start, entry.when))
            entries[1] = entries[1]._replace(when=_IN_1998)
            entries[2] = entries[2]._replace(number=box_set(self.choice("saved_albums")[0]))
            entries[3] = entries[3]._replace(kind=ODD)
            entries[min(12, count - 1)] = Entry(NULL, 0)
        return entries

    def first_recently_played(self, _: str) -> Iterator[Entry]:
        deck, odd = self.deck(TRACKS, "plays"), self.options.oddities and self.options.plays > 9
        for place in range(self.options.plays):
            at = 7 if odd and place == 8 else place
            yield Entry(PLAIN, deck[place // 2], NEWEST * 1000 - at * 240_000 - mixed(self.start, at) % 200_000)

    def readable_playlist_tracks(self, identity: str, view: View) -> bool:
        return bool(self.playlists_by_id[identity].readable(view.regime, self.user_id))

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
        return {"added_at": moment(entry.when), "track": self.track(entry, spot.view, checked=True)}

    def show_saved_albums(self, entry: Entry, spot: Spot) -> Json:
        if entry.kind == NULL:
            return None
        album = self.catalogue.album(entry.number, spot.view.regime, entry.kind == ODD)
        return {"added_at": moment(entry.when), "album": album}

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
            dict.fromkeys(PAYLOAD_KEYS[spot.view.regime], self._payload(entry, spot.view)),
            added_at=None if entry.when == NEVER else moment(entry.when),
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


def milliseconds(when: int) -> str:
    """A moment in milliseconds as the service writes `played_at`."""
    return f"{moment(when // 1000)[:-1]}.{when % 1000:03}Z"


def _pictures(raw: bytes, size: int, place: int, odd: bool) -> Json:
    if odd and place % 8 == 6:
        return None
    if odd and (size == 0 or place % 8 == 4):
        return []
    if place % 7 == 5:
        # A picture that the owner has uploaded: its size is not known.
        address = f"https://image-cdn-ak.spotifycdn.com/image/ab67706c0000da84{raw[8:20].hex()}"
        return [{"height": None, "url": address, "width": None}]
    return images(raw, 640, 300, 64) if size >= 4 else images(raw, 640)


def _stranger(raw: bytes) -> Json:
    name = None if raw[21] % 6 == 0 else words.person(raw[22] + 1024 * raw[23])
    return person("31" + base62(raw[8:24]).lower(), name)
