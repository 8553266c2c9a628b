"""
JSON to record. A resource is {"id", "type", "attributes", "relationships"}. The listener's items have ids of their own
library (`i.…`, `l.…`, `p.…`, `r.…`), and the catalogue's id where Apple has matched them.

Source  https://developer.apple.com/documentation/applemusicapi/librarysongs and its neighbours
"""

from typing import Any

from blendify.providers import named_fields
from blendify.providers.endpoint import ListPosition, ListRef, Record
from blendify.providers.json_fields import flag, get, number, text
from blendify.providers.record_keys import (
    Fields,
    keyed_record,
    null_kind,
    positioned_record,
    ranked_record,
    saved_record,
)

LARGEST_PICTURE = 640
"""Pixels. Any size may be requested: the address has placeholders for it."""
APPLE_CHANGES = frozenset(
    {"album_art_url", "artist_id", "artist_image_url", "explicit", "genres", "isrc", "track_id", "album_id", "upc"}
)
"""Fields that Apple adds to library entries and corrects at any time: catalogue ids come and go with its matching."""
_KINDS = {
    "albums": "album",
    "library-albums": "album",
    "playlists": "playlist",
    "library-playlists": "playlist",
    "stations": "station",
    "music-videos": "video",
    "library-music-videos": "video",
}
"""The `kind` of entries other than songs, by resource type."""


def play(entry: Any, position: ListPosition) -> Record:
    """
    A recently played song, by its catalogue id: that stays the same when the song is added to the library.

    Apple does not say when it was played, so the key has no time: the collector adds it.
    """
    fields = _track(entry)
    fields["record_id"] = fields.get("track_id") or fields.get("record_id")
    return keyed_record(entry, position, fields, str(fields["record_id"]))


def played_from(entry: Any, position: ListPosition) -> Record:
    """An album, a playlist or a station that songs were played from; Apple does not say when."""
    fields = _collection(entry)
    record = keyed_record(entry, position, fields, str(fields["record_id"]))
    # Songs are in the same data type and could have the same id.
    return Record(f"{position.list_id}#{record.key}", record.fields)


def rotation(entry: Any, position: ListPosition) -> Record:
    """An album, a playlist or a station in heavy rotation, with its rank. Apple lists no songs here."""
    return _corrected_by_apple(ranked_record(entry, position, _collection(entry)))


def saved_track(entry: Any, position: ListPosition) -> Record:
    """
    A song of the library; `dateAdded` is present because the request asks for it.

    Shape   {"id": "i.…", "type": "library-songs", "attributes": {"name", "artistName", "albumName", "durationInMillis",
             "playParams": {"catalogId"}, "dateAdded": "2026-03-01T18:22:07Z"}, "relationships": {"catalog": {"data"}}}
    """
    return _corrected_by_apple(
        saved_record(entry, position, _track(entry), text(get(entry, "attributes"), "dateAdded"))
    )


def saved_album(entry: Any, position: ListPosition) -> Record:
    """An album of the library, even when the library has only one of its songs."""
    attributes, catalogue = get(entry, "attributes"), _catalogue(entry)
    fields: Fields = {
        "record_id": text(entry, "id") or None,
        "album_id": _catalogue_id(entry),
        "album_name": text(attributes, "name"),
        "album_art_url": _picture(entry),
        **_artists(entry),
        "release_date": text(attributes, "releaseDate"),
        "total_tracks": number(attributes, "trackCount"),
        "genres": named_fields.genres(attributes, "genreNames") or named_fields.genres(catalogue, "genreNames"),
        "upc": named_fields.upc(text(catalogue, "upc")),
    }
    return _corrected_by_apple(saved_record(entry, position, fields, text(attributes, "dateAdded")))


def followed_artist(entry: Any, position: ListPosition) -> Record:
    """An artist of the library, the closest to following. The library has only the name, the catalogue the rest."""
    catalogue = _catalogue(entry)
    fields: Fields = {
        "record_id": text(entry, "id") or None,
        "artist_id": _catalogue_id(entry),
        "artist_name": text(get(entry, "attributes"), "name"),
        "artist_image_url": _sized(get(catalogue, "artwork")),
        "genres": named_fields.genres(catalogue, "genreNames"),
    }
    return _corrected_by_apple(keyed_record(entry, position, fields, str(fields["record_id"])))


def playlist(entry: Any, position: ListPosition) -> Record:
    """A playlist of the library. The list is alphabetical, so the position is not recorded."""
    attributes = get(entry, "attributes")
    description = get(attributes, "description")
    fields: Fields = {
        "record_id": text(entry, "id") or None,
        "playlist_id": text(entry, "id") or None,
        "playlist_name": text(attributes, "name"),
        "description": text(description, "standard") or text(description, "short") or None,
        "playlist_image_url": _picture(entry),
        "snapshot_id": text(attributes, "lastModifiedDate"),
        "public": flag(attributes, "isPublic"),
    }
    record = keyed_record(entry, position, fields, str(fields["record_id"]))
    return Record(record.key, record.fields, frozenset({"playlist_image_url"}))


def tracks_of_playlist(entry: Any) -> ListRef | None:
    """The list of the playlist's tracks. Apple mostly gives the time of its last change, and never its length."""
    playlist_id = text(entry, "id")
    if not playlist_id:
        return None
    version = text(get(entry, "attributes"), "lastModifiedDate")
    return ListRef(playlist_id, None, readable=True, version=version)


def playlist_track(entry: Any, position: ListPosition) -> Record:
    """One song or music video of a playlist. It may be there many times, so the position is the key."""
    fields = {**_track(entry), "playlist_id": position.list_id, "position": position.index}
    return _corrected_by_apple(positioned_record(position, f"{position.index:06}", fields))


def _track(entry: Any) -> Fields:
    attributes, catalogue = get(entry, "attributes"), _catalogue(entry)
    return {
        "record_id": text(entry, "id") or None,
        "track_id": _catalogue_id(entry),
        "track_name": text(attributes, "name"),
        **_artists(entry),
        "album_name": text(attributes, "albumName"),
        "album_art_url": _picture(entry),
        "duration_ms": number(attributes, "durationInMillis"),
        "isrc": named_fields.isrc(text(catalogue, "isrc") or text(attributes, "isrc")),
        "explicit": _explicit(attributes),
        **_kind(entry),
    }


def _collection(entry: Any) -> Fields:
    attributes = get(entry, "attributes")
    album = _catalogue_id(entry) if _KINDS.get(text(entry, "type") or "") == "album" else None
    return {
        "record_id": _catalogue_id(entry) or text(entry, "id") or None,
        "track_name": text(attributes, "name"),
        "artist_name": text(attributes, "curatorName"),
        **_artists(entry),
        "album_id": album,
        "album_name": text(attributes, "name") if album else None,
        "album_art_url": _picture(entry),
        **_kind(entry),
    }


def _corrected_by_apple(record: Record) -> Record:
    return Record(record.key, record.fields, APPLE_CHANGES)


def _kind(entry: Any) -> Fields:
    kind = _KINDS.get(text(entry, "type") or "")
    return null_kind(entry) or ({"kind": kind} if kind else {})


def _catalogue(entry: Any) -> Any:
    """The attributes of the catalogue's resource, which is requested with each library entry; may be missing."""
    data = get(get(get(entry, "relationships"), "catalog"), "data")
    return get(data[0], "attributes") if isinstance(data, list) and data else None


def _catalogue_id(entry: Any) -> str | None:
    """The catalogue's id; None for uploads and for entries that Apple has not matched."""
    if not (text(entry, "type") or "").startswith("library-"):
        return text(entry, "id") or None
    data = get(get(get(entry, "relationships"), "catalog"), "data")
    related = text(data[0], "id") if isinstance(data, list) and data else None
    play = get(get(entry, "attributes"), "playParams")
    return related or text(play, "catalogId") or text(play, "globalId") or None


def _artists(entry: Any) -> Fields:
    """Apple credits a track or an album to one name, which may name several artists, and gives no id with it."""
    name = text(get(entry, "attributes"), "artistName")
    return {"artist_name": name, "artists": named_fields.artists([(None, name)])} if name else {}


def _explicit(attributes: Any) -> bool | None:
    rating = text(attributes, "contentRating")
    return rating == "explicit" if rating else None


def _picture(entry: Any) -> str | None:
    return _sized(get(get(entry, "attributes"), "artwork")) or _sized(get(_catalogue(entry), "artwork"))


def _sized(artwork: Any) -> str | None:
    """
    The address of a picture, in an existing size.

    Shape   {"url": "https://…/{w}x{h}bb.jpg", "width": 1200, "height": 1200}; a library's may have no size
    """
    address = text(artwork, "url")
    if not address:
        return None
    width, height = (
        str(min(number(artwork, side) or LARGEST_PICTURE, LARGEST_PICTURE)) for side in ("width", "height")
    )
    return address.replace("{w}", width).replace("{h}", height)
