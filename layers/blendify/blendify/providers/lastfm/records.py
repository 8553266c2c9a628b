"""
JSON to record. Last.fm has no ids: a record's is its address, which is made of the artist's name and its own.

Source  https://www.last.fm/api/show/user.getRecentTracks and its neighbours
"""

from datetime import UTC, datetime
from typing import Any

from blendify.core import times
from blendify.providers.endpoint import Place, Record
from blendify.providers.json_fields import Fields, keyed, of, ranked, saved, text
from blendify.providers.lastfm.pages import whole

NO_IMAGE = "2a96cbd8b46e442fc41c2b86b821562f"
"""The star that stands in for a picture."""
OTHERS_DOING = frozenset({"album_art_url", "artist_image_url", "duration_ms", "mbid"})
"""What Last.fm and MusicBrainz add and replace at any time."""


def play(entry: Any, place: Place) -> Record:
    """
    One scrobble. It has no id of its own; of several of one track in the same second the second and third are counted.

    Shape   {"name", "url", "mbid", "artist": {"#text", "mbid"}, "album": {"#text", "mbid"}, "image": [...],
             "date": {"uts": "1763833470", "#text": …}}
    Units   `uts` is seconds since 1970, UTC: when the track began
    """
    played_at = _moment(entry)
    fields = {**_track(entry), "played_at": played_at}
    return _known(keyed(entry, place, fields, f"{played_at or ''}#{fields.get('record_id')}"))


def loved_track(entry: Any, place: Place) -> Record:
    """
    A track that the listener loves, keyed by the moment since when.

    Shape   {"name", "url", "mbid", "artist": {"name", "url", "mbid"}, "image": [...], "date": {"uts", "#text"}}
    """
    return _known(saved(entry, place, _track(entry), _moment(entry)))


def top_track(entry: Any, place: Place) -> Record:
    """
    A track with its rank and how often it was played in the period.

    Shape   {"name", "url", "mbid", "artist": {"name", "url", "mbid"}, "playcount": "12", "duration": "214",
             "@attr": {"rank": "1"}}
    """
    return _known(ranked(entry, place, {**_track(entry), "play_count": whole(entry, "playcount")}))


def top_artist(entry: Any, place: Place) -> Record:
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
    return _known(ranked(entry, place, fields))


def _known(row: Record) -> Record:
    return Record(row.key, row.fields, OTHERS_DOING)


def _track(entry: Any) -> Fields:
    artist, album = of(entry, "artist"), of(entry, "album")
    seconds = whole(entry, "duration")
    return {
        "record_id": text(entry, "url") or None,
        "track_name": text(entry, "name"),
        "artist_name": text(artist, "name") or text(artist, "#text"),
        "album_name": text(album, "#text") or None,
        "album_art_url": _picture(entry),
        "duration_ms": seconds * 1000 if seconds else None,
        "mbid": text(entry, "mbid") or None,
    }


def _moment(entry: Any) -> str | None:
    seconds = whole(of(entry, "date"), "uts")
    try:
        return None if seconds is None else times.iso(datetime.fromtimestamp(seconds, UTC))
    except (ValueError, OverflowError, OSError):
        return None


def _picture(entry: Any) -> str | None:
    """The largest picture, which comes last; None for the star that stands in for one."""
    images = of(entry, "image")
    address = text(images[-1], "#text") if isinstance(images, list) and images else None
    return address if address and NO_IMAGE not in address else None
