"""
JSON to record. A resource is {"id", "type", "attributes", "relationships"}; what the listener has is told by ids of
their own library (`i.…`, `l.…`, `p.…`, `r.…`), and by the catalogue's where they are known.

Source  https://developer.apple.com/documentation/applemusicapi/librarysongs and its neighbours
"""

from typing import Any

from blendify.providers.endpoint import ListRef, Place, Record
from blendify.providers.json_fields import Fields, flag, keyed, kind, number, of, placed, ranked, saved, text

LARGEST_PICTURE = 640
"""Pixels. Any size may be asked for: the address has a place for it."""
OTHERS_DOING = frozenset(
    {"album_art_url", "artist_id", "artist_image_url", "explicit", "genres", "isrc", "track_id", "album_id", "upc"}
)
"""What Apple adds to a library's entry and corrects at any time: catalogue ids come and go as entries are matched."""
_KINDS = {
    "albums": "album",
    "library-albums": "album",
    "playlists": "playlist",
    "library-playlists": "playlist",
    "stations": "station",
    "music-videos": "video",
    "library-music-videos": "video",
}
"""What an entry is where it is no plain song."""


def play(entry: Any, place: Place) -> Record:
    """
    One of the songs that were played last, by its catalogue id: a song is the same before and after it is added.

    When it was played is not told, so the moment is not in the key: the reader of the list adds it.
    """
    fields = _track(entry)
    fields["record_id"] = fields.get("track_id") or fields.get("record_id")
    return keyed(entry, place, fields, str(fields["record_id"]))


def played_from(entry: Any, place: Place) -> Record:
    """An album, a playlist or a station that songs were played from; when is not told, as of songs."""
    fields = _collection(entry)
    row = keyed(entry, place, fields, str(fields["record_id"]))
    # Songs are in the same data type, and nothing keeps their ids apart.
    return Record(f"{place.list_id}#{row.key}", row.fields)


def rotation(entry: Any, place: Place) -> Record:
    """An album, a playlist or a station that is played much, with its rank. Apple tells of no songs here."""
    return _known(ranked(entry, place, _collection(entry)))


def saved_track(entry: Any, place: Place) -> Record:
    """
    A song of the library; `dateAdded` is there because it is asked for.

    Shape   {"id": "i.…", "type": "library-songs", "attributes": {"name", "artistName", "albumName", "durationInMillis",
             "playParams": {"catalogId"}, "dateAdded": "2026-03-01T18:22:07Z"}, "relationships": {"catalog": {"data"}}}
    """
    return _known(saved(entry, place, _track(entry), text(of(entry, "attributes"), "dateAdded")))


def saved_album(entry: Any, place: Place) -> Record:
    """An album of the library, also one of which it holds a single song."""
    attributes, catalogue = of(entry, "attributes"), _catalogue(entry)
    fields: Fields = {
        "record_id": text(entry, "id") or None,
        "album_id": _catalogue_id(entry),
        "album_name": text(attributes, "name"),
        "album_art_url": _picture(entry),
        "artist_name": text(attributes, "artistName"),
        "release_date": text(attributes, "releaseDate"),
        "total_tracks": number(attributes, "trackCount"),
        "upc": text(catalogue, "upc"),
    }
    return _known(saved(entry, place, fields, text(attributes, "dateAdded")))


def followed_artist(entry: Any, place: Place) -> Record:
    """An artist of the library, the nearest to one that is followed; the library itself tells but the name."""
    catalogue = _catalogue(entry)
    told = of(catalogue, "genreNames")
    genres = told if isinstance(told, list) else []
    fields: Fields = {
        "record_id": text(entry, "id") or None,
        "artist_id": _catalogue_id(entry),
        "artist_name": text(of(entry, "attributes"), "name"),
        "artist_image_url": _sized(of(catalogue, "artwork")),
        "genres": ", ".join(one for one in genres if isinstance(one, str)) or None,
    }
    return _known(keyed(entry, place, fields, str(fields["record_id"])))


def playlist(entry: Any, place: Place) -> Record:
    """A playlist of the library. Its place in the list is alphabetical, and not recorded."""
    attributes = of(entry, "attributes")
    fields: Fields = {
        "record_id": text(entry, "id") or None,
        "playlist_id": text(entry, "id") or None,
        "playlist_name": text(attributes, "name"),
        "playlist_image_url": _picture(entry),
        "snapshot_id": text(attributes, "lastModifiedDate"),
        "public": flag(attributes, "isPublic"),
    }
    row = keyed(entry, place, fields, str(fields["record_id"]))
    return Record(row.key, row.fields, frozenset({"playlist_image_url"}))


def playlist_contents(entry: Any) -> ListRef | None:
    """The list tells when a playlist was last changed, mostly, and not how long it is."""
    playlist_id = text(entry, "id")
    if not playlist_id:
        return None
    version = text(of(entry, "attributes"), "lastModifiedDate")
    return ListRef(playlist_id, None, readable=True, version=version)


def playlist_track(entry: Any, place: Place) -> Record:
    """One song or music video of a playlist; one may stand there many times, so the position is the key."""
    fields = {**_track(entry), "playlist_id": place.list_id, "position": place.position}
    return _known(placed(place, f"{place.position:06}", fields))


def _track(entry: Any) -> Fields:
    attributes, catalogue = of(entry, "attributes"), _catalogue(entry)
    return {
        "record_id": text(entry, "id") or None,
        "track_id": _catalogue_id(entry),
        "track_name": text(attributes, "name"),
        "artist_name": text(attributes, "artistName"),
        "album_name": text(attributes, "albumName"),
        "album_art_url": _picture(entry),
        "duration_ms": number(attributes, "durationInMillis"),
        "isrc": text(catalogue, "isrc") or text(attributes, "isrc"),
        "explicit": _explicit(attributes),
        **_kind(entry),
    }


def _collection(entry: Any) -> Fields:
    attributes = of(entry, "attributes")
    album = _catalogue_id(entry) if _KINDS.get(text(entry, "type") or "") == "album" else None
    return {
        "record_id": _catalogue_id(entry) or text(entry, "id") or None,
        "track_name": text(attributes, "name"),
        "artist_name": text(attributes, "artistName") or text(attributes, "curatorName"),
        "album_id": album,
        "album_name": text(attributes, "name") if album else None,
        "album_art_url": _picture(entry),
        **_kind(entry),
    }


def _known(row: Record) -> Record:
    return Record(row.key, row.fields, OTHERS_DOING)


def _kind(entry: Any) -> Fields:
    known = _KINDS.get(text(entry, "type") or "")
    return kind(entry) or ({"kind": known} if known else {})


def _catalogue(entry: Any) -> Any:
    """The attributes of the catalogue's own resource, which is asked for with each library entry; may be missing."""
    data = of(of(of(entry, "relationships"), "catalog"), "data")
    return of(data[0], "attributes") if isinstance(data, list) and data else None


def _catalogue_id(entry: Any) -> str | None:
    """The catalogue's id; None for uploads, and what Apple has not matched."""
    if not (text(entry, "type") or "").startswith("library-"):
        return text(entry, "id") or None
    data = of(of(of(entry, "relationships"), "catalog"), "data")
    related = text(data[0], "id") if isinstance(data, list) and data else None
    play = of(of(entry, "attributes"), "playParams")
    return related or text(play, "catalogId") or text(play, "globalId") or None


def _explicit(attributes: Any) -> bool | None:
    rating = text(attributes, "contentRating")
    return rating == "explicit" if rating else None


def _picture(entry: Any) -> str | None:
    return _sized(of(of(entry, "attributes"), "artwork")) or _sized(of(_catalogue(entry), "artwork"))


def _sized(artwork: Any) -> str | None:
    """
    The address of a picture, in a size that exists.

    Shape   {"url": "https://…/{w}x{h}bb.jpg", "width": 1200, "height": 1200}; a library's may be of unknown size
    """
    address = text(artwork, "url")
    if not address:
        return None
    width, height = (
        str(min(number(artwork, side) or LARGEST_PICTURE, LARGEST_PICTURE)) for side in ("width", "height")
    )
    return address.replace("{w}", width).replace("{h}", height)
