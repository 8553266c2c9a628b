"""
JSON to record. Every key may be missing and every value null: what is not there becomes no field; `raw` has it whole.

Source  https://developer.spotify.com/documentation/web-api/reference
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from blendify.providers.table import Contents, Place, Row

Fields = dict[str, Any]


def top_track(entry: Any, place: Place) -> Row:
    """A track with its rank; Spotify gives neither play counts nor dates, so the rank is the datum."""
    return _ranked(entry, place, _track(entry))


def top_artist(entry: Any, place: Place) -> Row:
    """An artist with its rank."""
    return _ranked(entry, place, _artist(entry))


def play(entry: Any, place: Place) -> Row:
    """
    One play; the same track may be played many times, so the moment belongs to the key.

    Shape   {"track": {...}, "played_at": "2026-11-22T17:44:30.123Z", "context": {"type", "uri", ...} | null}
    """
    played_at = _text(entry, "played_at")
    fields = _track(_of(entry, "track")) | {
        "played_at": played_at,
        "context_uri": _text(_of(entry, "context"), "uri"),
    }
    return _keyed(entry, place, fields, f"{played_at}#{fields.get('record_id')}")


def playlist(entry: Any, place: Place) -> Row:
    """A playlist of the listener's list, owned or followed, without its contents."""
    owner, contents = _of(entry, "owner"), _contents(entry)
    fields: Fields = {
        "record_id": _text(entry, "id") or _text(entry, "uri"),
        "playlist_id": _text(entry, "id"),
        "playlist_name": _text(entry, "name"),
        "playlist_image_url": _picture(entry),
        "owner_id": _text(owner, "id"),
        "owner_name": _text(owner, "display_name"),
        "snapshot_id": _text(entry, "snapshot_id"),
        "collaborative": _flag(entry, "collaborative"),
        "public": _flag(entry, "public"),
        "total_tracks": _number(contents, "total"),
        "position": place.position,
    }
    row = _keyed(entry, place, fields, str(fields["record_id"]))
    return row if _versioned(entry) else replace(row, uncompared=frozenset({"snapshot_id"}))


def _versioned(entry: Any) -> bool:
    """Spotify's own playlists change without a new snapshot_id, and get new ones without a change."""
    return _text(_of(entry, "owner"), "id") != "spotify"


def playlist_contents(entry: Any) -> Contents | None:
    """
    What the list entry tells of the playlist's tracks: `items` for new applications, `tracks` for old, both in between.

    New applications get neither for playlists that the listener neither owns nor shares: those cannot be read.
    """
    playlist_id = _text(entry, "id")
    if not playlist_id:
        return None
    contents = _contents(entry)
    version = _text(entry, "snapshot_id") if _versioned(entry) else None
    return Contents(playlist_id, _number(contents, "total"), readable=contents is not None, version=version)


def playlist_track(entry: Any, place: Place) -> Row:
    """
    One entry of a playlist; the order is meaning and one track may stand there many times, so the position is the key.

    Shape   {"added_at", "added_by": {"id"} | null, "is_local", "item" or "track": track | episode | null}
    """
    item = _of(entry, "item")
    fields = _track(item if item is not None else _of(entry, "track"))
    if fields.get("kind") is None and _flag(entry, "is_local"):
        fields["kind"] = "local"
    fields |= {
        "playlist_id": place.list_id,
        "position": place.position,
        "added_at": _text(entry, "added_at"),
        "added_by": _text(_of(entry, "added_by"), "id") or None,
    }
    return _placed(place, f"{place.position:06}", fields)


def saved_track(entry: Any, place: Place) -> Row:
    """
    A liked track, keyed by the moment the listener saved it.

    Shape   {"added_at": "2026-03-01T18:22:07Z", "track": {...}}; UTC, to the second
    """
    return _saved(entry, place, _track(_of(entry, "track")))


def saved_album(entry: Any, place: Place) -> Row:
    """
    A saved album with the first 50 of its tracks inside `raw`.

    Shape   {"added_at": "2026-03-01T18:22:07Z", "album": {...}}
    """
    album = _of(entry, "album")
    fields: Fields = {
        "record_id": _text(album, "id") or _text(album, "uri"),
        **_album(album),
        **_first_artist(album),
        "album_type": _text(album, "album_type"),
        "release_date": _text(album, "release_date"),
        "total_tracks": _number(album, "total_tracks") or _number(_of(album, "tracks"), "total"),
        "upc": _text(_of(album, "external_ids"), "upc"),
    }
    return _saved(entry, place, fields)


def followed_artist(entry: Any, place: Place) -> Row:
    """An artist that the listener follows; Spotify tells neither when nor in which order."""
    fields = _artist(entry)
    return _keyed(entry, place, fields, str(fields.get("record_id")))


def _ranked(entry: Any, place: Place, fields: Fields) -> Row:
    rank = place.position + 1
    return _placed(place, f"{rank:04}", {**_kind(entry), **fields, "time_range": place.list_id, "rank": rank})


def _placed(place: Place, number: str, fields: Fields) -> Row:
    """
    An entry whose place is what counts. The record's id is in the key as well: a page that was stored in part and
    looks different when it is read again loses nothing.
    """
    again = {"reading": place.reading} if place.reading > 1 else {}
    part = f"#reading{place.reading}" if again else ""
    return Row(f"{place.list_id}{part}#{number}#{fields.get('record_id') or 'null'}", {**fields, **again})


def _saved(entry: Any, place: Place, fields: Fields) -> Row:
    added_at = _text(entry, "added_at")
    return _keyed(entry, place, {**fields, "added_at": added_at}, f"{added_at or ''}#{fields.get('record_id')}")


def _keyed(entry: Any, place: Place, fields: Fields, key: str) -> Row:
    """A null entry has no id: it is stored by its position, as Spotify counts it in `total`."""
    if not fields.get("record_id"):
        return Row(f"null#{place.position:06}", {**fields, **_kind(entry), "position": place.position})
    return Row(key, fields)


def _kind(entry: Any) -> Fields:
    return {} if isinstance(entry, Mapping) else {"kind": "null"}


def _track(item: Any) -> Fields:
    """A track, an episode, a local file (without id: its uri stands in) or null."""
    if not isinstance(item, Mapping):
        return {"kind": "null"}
    album, episode = _of(item, "album"), _text(item, "type") == "episode"
    return {
        "kind": "episode" if episode else "local" if _flag(item, "is_local") else None,
        "record_id": _text(item, "id") or _text(item, "uri"),
        "track_id": _text(item, "id"),
        "track_name": _text(item, "name"),
        **_first_artist(item),
        **_album(album if album is not None else _of(item, "show")),
        "duration_ms": _number(item, "duration_ms"),
        "isrc": _text(_of(item, "external_ids"), "isrc"),
        "explicit": _flag(item, "explicit"),
        "popularity": _number(item, "popularity"),
    }


def _artist(item: Any) -> Fields:
    genres = _of(item, "genres")
    return {
        "record_id": _text(item, "id") or _text(item, "uri"),
        "artist_id": _text(item, "id"),
        "artist_name": _text(item, "name"),
        "artist_image_url": _picture(item),
        "genres": ", ".join(str(genre) for genre in genres) if isinstance(genres, list) and genres else None,
        "popularity": _number(item, "popularity"),
    }


def _album(album: Any) -> Fields:
    return {
        "album_id": _text(album, "id"),
        "album_name": _text(album, "name"),
        "album_art_url": _picture(album),
    }


def _first_artist(item: Any) -> Fields:
    """The id of the first artist and the names of all, as they stand on a cover."""
    artists = _of(item, "artists")
    named = [artist for artist in artists if isinstance(artist, Mapping)] if isinstance(artists, list) else []
    if not named:
        return {}
    names = ", ".join(str(artist.get("name") or "") for artist in named)
    return {"artist_id": _text(named[0], "id"), "artist_name": names}


def _contents(entry: Any) -> Any:
    items = _of(entry, "items")
    return items if items is not None else _of(entry, "tracks")


def _picture(item: Any) -> str | None:
    """The address of the first, largest picture; `images` may be null or empty."""
    images = _of(item, "images")
    return _text(images[0], "url") if isinstance(images, list) and images else None


def _of(item: Any, key: str) -> Any:
    return item.get(key) if isinstance(item, Mapping) else None


def _text(item: Any, key: str) -> str | None:
    value = _of(item, key)
    return value if isinstance(value, str) else None


def _number(item: Any, key: str) -> int | None:
    value = _of(item, key)
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _flag(item: Any, key: str) -> bool | None:
    value = _of(item, key)
    return value if isinstance(value, bool) else None
