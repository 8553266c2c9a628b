"""
Tracks, albums, artists, episodes and local files as Spotify's answers show them; `objects.json` has their shapes.

What an application may see is a regime: the same objects, with more or fewer keys.
"""

from collections.abc import Mapping
from enum import StrEnum
from functools import lru_cache
from typing import Any
from urllib.parse import quote_plus

from local.simulators.frame.responses import Json
from local.simulators.frame.tables import Templates
from local.simulators.music import words
from local.simulators.music.chance import base62, digest
from local.simulators.music.recordings import BOX_SET, Recordings, tracks_of

OBJECTS = Templates(__file__)
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
_PLOT: str = OBJECTS.filled("plot")


class Regime(StrEnum):
    """The rules an application lives under since 2026-02-11; an old one may change sides without notice."""

    RESTRICTED = "restricted"
    TRANSITIONAL = "transitional"
    LEGACY = "legacy"

    @property
    def trims(self) -> bool:
        """Whether objects lack what the changes of February 2026 removed."""
        return self is Regime.RESTRICTED


REMOVED = {
    "track": frozenset({"available_markets", "linked_from", "popularity", "preview_url"}),
    "album": frozenset({"album_group", "available_markets", "label", "popularity"}),
    "artist": frozenset({"followers", "popularity"}),
    "user": frozenset({"country", "email", "explicit_content", "followers", "product"}),
    "show": frozenset({"available_markets", "publisher"}),
    "episode": frozenset[str](),
}
"""Keys that the restricted regime lacks, by the `type` of the object (recordings of March 2026)."""


def fit(full: Mapping[str, Json], regime: Regime) -> dict[str, Json]:
    """A copy of one object of the catalogue, without the keys that the regime lacks; nested ones stay."""
    if not regime.trims:
        return dict(full)
    removed = REMOVED[full["type"]]
    return {key: value for key, value in full.items() if key not in removed}


def links(kind: str, identity: str) -> dict[str, Json]:
    """What every object carries to name itself."""
    named: dict[str, Json] = OBJECTS.filled("links", kind=kind, id=identity)
    return named


def images(raw: bytes, *heights: int) -> list[Json]:
    """One picture in several sizes."""
    sizes = {640: "0000b273", 300: "00001e02", 64: "00004851"}
    address = f"https://i.scdn.co/image/ab67616d{{}}{raw[8:20].hex()}"
    return [{"height": height, "url": address.format(sizes[height]), "width": height} for height in heights]


def shaped(name: str, regime: Regime = Regime.LEGACY, /, named: Json = None, **values: Any) -> Json:
    """An object, as the regime shows it and named by `links`, its keys in the order of recorded answers."""
    return ordered({**OBJECTS.filled(name, **values), **(named or {})}, regime)


def ordered(body: dict[str, Json], regime: Regime) -> dict[str, Json]:
    """An object as the regime shows it, its keys in the order of recorded answers."""
    return dict(sorted(fit(body, regime).items()))


class Catalogue:
    """
    Renders on demand and remembers what was asked last. Every object is shared between responses and listeners.

    Shapes  those of the public reference, keys in the order of recorded answers; `fit` drops the rest
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

    def pictures(self, raw: bytes) -> list[Json]:
        """Of a playlist, from bytes of chance."""
        return images(raw, 640, 300, 64)

    def _track(
        self, number: int, regime: Regime, playable: bool = True, name: str | None = None, checked: bool = False
    ) -> Json:
        """
        A track with its album, as lists of tracks show it.

        checked  Whether the list says of each track if it is playable, although nobody named a market.
        """
        track, checked = self.recordings.track(number), checked or regime.trims
        album = self._short_album(track.album, regime, playable, checked)
        own = OBJECTS.filled("track", track=track, album=album, popularity=track.raw[16] % 100)
        full = {**self._recording(number), **own}
        if name is not None:
            full["name"] = name
        if not playable:
            full |= {"available_markets": _NOWHERE, "restrictions": {"reason": "market"}}
        if checked:
            full["is_playable"] = playable
        return ordered(full, regime)

    def _recording(self, number: int) -> dict[str, Json]:
        """What a track shows inside its own album."""
        track = self.recordings.track(number)
        artists, markets = [self._named_artist(artist) for artist in track.artists], _MARKETS[track.album % 10]
        shown = OBJECTS.filled("recording", track=track, artists=artists, markets=markets)
        return {**shown, **links("track", base62(track.raw))}

    def _make_named_artist(self, artist: int) -> Json:
        name = self.recordings.artist_name(artist)
        return dict(sorted({**links("artist", self.artist_id(artist)), "name": name}.items()))

    def _artist(self, artist: int, regime: Regime, bare: bool = False) -> Json:
        """A whole artist; a bare one has no pictures and no genres."""
        raw = digest(self.recordings.seed, "artist", artist)
        count = 0 if bare else (raw[17] % 5 if raw[17] % 3 else 0)
        return shaped(
            "artist",
            regime,
            self._named_artist(artist),
            followers=int.from_bytes(raw[18:21]) >> (raw[21] % 16),
            genres=[words.pick(words.GENRES, raw[22] + 3 * turn) for turn in range(count)],
            images=[] if bare else images(raw, 640, 300, 64),
            popularity=raw[23] % 100,
        )

    def _make_short_album(self, number: int, regime: Regime, playable: bool, checked: bool) -> Json:
        full = self._cover(number)
        if checked:
            full["is_playable"] = playable
        if not playable:
            full["available_markets"] = _NOWHERE
        return ordered(full, regime)

    def _cover(self, number: int) -> dict[str, Json]:
        album = self.recordings.album(number)
        cover = OBJECTS.filled(
            "cover",
            album=album,
            type="single" if album.size < 7 else "compilation" if album.size == BOX_SET else "album",
            artist=self._named_artist(album.artist),
            markets=_MARKETS[number % len(_MARKETS)],
            images=images(album.raw, 640, 300, 64),
        )
        return {**cover, **links("album", base62(album.raw))}

    def _album(self, number: int, regime: Regime, taken_down: bool = False) -> Json:
        """A whole album with its first tracks, `tracks.next` leads to more; one taken down has no name."""
        album, cover = self.recordings.album(number), self._cover(number)
        following = f"{cover['href']}/tracks?offset={_EMBEDDED}&limit={_EMBEDDED}"
        full = OBJECTS.filled(
            "album",
            album=album,
            artist=cover["artists"][0]["name"],
            year=1965 + album.raw[16] % 61,
            popularity=album.raw[30] % 100,
            href=cover["href"],
            limit=_EMBEDDED,
            next=following if album.size > _EMBEDDED else None,
            tracks=[ordered(self._embedded(track), regime) for track in tracks_of(number)[:_EMBEDDED]],
        )
        return ordered({**cover, **full, **({"name": "", "images": []} if taken_down else {})}, regime)

    def _embedded(self, number: int) -> dict[str, Json]:
        """A quarter of them stands for another edition of the recording, which `linked_from` names."""
        full = self._recording(number)
        if number % 4 == 1:
            full["linked_from"] = links("track", base62(digest(self.recordings.seed, "edition", number)))
        return full


def episode(index: int, regime: Regime) -> Json:
    """A podcast episode with its show: no artists, no album."""
    raw = digest("episode", index)
    return shaped(
        "episode",
        regime,
        links("episode", base62(raw)),
        date=f"{2015 + raw[27] % 11}-{1 + raw[28] % 12:02}-{1 + raw[29] % 28:02}",
        images=images(raw, 640, 300, 64),
        milliseconds=1_200_000 + int.from_bytes(raw[24:27]) % 2_400_000,
        name=f"{index + 1}- {words.title(int.from_bytes(raw[16:24]))}",
        plot=_PLOT * 4,
        show=_show(index % 7, regime),
    )


def _show(index: int, regime: Regime) -> Json:
    raw = digest("show", index)
    return shaped(
        "show",
        regime,
        links("show", base62(raw)),
        episodes=40 + raw[24],
        images=images(raw, 640, 300, 64),
        markets=_EVERYWHERE,
        name=f"{words.pick(words.NOUNS, raw[20])} & {words.pick(words.NOUNS, raw[21])}",
        plot=_PLOT,
        publisher=words.person(raw[22] + 1024 * raw[23]),
    )


def local_file(index: int, regime: Regime) -> Json:
    """A file the service has never seen: no ids, and its tags, some of them empty, packed into the URI."""
    raw = digest("local", index)
    tags = words.person(raw[0] + 1024 * raw[1]), f"Bootlegs: {raw[16]} & more", words.title(raw[2] + 1024 * raw[3])
    artist, album, name = ("" if raw[20 + turn] % 5 == 0 else tag for turn, tag in enumerate(tags))
    return shaped(
        "local file",
        regime,
        record=shaped("local album", regime, album=album),
        artist=artist,
        name=name,
        milliseconds=(60 + raw[17]) * 1000,
        uri=f"spotify:local:{':'.join(map(quote_plus, (artist, album, name)))}:{60 + raw[17]}",
    )
