"""
JSON to record. Last.fm has no ids: the record id is its address, which consists of the artist's name and its own.

Source  https://www.last.fm/api/show/user.getRecentTracks and its neighbours
"""

from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote_plus

from blendify.core import times
from blendify.providers import named_fields
from blendify.providers.endpoint import ListPosition, Record
from blendify.providers.json_fields import count, get, identifier, listed, number, text
from blendify.providers.record_keys import Fields, keyed_record, ranked_record

# What is compared. A scrobble, a love, a rank with its number of plays: that they are there, and when. Names, pictures,
# lengths and MusicBrainz ids are corrected at any time, by Last.fm and by the editors of MusicBrainz.

NO_IMAGE = "2a96cbd8b46e442fc41c2b86b821562f"
"""In the address of the star that Last.fm shows in place of a missing picture."""
_MUSIC = "https://www.last.fm/music/"


def play(entry: Any, position: ListPosition) -> Record:
    """
    One scrobble. It has no id of its own; repeated scrobbles of a track in the same second are numbered.

    Shape   {"name", "url", "mbid", "artist": {"#text", "mbid"}, "album": {"#text", "mbid"}, "image": [...],
             "date": {"uts": "1763833470", "#text": …}}
    Units   `uts` is seconds since 1970, UTC: when the track began
    """
    return keyed_record(entry, position, {**_track(entry), "played_at": _time(entry)})


def loved_track(entry: Any, position: ListPosition) -> Record:
    """
    A track that the listener loves, keyed by the time since when.

    Shape   {"name", "url", "mbid", "artist": {"name", "url", "mbid"}, "image": [...], "date": {"uts", "#text"}}
    """
    return keyed_record(entry, position, {**_track(entry), "added_at": _time(entry)})


def top_track(entry: Any, position: ListPosition) -> Record:
    """
    A track with its rank and how often it was played in the period.

    Shape   {"name", "url", "mbid", "artist": {"name", "url", "mbid"}, "playcount": "12", "duration": "214",
             "@attr": {"rank": "1"}}
    """
    return ranked_record(entry, position, {**_track(entry), "play_count": number(entry, "playcount")})


def top_artist(entry: Any, position: ListPosition) -> Record:
    """
    An artist with its rank and how often it was played in the period.

    Shape   {"name", "url", "mbid", "playcount": "120", "image": [...], "@attr": {"rank": "1"}}
    """
    name = text(entry, "name")
    fields: Fields = {
        "record_id": identifier(entry, "url") or address(name),
        "artist_name": name,
        "artist_image_url": _picture(entry),
        "mbid": identifier(entry, "mbid"),
        "play_count": number(entry, "playcount"),
    }
    return ranked_record(entry, position, fields)


def _track(entry: Any) -> Fields:
    seconds, artist = number(entry, "duration"), get(entry, "artist")
    artist_name = _name(entry, "artist")
    return {
        "record_id": identifier(entry, "url") or address(artist_name, text(entry, "name")),
        "track_name": text(entry, "name"),
        "artist_name": artist_name,
        "artists": named_fields.artists([(identifier(artist, "url"), artist_name)]) if artist_name else None,
        "album_name": _name(entry, "album"),
        "album_art_url": _picture(entry),
        "duration_ms": seconds * 1000 if seconds else None,
        "mbid": identifier(entry, "mbid"),
    }


def _name(entry: Any, key: str) -> str | None:
    """The name of an artist or an album, which is under one of two keys, or stands there itself."""
    named = get(entry, key)
    return identifier(named, "name") or identifier(named, "#text") or identifier(entry, key)


def address(artist_name: str | None, track_name: str | None = None) -> str | None:
    """The address of an artist or a track where its own is missing: it follows from the names."""
    if not artist_name:
        return None
    artist = f"{_MUSIC}{quote_plus(artist_name)}"
    return f"{artist}/_/{quote_plus(track_name)}" if track_name else artist


def played_seconds(entry: Any) -> int | None:
    """When a scrobble was played, in seconds since 1970; None for one without a date."""
    return count(get(entry, "date"), "uts")


def _time(entry: Any) -> str | None:
    seconds = played_seconds(entry)
    try:
        return None if seconds is None else times.iso(datetime.fromtimestamp(seconds, UTC))
    except (ValueError, OverflowError, OSError):
        return None


def _picture(entry: Any) -> str | None:
    """The address of the largest picture, which comes last; None for the placeholder."""
    images = listed(entry, "image")
    address = text(images[-1], "#text") if images else None
    return address if address and NO_IMAGE not in address else None
