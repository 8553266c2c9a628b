"""
JSON to record. Last.fm has no ids: the record id is its address, which consists of the artist's name and its own.

Source  https://www.last.fm/api/show/user.getRecentTracks and its neighbours
"""

from datetime import UTC, datetime
from typing import Any

from blendify.core import times
from blendify.providers import named_fields
from blendify.providers.endpoint import ListPosition, Record
from blendify.providers.json_fields import get, text
from blendify.providers.lastfm.pages import whole
from blendify.providers.record_keys import Fields, keyed_record, ranked_record, saved_record

NO_IMAGE = "2a96cbd8b46e442fc41c2b86b821562f"
"""In the address of the star that Last.fm shows in place of a missing picture."""
LASTFM_CHANGES = frozenset({"album_art_url", "artist_image_url", "duration_ms", "mbid"})
"""Fields that Last.fm and MusicBrainz add and replace at any time."""


def play(entry: Any, position: ListPosition) -> Record:
    """
    One scrobble. It has no id of its own; repeated scrobbles of a track in the same second are numbered.

    Shape   {"name", "url", "mbid", "artist": {"#text", "mbid"}, "album": {"#text", "mbid"}, "image": [...],
             "date": {"uts": "1763833470", "#text": …}}
    Units   `uts` is seconds since 1970, UTC: when the track began
    """
    played_at = _time(entry)
    fields = {**_track(entry), "played_at": played_at}
    return _corrected_by_lastfm(keyed_record(entry, position, fields, f"{played_at or ''}#{fields.get('record_id')}"))


def loved_track(entry: Any, position: ListPosition) -> Record:
    """
    A track that the listener loves, keyed by the time since when.

    Shape   {"name", "url", "mbid", "artist": {"name", "url", "mbid"}, "image": [...], "date": {"uts", "#text"}}
    """
    return _corrected_by_lastfm(saved_record(entry, position, _track(entry), _time(entry)))


def top_track(entry: Any, position: ListPosition) -> Record:
    """
    A track with its rank and how often it was played in the period.

    Shape   {"name", "url", "mbid", "artist": {"name", "url", "mbid"}, "playcount": "12", "duration": "214",
             "@attr": {"rank": "1"}}
    """
    return _corrected_by_lastfm(
        ranked_record(entry, position, {**_track(entry), "play_count": whole(entry, "playcount")})
    )


def top_artist(entry: Any, position: ListPosition) -> Record:
    """
    An artist with its rank and how often it was played in the period.

    Shape   {"name", "url", "mbid", "playcount": "120", "image": [...], "@attr": {"rank": "1"}}
    """
    fields: Fields = {
        "record_id": text(entry, "url") or None,
        "artist_name": text(entry, "name"),
        "artist_image_url": _picture(entry),
        "mbid": text(entry, "mbid") or None,
        "play_count": whole(entry, "playcount"),
    }
    return _corrected_by_lastfm(ranked_record(entry, position, fields))


def _corrected_by_lastfm(record: Record) -> Record:
    return Record(record.key, record.fields, LASTFM_CHANGES)


def _track(entry: Any) -> Fields:
    artist, album = get(entry, "artist"), get(entry, "album")
    seconds = whole(entry, "duration")
    artist_name = text(artist, "name") or text(artist, "#text")
    return {
        "record_id": text(entry, "url") or None,
        "track_name": text(entry, "name"),
        "artist_name": artist_name,
        "artists": named_fields.artists([(text(artist, "url") or None, artist_name)]) if artist_name else None,
        "album_name": text(album, "#text") or None,
        "album_art_url": _picture(entry),
        "duration_ms": seconds * 1000 if seconds else None,
        "mbid": text(entry, "mbid") or None,
    }


def _time(entry: Any) -> str | None:
    seconds = whole(get(entry, "date"), "uts")
    try:
        return None if seconds is None else times.iso(datetime.fromtimestamp(seconds, UTC))
    except (ValueError, OverflowError, OSError):
        return None


def _picture(entry: Any) -> str | None:
    """The address of the largest picture, which comes last; None for the placeholder."""
    images = get(entry, "image")
    address = text(images[-1], "#text") if isinstance(images, list) and images else None
    return address if address and NO_IMAGE not in address else None
