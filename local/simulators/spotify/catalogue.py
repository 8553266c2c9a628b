"""Tracks, albums and artists as Spotify's answers show them."""

from functools import lru_cache

from local.simulators.frame.responses import Json
from local.simulators.music import words
from local.simulators.music.chance import base62, digest
from local.simulators.music.recordings import BOX_SET, Album, Recordings, Track, tracks_of
from local.simulators.spotify.regimes import Regime, fit

API = "https://api.spotify.com/v1"

_EVERYWHERE = list(words.MARKETS)
_MARKETS = (
    *[_EVERYWHERE] * 7,
    [code for code in words.MARKETS if code not in {"BY", "XK"}],
    [code for code in words.MARKETS if code not in {"CA", "MX", "US"}],
    _EVERYWHERE[:55],
)
"""By licence, in the order of recorded answers, which is none of the alphabet: seven of ten are sold everywhere."""
_NOWHERE: list[str] = []
_EMBEDDED = 50


def links(kind: str, identity: str) -> dict[str, Json]:
    """What every object carries to name itself."""
    return {
        "external_urls": {"spotify": f"https://open.spotify.com/{kind}/{identity}"},
        "href": f"{API}/{kind}s/{identity}",
        "id": identity,
        "type": kind,
        "uri": f"spotify:{kind}:{identity}",
    }


def images(raw: bytes, *heights: int) -> list[Json]:
    """One picture in several sizes."""
    picture = raw[8:20].hex()
    sizes = {640: "0000b273", 300: "00001e02", 64: "00004851"}
    return [
        {"height": height, "url": f"https://i.scdn.co/image/ab67616d{sizes[height]}{picture}", "width": height}
        for height in heights
    ]


def ordered(body: dict[str, Json], regime: Regime) -> dict[str, Json]:
    """An object as the regime shows it, its keys in the order of recorded answers."""
    return dict(sorted(fit(body, regime).items()))


class Catalogue:
    """
    Renders on demand and remembers what was asked last. Every object is shared between responses and listeners.

    Shapes  those of the public reference, keys in the order of recorded answers; `regimes.fit` drops the rest
    """

    def __init__(self, seed: int) -> None:
        self.recordings = Recordings(seed)
        self.track = lru_cache(4_096)(self._track)
        self.artist = lru_cache(2_048)(self._artist)
        self.album = lru_cache(256)(self._album)
        # All of them: each page after an artist looks that one up among all who are followed.
        self.artist_id = lru_cache(None)(lambda artist: base62(digest(seed, "artist", artist)))
        self._named_artist = lru_cache(4_096)(self._make_named_artist)
        self._short_album = lru_cache(4_096)(self._make_short_album)

    def track_id(self, track: int) -> str:
        return base62(self.recordings.track(track).raw)

    def album_id(self, album: int) -> str:
        return base62(self.recordings.album(album).raw)

    def _track(
        self, number: int, regime: Regime, playable: bool = True, name: str | None = None, checked: bool = False
    ) -> Json:
        """
        A track with its album, as lists of tracks show it.

        checked  Whether the list says of each track if it is playable, although nobody named a market.
        """
        track, checked = self.recordings.track(number), checked or regime.trims
        full = {
            "album": self._short_album(track.album, regime, playable, checked),
            **self._recording(track),
            "external_ids": {"isrc": track.isrc},
            "is_local": False,
            "popularity": track.raw[16] % 100,
        }
        if name is not None:
            full["name"] = name
        if not playable:
            full |= {"available_markets": _NOWHERE, "restrictions": {"reason": "market"}}
        if checked:
            full["is_playable"] = playable
        return ordered(full, regime)

    def _recording(self, track: Track) -> dict[str, Json]:
        """What a track shows inside its own album."""
        return {
            "artists": [self._named_artist(artist) for artist in track.artists],
            "available_markets": _MARKETS[track.album % len(_MARKETS)],
            "disc_number": track.disc,
            "duration_ms": track.milliseconds,
            "explicit": track.explicit,
            **links("track", base62(track.raw)),
            "name": track.name,
            "preview_url": None,
            "track_number": track.place,
        }

    def _make_named_artist(self, artist: int) -> Json:
        name = self.recordings.artist_name(artist)
        return dict(sorted({**links("artist", self.artist_id(artist)), "name": name}.items()))

    def _artist(self, artist: int, regime: Regime, bare: bool = False) -> Json:
        """A whole artist; a bare one has no pictures and no genres."""
        raw = digest(self.recordings.seed, "artist", artist)
        count = 0 if bare else (raw[17] % 5 if raw[17] % 3 else 0)
        full = {
            **self._named_artist(artist),
            "followers": {"href": None, "total": int.from_bytes(raw[18:21]) >> (raw[21] % 16)},
            "genres": [words.pick(words.GENRES, raw[22] + 3 * turn) for turn in range(count)],
            "images": [] if bare else images(raw, 640, 300, 64),
            "popularity": raw[23] % 100,
        }
        return ordered(full, regime)

    def _make_short_album(self, number: int, regime: Regime, playable: bool, checked: bool) -> Json:
        full = self._cover(self.recordings.album(number))
        if checked:
            full["is_playable"] = playable
        if not playable:
            full["available_markets"] = _NOWHERE
        return ordered(full, regime)

    def _cover(self, album: Album) -> dict[str, Json]:
        return {
            "album_type": "single" if album.size < 7 else "compilation" if album.size == BOX_SET else "album",
            "artists": [self._named_artist(album.artist)],
            "available_markets": _MARKETS[album.number % len(_MARKETS)],
            **links("album", base62(album.raw)),
            "images": images(album.raw, 640, 300, 64),
            "name": album.name,
            "release_date": album.date,
            "release_date_precision": album.precision,
            "total_tracks": album.size,
        }

    def _album(self, number: int, regime: Regime, taken_down: bool = False) -> Json:
        """A whole album with its first tracks, `tracks.next` leads to more; one taken down has no name."""
        album = self.recordings.album(number)
        cover = self._cover(album)
        owner = f"{1965 + album.raw[16] % 61} {cover['artists'][0]['name']} Recordings, under licence to nobody"
        full = {
            **cover,
            "copyrights": [{"text": f"© {owner}", "type": "C"}, {"text": f"℗ {owner}", "type": "P"}],
            "external_ids": {"upc": album.upc},
            "genres": [],
            "label": f"{cover['artists'][0]['name']} Recordings",
            "popularity": album.raw[30] % 100,
            "tracks": self._embedded(number, cover["href"], regime),
        }
        if taken_down:
            full |= {"name": "", "images": []}
        return ordered(full, regime)

    def _embedded(self, album: int, href: str, regime: Regime) -> Json:
        tracks = tracks_of(album)
        rows = [self._embedded_track(track) for track in tracks[:_EMBEDDED]]
        following = f"{href}/tracks?offset={_EMBEDDED}&limit={_EMBEDDED}"
        return {
            "href": f"{href}/tracks?offset=0&limit={_EMBEDDED}",
            "items": [ordered(row, regime) for row in rows],
            "limit": _EMBEDDED,
            "next": following if len(tracks) > _EMBEDDED else None,
            "offset": 0,
            "previous": None,
            "total": len(tracks),
        }

    def _embedded_track(self, number: int) -> dict[str, Json]:
        """A quarter of them stands for another edition of the recording, which `linked_from` names."""
        full = self._recording(self.recordings.track(number)) | {"is_local": False}
        if number % 4 == 1:
            full["linked_from"] = links("track", base62(digest(self.recordings.seed, "edition", number)))
        return full
