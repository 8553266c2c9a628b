"""An invented listener of Spotify: a table of lists, and how their entries are made and shown."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import ClassVar

from local.simulators.frame.entries import NEVER, PLAIN, Entry
from local.simulators.frame.library import ARRANGED, NEWEST, RANKS, SHELF, Act, ListKind, Moment, Spot
from local.simulators.frame.responses import Json, moment
from local.simulators.music.chance import mixed
from local.simulators.music.recordings import ALBUMS, ARTISTS, TRACKS, box_set, long_player
from local.simulators.music.words import ODD_NAMES
from local.simulators.spotify.catalogue import episode, local_file, shaped
from local.simulators.spotify.playlists import EPISODE, LOCAL, NULL, ODD, UNPLAYABLE, SpotifyPlaylists
from local.simulators.spotify.regimes import PAYLOAD_KEYS, Regime

TIME_RANGES = ("short_term", "medium_term", "long_term")

_TRACK = ("track", "id")
_IN_1998 = 898_000_000
_ODD_TRACKS = {3: ODD, 7: UNPLAYABLE, 17: ODD, 31: ODD}


@dataclass(frozen=True, slots=True)
class View:
    """How a caller gets entries."""

    regime: Regime
    episodes: bool = True
    """Whether episodes were asked for; else null stands in their place."""


class SpotifyLibrary(SpotifyPlaylists):
    """
    One listener.

    With oddities, saved albums are in no order and hold one null entry and one box set, some tracks have strange names,
    two plays share one moment, and some artists have neither pictures nor genres.
    """

    LISTS: ClassVar[Mapping[str, ListKind]] = {
        "top_tracks": ListKind(names=TIME_RANGES, acts=RANKS, choices=TRACKS),
        "top_artists": ListKind(names=TIME_RANGES, acts=RANKS, choices=ARTISTS),
        "recently_played": ListKind(
            acts=frozenset({Act.ADD}), choices=TRACKS, same=(), dated=Moment.MILLISECONDS, most=50, identity=_TRACK
        ),
        "playlists": ListKind(acts=SHELF),
        "playlist_tracks": ListKind(
            acts=ARRANGED, choices=TRACKS, same=(), dated=Moment.SECONDS, new_last=True, identity=_TRACK
        ),
        "saved_tracks": ListKind(choices=TRACKS, dated=Moment.SECONDS, identity=_TRACK),
        "saved_albums": ListKind(choices=ALBUMS, thing=long_player, dated=Moment.SECONDS, identity=("album", "id")),
        "followed_artists": ListKind(choices=ARTISTS),
    }
    whole_view = View(Regime.LEGACY)

    def kind_at(self, data_type: str, place: int) -> int:
        if not self.options.oddities:
            return PLAIN
        if data_type in {"top_artists", "followed_artists"}:
            return ODD if place % 11 == 5 else PLAIN
        return _ODD_TRACKS.get(place % 200, PLAIN) if data_type in {"top_tracks", "saved_tracks"} else PLAIN

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
