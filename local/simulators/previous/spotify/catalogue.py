"""The music that exists, the same for all listeners: every number names one track, album or artist."""

from bisect import bisect_right
from functools import lru_cache
from itertools import accumulate

from local.simulators.music import words
from local.simulators.music.chance import base62, digest, mixed, number
from local.simulators.previous.spotify.regimes import Json, Regime, fit

API = "https://api.spotify.com/v1"

TRACKS = 400_009
"""How many tracks there are to choose from. Prime, as are the next two: a listener's choice is a shuffle."""
ALBUMS = 25_013
"""How many albums of at least eight tracks there are to choose from."""
ARTISTS = 30_011

_BOX_SET = 68
_SIZES = (12, 1, 10, 14, 9, 11, 1, 13, 8, 12, 5, 4) * 5 + (_BOX_SET,)
"""The albums of one stretch of the catalogue, which repeats: albums, singles, and one box set."""
_STARTS = (0, *accumulate(_SIZES))
_LONG_PLAYERS = tuple(slot for slot, size in enumerate(_SIZES) if 8 <= size < _BOX_SET)

_MARKETS = (list(words.MARKETS), [code for code in words.MARKETS if code not in {"RU", "BY", "XK"}])
_NOWHERE: list[str] = []


def long_player(choice: int) -> int:
    """The album behind one of the `ALBUMS` choices."""
    stretch, slot = divmod(choice, len(_LONG_PLAYERS))
    return stretch * len(_SIZES) + _LONG_PLAYERS[slot]


def box_set(choice: int) -> int:
    """An album with more tracks than are embedded in it."""
    return choice * len(_SIZES) + len(_SIZES) - 1


def tracks_of(album: int) -> range:
    """The tracks of an album, in its order."""
    stretch, slot = divmod(album, len(_SIZES))
    first = stretch * _STARTS[-1] + _STARTS[slot]
    return range(first, first + _SIZES[slot])


def album_of(track: int) -> int:
    """The album a track is on."""
    stretch, place = divmod(track, _STARTS[-1])
    return stretch * len(_SIZES) + bisect_right(_STARTS, place) - 1


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
        {
            "height": height,
            "url": f"https://i.scdn.co/image/ab67616d{sizes[height]}{picture}",
            "width": height,
        }
        for height in heights
    ]


def _isrc(raw: bytes) -> str:
    country = words.pick(("US", "GB", "DE", "QZ", "FR", "JP"), raw[9])
    return f"{country}{raw[10:12].hex().upper()[:3]}{raw[12] % 26:02}{int.from_bytes(raw[13:16]) % 100_000:05}"


def _title(raw: bytes) -> str:
    return words.title(int.from_bytes(raw[16:24]) >> 8)


class Catalogue:
    """
    Renders on demand and remembers what was asked last. Every object is shared between answers and listeners.

    Shapes  those of the public reference, keys in the order of recorded answers; `regimes.fit` drops the rest
    """

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self.track = lru_cache(4_096)(self._track)
        self.artist = lru_cache(2_048)(self._artist)
        self.album = lru_cache(256)(self._album)
        self._named_artist = lru_cache(4_096)(self._make_named_artist)
        self._short_album = lru_cache(4_096)(self._make_short_album)

    def track_id(self, index: int) -> str:
        return base62(digest(self._seed, "track", index))

    def track_name(self, index: int) -> str:
        return _title(digest(self._seed, "track", index))

    def artist_id(self, index: int) -> str:
        return base62(digest(self._seed, "artist", index))

    def album_id(self, index: int) -> str:
        return base62(digest(self._seed, "album", index))

    def _track(self, index: int, regime: Regime, playable: bool = True, name: str | None = None) -> Json:
        """A track with its album, as every list of tracks shows it."""
        raw = digest(self._seed, "track", index)
        album = album_of(index)
        full = {
            "album": self._short_album(album, regime, playable),
            **self._recording(index, album, raw, name),
            "external_ids": {"isrc": _isrc(raw)},
            "is_local": False,
            "popularity": raw[16] % 100,
        }
        full["available_markets"] = self._markets(album) if playable else _NOWHERE
        if regime.trims:
            full["is_playable"] = playable
        return dict(sorted(fit(full, regime).items()))

    def _recording(self, index: int, album: int, raw: bytes, name: str | None = None) -> dict[str, Json]:
        """What a track shows inside its own album."""
        chance = int.from_bytes(raw[16:24])
        return {
            "artists": self._performers(album, chance),
            "available_markets": self._markets(album),
            "disc_number": 1 + (index - tracks_of(album).start) // 25,
            "duration_ms": 95_000 + chance % 260_000,
            "explicit": raw[24] % 9 == 0,
            **links("track", base62(raw)),
            "name": _title(raw) if name is None else name,
            "preview_url": None,
            "track_number": 1 + (index - tracks_of(album).start) % 25,
        }

    def _performers(self, album: int, chance: int) -> list[Json]:
        guests = [chance % ARTISTS] if chance % 4 == 0 else []
        return [self._named_artist(index) for index in (self._leader(album), *guests)]

    def _leader(self, album: int) -> int:
        return mixed(self._seed, album // 3) % ARTISTS

    def _markets(self, album: int) -> list[str]:
        return _MARKETS[album % 5 == 0]

    def _make_named_artist(self, index: int) -> Json:
        chance = number(self._seed, "artist name", index)
        return dict(sorted({**links("artist", self.artist_id(index)), "name": words.person(chance)}.items()))

    def _artist(self, index: int, regime: Regime, bare: bool = False) -> Json:
        """A whole artist; a bare one has no pictures and no genres."""
        raw = digest(self._seed, "artist", index)
        count = 0 if bare else (raw[17] % 5 if raw[17] % 3 else 0)
        full = {
            **self._named_artist(index),
            "followers": {"href": None, "total": int.from_bytes(raw[18:21]) >> (raw[21] % 16)},
            "genres": [words.pick(words.GENRES, raw[22] + 3 * turn) for turn in range(count)],
            "images": [] if bare else images(raw, 640, 300, 64),
            "popularity": raw[23] % 100,
        }
        return dict(sorted(fit(full, regime).items()))

    def _make_short_album(self, index: int, regime: Regime, playable: bool = True) -> Json:
        raw = digest(self._seed, "album", index)
        full = self._cover(index, raw)
        if regime.trims:
            full["is_playable"] = playable
        elif not playable:
            full["available_markets"] = _NOWHERE
        return dict(sorted(fit(full, regime).items()))

    def _cover(self, index: int, raw: bytes) -> dict[str, Json]:
        size = len(tracks_of(index))
        date = f"{1965 + raw[16] % 61}-{1 + raw[17] % 12:02}-{1 + raw[18] % 28:02}"
        precision = ("day", "day", "day", "day", "year", "day", "month", "day")[raw[19] % 8]
        return {
            "album_type": "single" if size < 7 else "compilation" if size == _BOX_SET else "album",
            "artists": [self._named_artist(self._leader(index))],
            "available_markets": self._markets(index),
            **links("album", base62(raw)),
            "images": images(raw, 640, 300, 64),
            "name": words.title(int.from_bytes(raw[20:28])),
            "release_date": date[: {"day": 10, "month": 7, "year": 4}[precision]],
            "release_date_precision": precision,
            "total_tracks": size,
        }

    def _album(self, index: int, regime: Regime, name: str | None = None, bare: bool = False) -> Json:
        """A whole album with its first 50 tracks; `tracks.next` tells of more."""
        raw = digest(self._seed, "album", index)
        cover = self._cover(index, raw)
        owner = f"{1965 + raw[16] % 61} {cover['artists'][0]['name']} Recordings, under licence to nobody"
        full = {
            **cover,
            "copyrights": [{"text": f"© {owner}", "type": "C"}, {"text": f"℗ {owner}", "type": "P"}],
            "external_ids": {"upc": f"{int.from_bytes(raw[24:30]) % 10**12:012}"},
            "genres": [],
            "label": f"{cover['artists'][0]['name']} Recordings",
            "popularity": raw[30] % 100,
            "tracks": self._embedded(index, cover["href"], regime),
        }
        if name is not None:
            full["name"] = name
        if bare:
            full["images"] = []
        return dict(sorted(fit(full, regime).items()))

    def _embedded(self, album: int, href: str, regime: Regime) -> Json:
        tracks = tracks_of(album)
        rows = [
            self._recording(index, album, digest(self._seed, "track", index)) | {"is_local": False}
            for index in tracks[:50]
        ]
        return {
            "href": f"{href}/tracks?offset=0&limit=50",
            "items": [dict(sorted(fit(row, regime).items())) for row in rows],
            "limit": 50,
            "next": f"{href}/tracks?offset=50&limit=50" if len(tracks) > 50 else None,
            "offset": 0,
            "previous": None,
            "total": len(tracks),
        }
