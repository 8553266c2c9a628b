"""
JSON to record. Every key may be missing and every value null: what is not there becomes no field; `raw` has it whole.

Source  https://developer.spotify.com/documentation/web-api/reference
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from blendify.providers.endpoint import ListRef, Place, Record
from blendify.providers.json_fields import Fields, flag, keyed, number, of, placed, ranked, saved, text


def top_track(entry: Any, place: Place) -> Record:
    """A track with its rank; Spotify gives neither play counts nor dates, so the rank is the datum."""
    return ranked(entry, place, _track(entry))


def top_artist(entry: Any, place: Place) -> Record:
    """An artist with its rank."""
    return ranked(entry, place, _artist(entry))


def play(entry: Any, place: Place) -> Record:
    """
    One play; the same track may be played many times, so the moment belongs to the key.

    Shape   {"track": {...}, "played_at": "2026-11-22T17:44:30.123Z", "context": {"type", "uri", ...} | null}
    """
    played_at = text(entry, "played_at")
    fields = _track(of(entry, "track")) | {
        "played_at": played_at,
        "context_uri": text(of(entry, "context"), "uri"),
    }
    return keyed(entry, place, fields, f"{played_at}#{fields.get('record_id')}")


def playlist(entry: Any, place: Place) -> Record:
    """A playlist of the listener's list, owned or followed, without its contents."""
    owner, contents = of(entry, "owner"), _contents(entry)
    fields: Fields = {
        "record_id": text(entry, "id") or text(entry, "uri"),
        "playlist_id": text(entry, "id"),
        "playlist_name": text(entry, "name"),
        "playlist_image_url": _picture(entry),
        "owner_id": text(owner, "id"),
        "owner_name": text(owner, "display_name"),
        "snapshot_id": text(entry, "snapshot_id"),
        "collaborative": flag(entry, "collaborative"),
        "public": flag(entry, "public"),
        "total_tracks": number(contents, "total"),
        "position": place.position,
    }
    row = keyed(entry, place, fields, str(fields["record_id"]))
    return row if _versioned(entry) else replace(row, uncompared=frozenset({"snapshot_id"}))


def _versioned(entry: Any) -> bool:
    """Spotify's own playlists change without a new snapshot_id, and get new ones without a change."""
    return text(of(entry, "owner"), "id") != "spotify"


def playlist_contents(entry: Any) -> ListRef | None:
    """
    What the list entry tells of the playlist's tracks: `items` for new applications, `tracks` for old, both in between.

    New applications get neither for playlists that the listener neither owns nor shares: those cannot be read.
    """
    playlist_id = text(entry, "id")
    if not playlist_id:
        return None
    contents = _contents(entry)
    version = text(entry, "snapshot_id") if _versioned(entry) else None
    return ListRef(playlist_id, number(contents, "total"), readable=contents is not None, version=version)


def playlist_track(entry: Any, place: Place) -> Record:
    """
    One entry of a playlist; the order is meaning and one track may stand there many times, so the position is the key.

    Shape   {"added_at", "added_by": {"id"} | null, "is_local", "item" or "track": track | episode | null}
    """
    item = of(entry, "item")
    fields = _track(item if item is not None else of(entry, "track"))
    if fields.get("kind") is None and flag(entry, "is_local"):
        fields["kind"] = "local"
    fields |= {
        "playlist_id": place.list_id,
        "position": place.position,
        "added_at": text(entry, "added_at"),
        "added_by": text(of(entry, "added_by"), "id") or None,
    }
    return placed(place, f"{place.position:06}", fields)


def saved_track(entry: Any, place: Place) -> Record:
    """
    A liked track, keyed by the moment the listener saved it.

    Shape   {"added_at": "2026-03-01T18:22:07Z", "track": {...}}; UTC, to the second
    """
    return saved(entry, place, _track(of(entry, "track")), text(entry, "added_at"))


def saved_album(entry: Any, place: Place) -> Record:
    """
    A saved album with the first 50 of its tracks inside `raw`.

    Shape   {"added_at": "2026-03-01T18:22:07Z", "album": {...}}
    """
    album = of(entry, "album")
    fields: Fields = {
        "record_id": text(album, "id") or text(album, "uri"),
        **_album(album),
        **_first_artist(album),
        "album_type": text(album, "album_type"),
        "release_date": text(album, "release_date"),
        "total_tracks": number(album, "total_tracks") or number(of(album, "tracks"), "total"),
        "upc": text(of(album, "external_ids"), "upc"),
    }
    return saved(entry, place, fields, text(entry, "added_at"))


def followed_artist(entry: Any, place: Place) -> Record:
    """An artist that the listener follows; Spotify tells neither when nor in which order."""
    fields = _artist(entry)
    return keyed(entry, place, fields, str(fields.get("record_id")))


def _track(item: Any) -> Fields:
    """A track, an episode, a local file (without id: its uri stands in) or null."""
    if not isinstance(item, Mapping):
        return {"kind": "null"}
    album, episode = of(item, "album"), text(item, "type") == "episode"
    return {
        "kind": "episode" if episode else "local" if flag(item, "is_local") else None,
        "record_id": text(item, "id") or text(item, "uri"),
        "track_id": text(item, "id"),
        "track_name": text(item, "name"),
        **_first_artist(item),
        **_album(album if album is not None else of(item, "show")),
        "duration_ms": number(item, "duration_ms"),
        "isrc": text(of(item, "external_ids"), "isrc"),
        "explicit": flag(item, "explicit"),
        "popularity": number(item, "popularity"),
    }


def _artist(item: Any) -> Fields:
    genres = of(item, "genres")
    return {
        "record_id": text(item, "id") or text(item, "uri"),
        "artist_id": text(item, "id"),
        "artist_name": text(item, "name"),
        "artist_image_url": _picture(item),
        "genres": ", ".join(str(genre) for genre in genres) if isinstance(genres, list) and genres else None,
        "popularity": number(item, "popularity"),
    }


def _album(album: Any) -> Fields:
    return {
        "album_id": text(album, "id"),
        "album_name": text(album, "name"),
        "album_art_url": _picture(album),
    }


def _first_artist(item: Any) -> Fields:
    """The id of the first artist and the names of all, as they stand on a cover."""
    artists = of(item, "artists")
    named = [artist for artist in artists if isinstance(artist, Mapping)] if isinstance(artists, list) else []
    if not named:
        return {}
    names = ", ".join(str(artist.get("name") or "") for artist in named)
    return {"artist_id": text(named[0], "id"), "artist_name": names}


def _contents(entry: Any) -> Any:
    items = of(entry, "items")
    return items if items is not None else of(entry, "tracks")


def _picture(item: Any) -> str | None:
    """The address of the first, largest picture; `images` may be null or empty."""
    images = of(item, "images")
    return text(images[0], "url") if isinstance(images, list) and images else None
