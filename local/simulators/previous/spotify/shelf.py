"""The playlists an invented listener begins with."""

from itertools import accumulate

from local.simulators.music import words
from local.simulators.music.chance import base62, digest
from local.simulators.previous.spotify.catalogue import images
from local.simulators.previous.spotify.options import Options
from local.simulators.previous.spotify.playlists import Person, Playlist
from local.simulators.previous.spotify.regimes import Json

_PLOT = "Songs for the road &amp; the kitchen, collected since 2014. "


def playlists_of(listener: Person, options: Options, start: int) -> list[Playlist | None]:
    """Own and collaborative ones, then those of others, with the null entries spread among them."""
    sizes = _sizes(options, start)
    shelf: list[Playlist | None] = [_own(listener, place, size, options, start) for place, size in enumerate(sizes)]
    shelf += [_followed(place, options, start) for place in range(options.followed_playlists)]
    for place in range(options.null_playlists):
        shelf.insert(min(1 + 7 * place, len(shelf)), None)
    return shelf


def _own(listener: Person, place: int, size: int, options: Options, start: int) -> Playlist:
    raw = digest(start, "playlist", place)
    collaborative = place % 7 == 3
    strange = options.oddities and place % 5 == 1
    return Playlist(
        base62(raw),
        _name(raw, place // 5 if strange else None),
        _stranger(raw) if place % 14 == 3 else listener,
        size,
        options.oddities,
        description=_description(raw, place, options),
        pictures=_pictures(raw, size, place, options.oddities),
        collaborative=collaborative,
        public=False if collaborative or place % 5 == 2 else None if place % 11 == 5 else True,
    )


def _followed(place: int, options: Options, start: int) -> Playlist:
    raw = digest(start, "followed playlist", place)
    return Playlist(
        base62(raw),
        _name(raw, None),
        _stranger(raw),
        20 + raw[20] % 80,
        options.oddities,
        description=_PLOT,
        pictures=images(raw, 640),
    )


def _name(raw: bytes, odd: int | None) -> str:
    if odd is not None:
        return words.ODD_NAMES[odd % len(words.ODD_NAMES)]
    return f"{words.pick(words.MOODS, raw[16])} {words.pick(words.OPENINGS, raw[17])}"


def _description(raw: bytes, place: int, options: Options) -> str | None:
    if options.oddities and place == 2:
        return (_PLOT * (options.long_description // len(_PLOT) + 1))[: options.long_description]
    return ("", "", _PLOT, None)[raw[18] % 4]


def _pictures(raw: bytes, size: int, place: int, odd: bool) -> Json:
    if odd and place % 8 == 6:
        return None
    if odd and (size == 0 or place % 8 == 4):
        return []
    return images(raw, 640, 300, 64) if size >= 4 else images(raw, 640)


def _stranger(raw: bytes) -> Person:
    name = None if raw[21] % 6 == 0 else words.person(raw[22] + 1024 * raw[23])
    return Person("31" + base62(raw[8:24]).lower(), name)


def _sizes(options: Options, start: int) -> list[int]:
    """One long playlist in the fifth place, one empty one, and the rest of the entries over the others."""
    count, entries = options.playlists, options.playlist_entries
    if count == 0:
        return []
    long = min(options.long_playlist, entries) if count > 1 else entries
    weights = [1 + digest(start, "size", place)[0] % 60 for place in range(count - 1)]
    if count > 8:
        weights[-1] = 0
    ends = [(entries - long) * end // sum(weights) for end in accumulate(weights)]
    sizes = [end - begin for begin, end in zip([0, *ends], ends, strict=False)]
    sizes.insert(min(4, len(sizes)), long)
    return sizes
