"""
JSON to record. A resource is {"id", "type", "attributes", "relationships"}. The listener's items have ids of their own
library (`i.…`, `l.…`, `p.…`, `r.…`), and the catalogue's id where Apple has matched them.

Source  https://developer.apple.com/documentation/applemusicapi/librarysongs and its neighbours
"""

import re
from typing import Any

from blendify.providers import named_fields
from blendify.providers.endpoint import ListPosition, ListRef, Record
from blendify.providers.json_fields import count, first, flag, get, identifier, moment, number, text
from blendify.providers.record_keys import Fields, keyed_record, null_kind, positioned_record, ranked_record

# What is compared. A song, an album, an artist in the library, a rank, a play: that they are there, when, and in which
# place. Catalogue ids, ISRC, pictures and names come and go with Apple's matching, and are corrected at any time. A
# playlist has an owner who names and describes it, so `playlist` compares what owners do.

LARGEST_PICTURE = 640
"""Pixels. Any size may be requested: the address has placeholders for it."""
_PLACEHOLDERS = {"c": "bb", "f": "jpg"}
"""How a picture is cut and encoded, where an address leaves it open; other placeholders are left out."""
_LIBRARY_ID = re.compile(r"[a-z]\.")
_SONGS = ("songs", "library-songs")
_KINDS = {
    "albums": "album",
    "playlists": "playlist",
    "stations": "station",
    "music-videos": "video",
}
"""The `kind` of entries other than songs, by resource type without `library-`. A type that is not here is its kind."""


def play(entry: Any, position: ListPosition) -> Record:
    """
    A recently played song, by its catalogue id: that stays the same when the song is added to the library.

    Apple does not say when it was played, so the key has no time: the collector adds it.
    """
    fields = _track(entry)
    fields["record_id"] = fields.get("track_id") or fields.get("record_id")
    return keyed_record(entry, position, fields)


def played_from(entry: Any, position: ListPosition) -> Record:
    """An album, a playlist or a station that songs were played from; Apple does not say when."""
    record = keyed_record(entry, position, _collection(entry))
    # Songs are in the same data type and could have the same id.
    return Record(f"{position.list_id}#{record.key}", record.fields)


def rotation(entry: Any, position: ListPosition) -> Record:
    """An album, a playlist or a station in heavy rotation, with its rank. Apple lists no songs here."""
    return ranked_record(entry, position, _collection(entry))


def saved_track(entry: Any, position: ListPosition) -> Record:
    """
    A song of the library; `dateAdded` is present because the request asks for it.

    Shape   {"id": "i.…", "type": "library-songs", "attributes": {"name", "artistName", "albumName", "durationInMillis",
             "playParams": {"catalogId"}, "dateAdded": "2026-03-01T18:22:07Z"}, "relationships": {"catalog": {"data"}}}
    """
    return keyed_record(entry, position, {**_track(entry), "added_at": _added_at(entry)})


def saved_album(entry: Any, position: ListPosition) -> Record:
    """An album of the library, even when the library has only one of its songs."""
    attributes, catalogue = get(entry, "attributes"), _catalogue(entry)
    fields: Fields = {
        "record_id": identifier(entry, "id"),
        "album_id": _catalogue_id(entry),
        "album_name": text(attributes, "name"),
        "album_art_url": _picture(entry),
        **_artists(entry),
        "release_date": identifier(attributes, "releaseDate"),
        "total_tracks": count(attributes, "trackCount"),
        "genres": named_fields.genres(attributes, "genreNames") or named_fields.genres(catalogue, "genreNames"),
        "upc": named_fields.upc(text(catalogue, "upc")),
        "added_at": _added_at(entry),
    }
    return keyed_record(entry, position, fields)


def followed_artist(entry: Any, position: ListPosition) -> Record:
    """An artist of the library, the closest to following. The library has only the name, the catalogue the rest."""
    catalogue = _catalogue(entry)
    fields: Fields = {
        "record_id": identifier(entry, "id"),
        "artist_id": _catalogue_id(entry),
        "artist_name": text(get(entry, "attributes"), "name"),
        "artist_image_url": _sized(get(catalogue, "artwork")),
        "genres": named_fields.genres(catalogue, "genreNames"),
    }
    return keyed_record(entry, position, fields)


def playlist(entry: Any, position: ListPosition) -> Record:
    """A playlist of the library. The list is alphabetical, so the position is not recorded."""
    attributes = get(entry, "attributes")
    description = get(attributes, "description")
    fields: Fields = {
        "record_id": identifier(entry, "id"),
        "playlist_id": identifier(entry, "id"),
        "playlist_name": text(attributes, "name"),
        "description": identifier(description, "standard") or identifier(description, "short"),
        "playlist_image_url": _picture(entry),
        "snapshot_id": identifier(attributes, "lastModifiedDate"),
        "public": flag(attributes, "isPublic"),
    }
    compared = fields["playlist_name"], fields["description"] or "", fields["snapshot_id"], fields["public"]
    return keyed_record(entry, position, fields, compared)


def tracks_of_playlist(entry: Any) -> ListRef | None:
    """The list of the playlist's tracks. Apple mostly gives the time of its last change, and never its length."""
    playlist_id = identifier(entry, "id")
    if not playlist_id:
        return None
    version = identifier(get(entry, "attributes"), "lastModifiedDate")
    return ListRef(playlist_id, None, readable=True, version=version)


def playlist_track(entry: Any, position: ListPosition) -> Record:
    """One song or music video of a playlist. It may be there many times, so the position is the key."""
    fields = {**_track(entry), "playlist_id": position.list_id, "position": position.index}
    return positioned_record(position, f"{position.index:06}", fields)


def release_date(entry: Any) -> str | None:
    """The release date of a song: the library's own, else the catalogue's."""
    return identifier(get(entry, "attributes"), "releaseDate") or identifier(_catalogue(entry), "releaseDate")


def _track(entry: Any) -> Fields:
    attributes, catalogue = get(entry, "attributes"), _catalogue(entry)
    return {
        "record_id": identifier(entry, "id"),
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
    kind = _kind(entry)
    album = _catalogue_id(entry) if kind.get("kind") == "album" else None
    return {
        "record_id": _catalogue_id(entry) or identifier(entry, "id"),
        "track_name": text(attributes, "name"),
        "artist_name": text(attributes, "curatorName"),
        **_artists(entry),
        "album_id": album,
        "album_name": text(attributes, "name") if album else None,
        "album_art_url": _picture(entry),
        **kind,
    }


def _added_at(entry: Any) -> str | None:
    return moment(get(entry, "attributes"), "dateAdded")


def _kind(entry: Any) -> Fields:
    resource = text(entry, "type") or ""
    if resource in _SONGS or not resource:
        return null_kind(entry)
    plain = resource.removeprefix("library-")
    return {"kind": _KINDS.get(plain, plain)}


def _related(entry: Any) -> Any:
    """The catalogue's resource, which is requested with each library entry; may be missing."""
    return first(get(get(entry, "relationships"), "catalog"), "data")


def _catalogue(entry: Any) -> Any:
    """The attributes of the catalogue's resource."""
    return get(_related(entry), "attributes")


def _catalogue_id(entry: Any) -> str | None:
    """The catalogue's id; None for uploads and for entries that Apple has not matched."""
    own = identifier(entry, "id")
    if not (text(entry, "type") or "").startswith("library-") and not _LIBRARY_ID.match(own or ""):
        return own
    play = get(get(entry, "attributes"), "playParams")
    return identifier(_related(entry), "id") or identifier(play, "catalogId") or identifier(play, "globalId")


def _artists(entry: Any) -> Fields:
    """Apple credits a track or an album to one name, which may name several artists, and gives no id with it."""
    name = identifier(get(entry, "attributes"), "artistName")
    return {"artist_name": name, "artists": named_fields.artists([(None, name)])} if name else {}


def _explicit(attributes: Any) -> bool | None:
    rating = text(attributes, "contentRating")
    return rating == "explicit" if rating else None


def _picture(entry: Any) -> str | None:
    return _sized(get(get(entry, "attributes"), "artwork")) or _sized(get(_catalogue(entry), "artwork"))


def _sized(artwork: Any) -> str | None:
    """
    The address of a picture, in an existing size.

    Shape   {"url": "https://…/{w}x{h}bb.jpg", "width": 1200, "height": 1200}; a library's may have no size, and its
            address may end in `{w}x{h}{c}.{f}`
    """
    address = text(artwork, "url")
    if not address:
        return None
    values = dict(_PLACEHOLDERS)
    for letter, side in (("w", "width"), ("h", "height")):
        values[letter] = str(min(count(artwork, side) or LARGEST_PICTURE, LARGEST_PICTURE))
    return re.sub(r"\{(\w+)\}", lambda placeholder: values.get(placeholder[1], ""), address)
