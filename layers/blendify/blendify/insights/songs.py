"""From the named fields of a record to a song or an artist, as the buckets have them."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from blendify.core.same_names import artist_key, song_key
from blendify.insights.buckets import Artist, Song

SONG_KINDS = (None, "local", "video")
"""The kinds of entries that are songs: no episodes, no albums or stations that were played as a whole."""
_YEAR = re.compile(r"\d{4}")


def song_of(fields: Mapping[str, Any], release_date: str | None = None) -> Song | None:
    """The song of a record; None where it is no song, or has no name."""
    title = fields.get("track_name")
    if not title or fields.get("kind") not in SONG_KINDS:
        return None
    artists = artists_of(fields)
    first = artists[0].name if artists else ""
    # What was played to its end is as long as it was heard: most files know no other length.
    finished = (fields.get("flags") or {}).get("finished")
    duration = fields.get("duration_ms") or (fields.get("ms_played") if finished else None)
    return Song(
        key=song_key(title, first),
        title=title,
        artists=artists,
        artist_line=fields.get("artist_name") or first,
        album=fields.get("album_name"),
        cover=picture(fields.get("album_art_url")),
        milliseconds=int(duration) if duration else None,
        release_year=year(release_date or fields.get("release_date")),
    )


def artists_of(fields: Mapping[str, Any]) -> tuple[Artist, ...]:
    """The artists of a song or album, the first one first, each once."""
    names = [artist.get("name") for artist in fields.get("artists") or ()] or [fields.get("artist_name")]
    by_key = {artist_key(name): Artist(artist_key(name), name) for name in reversed(names) if name}
    return tuple(reversed(by_key.values()))


def artist_of(fields: Mapping[str, Any]) -> Artist | None:
    """The artist of a record of one; None without a name."""
    name = fields.get("artist_name")
    return Artist(artist_key(name), name, picture(fields.get("artist_image_url"))) if name else None


def picture(address: Any) -> str | None:
    """The address of a picture; None for one that is not of the web."""
    return address if address and str(address).lower().startswith(("https://", "http://")) else None


def year(date: str | None) -> int | None:
    """The year of a day, a month or a year; None for `0000`."""
    match = _YEAR.match(date or "")
    return int(match[0]) or None if match else None


def fullest(songs: Iterable[Song]) -> Song:
    """Of what several records say of one song, what says most: the same in whichever order they come."""
    return min(
        songs,
        key=lambda song: (
            song.cover is None,
            song.milliseconds is None,
            song.release_year is None,
            song.release_year or 0,
            -len(song.artists),
            song.title,
            song.artist_line,
            song.album or "",
            song.cover or "",
            song.milliseconds or 0,
            [(artist.key, artist.name) for artist in song.artists],
        ),
    )
