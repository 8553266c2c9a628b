"""What playlists hold besides tracks of the catalogue: episodes, and files from the listener's own disk."""

from urllib.parse import quote_plus

from local.simulators.frame.responses import Json
from local.simulators.music import words
from local.simulators.music.chance import base62, digest
from local.simulators.spotify.catalogue import images, links
from local.simulators.spotify.regimes import Regime, fit

_PLOT = (
    "A conversation about how songs travel: who carries them, what is lost on the way, and why a melody that "
    "was written in one harbour is whistled in another a hundred years later. With guests from three "
    "continents, and a long look at the instruments that made the journey. "
)


def episode(index: int, regime: Regime) -> Json:
    """A podcast episode with its show: no artists, no album."""
    raw = digest("episode", index)
    name = f"{index + 1}- {words.title(int.from_bytes(raw[16:24]))}"
    plot = _PLOT * 4
    full = {
        "audio_preview_url": None,
        "description": plot,
        "duration_ms": 1_200_000 + int.from_bytes(raw[24:27]) % 2_400_000,
        "episode": True,
        "explicit": False,
        **links("episode", base62(raw)),
        "html_description": f"<p>{plot}</p>",
        "images": images(raw, 640, 300, 64),
        "is_externally_hosted": False,
        "is_playable": True,
        "language": "en-US",
        "languages": ["en-US"],
        "name": name,
        "release_date": f"{2015 + raw[27] % 11}-{1 + raw[28] % 12:02}-{1 + raw[29] % 28:02}",
        "release_date_precision": "day",
        "resume_point": {"fully_played": False, "resume_position_ms": 0},
        "show": _show(index % 7, regime),
        "track": False,
    }
    return dict(sorted(fit(full, regime).items()))


def _show(index: int, regime: Regime) -> Json:
    raw = digest("show", index)
    full = {
        "available_markets": list(words.MARKETS),
        "copyrights": [],
        "description": _PLOT,
        "explicit": False,
        **links("show", base62(raw)),
        "html_description": f"<p>{_PLOT}</p>",
        "images": images(raw, 640, 300, 64),
        "is_externally_hosted": False,
        "languages": ["en"],
        "media_type": "audio",
        "name": f"{words.pick(words.NOUNS, raw[20])} & {words.pick(words.NOUNS, raw[21])}",
        "publisher": words.person(raw[22] + 1024 * raw[23]),
        "total_episodes": 40 + raw[24],
    }
    return dict(sorted(fit(full, regime).items()))


def local_file(index: int, regime: Regime) -> Json:
    """A file the service has never seen: no ids, and its tags, some of them empty, packed into the URI."""
    raw = digest("local", index)
    tags = words.person(raw[0] + 1024 * raw[1]), f"Bootlegs: {raw[16]} & more", words.title(raw[2] + 1024 * raw[3])
    artist, album, name = ("" if raw[20 + turn] % 5 == 0 else tag for turn, tag in enumerate(tags))
    seconds = 60 + raw[17]
    unknown: dict[str, Json] = {"external_urls": {}, "href": None, "id": None, "uri": None}
    dates = dict.fromkeys(("album_type", "release_date", "release_date_precision"))
    record = {**unknown, **dates, "artists": [], "available_markets": [], "images": [], "name": album, "type": "album"}
    full = {
        **unknown,
        "album": dict(sorted(fit(record, regime).items())),
        "artists": [dict(sorted({**unknown, "name": artist, "type": "artist"}.items()))],
        "available_markets": [],
        "disc_number": 0,
        "duration_ms": seconds * 1000,
        "explicit": False,
        "external_ids": {},
        "is_local": True,
        "name": name,
        "popularity": 0,
        "preview_url": None,
        "track_number": 0,
        "type": "track",
        "uri": f"spotify:local:{quote_plus(artist)}:{quote_plus(album)}:{quote_plus(name)}:{seconds}",
    }
    return dict(sorted(fit(full, regime).items()))
