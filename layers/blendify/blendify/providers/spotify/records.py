"""
JSON to record. Any key may be missing and any value null: such a field is null in the record; `raw` has everything.

Source  https://developer.spotify.com/documentation/web-api/reference
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from blendify.providers import named_fields
from blendify.providers.endpoint import ListPosition, ListRef, Record
from blendify.providers.json_fields import flag, get, number, text
from blendify.providers.record_keys import Fields, keyed_record, positioned_record, ranked_record, saved_record

SPOTIFY_CHANGES = frozenset({"album_art_url", "artist_image_url", "genres", "playlist_image_url"})
"""Fields that Spotify replaces at any time: genres of artists, addresses of pictures, mosaics of playlists."""
EDITORIAL_CHANGES = frozenset({"description", "snapshot_id"})
"""Fields of Spotify's own playlists that change daily: "With Ana, Ben, Cleo and more"."""


def top_track(entry: Any, position: ListPosition) -> Record:
    """A track with its rank; Spotify gives neither play counts nor dates, so the rank is all there is."""
    return _changed_by_spotify(ranked_record(entry, position, _track(entry)))


def top_artist(entry: Any, position: ListPosition) -> Record:
    """An artist with its rank."""
    return _changed_by_spotify(ranked_record(entry, position, _artist(entry)))


def play(entry: Any, position: ListPosition) -> Record:
    """
    One play. A track may be played many times, so the time is part of the key.

    Shape   {"track": {...}, "played_at": "2026-11-22T17:44:30.123Z", "context": {"type", "uri", ...} | null}
    """
    played_at = text(entry, "played_at")
    fields = _track(get(entry, "track")) | {
        "played_at": played_at,
        "context_uri": text(get(entry, "context"), "uri"),
    }
    return keyed_record(entry, position, fields, f"{played_at}#{fields.get('record_id')}")


def playlist(entry: Any, position: ListPosition) -> Record:
    """A playlist that the listener owns or follows, without its tracks."""
    owner, tracks = get(entry, "owner"), _tracks(entry)
    fields: Fields = {
        "record_id": text(entry, "id") or text(entry, "uri"),
        "playlist_id": text(entry, "id"),
        "playlist_name": text(entry, "name"),
        "description": text(entry, "description") or None,
        "playlist_image_url": _picture(entry),
        "owner_id": text(owner, "id"),
        "owner_name": text(owner, "display_name"),
        "snapshot_id": text(entry, "snapshot_id"),
        "collaborative": flag(entry, "collaborative"),
        "public": flag(entry, "public"),
        "total_tracks": number(tracks, "total"),
        "follower_count": _followers(entry),
        "position": position.index,
    }
    record = keyed_record(entry, position, fields, str(fields["record_id"]))
    return _changed_by_spotify(record, () if _versioned(entry) else EDITORIAL_CHANGES)


def _versioned(entry: Any) -> bool:
    """False for Spotify's own playlists: they change without a new snapshot_id, and get a new one without a change."""
    return text(get(entry, "owner"), "id") != "spotify"


def tracks_of_playlist(entry: Any) -> ListRef | None:
    """
    The list of the playlist's tracks: `items` for new applications, `tracks` for old ones, both for some.

    New applications get neither for a playlist that the listener neither owns nor collaborates on: it cannot be read.
    """
    playlist_id = text(entry, "id")
    if not playlist_id:
        return None
    tracks = _tracks(entry)
    version = text(entry, "snapshot_id") if _versioned(entry) else None
    return ListRef(playlist_id, number(tracks, "total"), readable=tracks is not None, version=version)


def playlist_track(entry: Any, position: ListPosition) -> Record:
    """
    One entry of a playlist. The order matters and a track may be there many times, so the position is the key.

    Shape   {"added_at", "added_by": {"id"} | null, "is_local", "item" or "track": track | episode | null}
    """
    item = get(entry, "item")
    fields = _track(item if item is not None else get(entry, "track"))
    if fields.get("kind") is None and flag(entry, "is_local"):
        fields["kind"] = "local"
    fields |= {
        "playlist_id": position.list_id,
        "position": position.index,
        "added_at": text(entry, "added_at"),
        "added_by": text(get(entry, "added_by"), "id") or None,
    }
    return _changed_by_spotify(positioned_record(position, f"{position.index:06}", fields))


def saved_track(entry: Any, position: ListPosition) -> Record:
    """
    A liked track, keyed by the time when the listener saved it.

    Shape   {"added_at": "2026-03-01T18:22:07Z", "track": {...}}; UTC, to the second
    """
    record = saved_record(entry, position, _track(get(entry, "track")), text(entry, "added_at"))
    return _changed_by_spotify(record)


def saved_album(entry: Any, position: ListPosition) -> Record:
    """
    A saved album; `raw` has the first 50 of its tracks.

    Shape   {"added_at": "2026-03-01T18:22:07Z", "album": {...}}
    """
    album = get(entry, "album")
    fields: Fields = {
        "record_id": text(album, "id") or text(album, "uri"),
        **_album(album),
        **_artists(album),
        "album_type": text(album, "album_type"),
        "release_date": text(album, "release_date"),
        "total_tracks": number(album, "total_tracks") or number(get(album, "tracks"), "total"),
        "genres": named_fields.genres(album, "genres"),
        "upc": named_fields.upc(text(get(album, "external_ids"), "upc")),
    }
    return _changed_by_spotify(saved_record(entry, position, fields, text(entry, "added_at")))


def followed_artist(entry: Any, position: ListPosition) -> Record:
    """An artist that the listener follows; Spotify gives neither the time nor an order."""
    fields = _artist(entry)
    return _changed_by_spotify(keyed_record(entry, position, fields, str(fields.get("record_id"))))


def _changed_by_spotify(record: Record, further: Iterable[str] = ()) -> Record:
    return replace(record, uncompared=SPOTIFY_CHANGES.union(further))


def _track(item: Any) -> Fields:
    """A track, an episode, a local file (it has no id, so its uri is the record id) or null."""
    if not isinstance(item, Mapping):
        return {"kind": "null"}
    album, episode = get(item, "album"), text(item, "type") == "episode"
    return {
        "kind": "episode" if episode else "local" if flag(item, "is_local") else None,
        "record_id": text(item, "id") or text(item, "uri"),
        "track_id": text(item, "id"),
        "track_name": text(item, "name"),
        **_artists(item),
        **_album(album if album is not None else get(item, "show")),
        "duration_ms": number(item, "duration_ms"),
        "isrc": named_fields.isrc(text(get(item, "external_ids"), "isrc")),
        "explicit": flag(item, "explicit"),
        "popularity": number(item, "popularity"),
    }


def _artist(item: Any) -> Fields:
    return {
        "record_id": text(item, "id") or text(item, "uri"),
        "artist_id": text(item, "id"),
        "artist_name": text(item, "name"),
        "artist_image_url": _picture(item),
        "genres": named_fields.genres(item, "genres"),
        "popularity": number(item, "popularity"),
        "follower_count": _followers(item),
    }


def _album(album: Any) -> Fields:
    return {
        "album_id": text(album, "id"),
        "album_name": text(album, "name"),
        "album_art_url": _picture(album),
    }


def _artists(item: Any) -> Fields:
    """All artists, the id of the first, and the names of all as on a cover."""
    listed = get(item, "artists")
    named = [artist for artist in listed if isinstance(artist, Mapping)] if isinstance(listed, list) else []
    if not named:
        return {}
    return {
        "artist_id": text(named[0], "id"),
        "artist_name": ", ".join(text(artist, "name") or "" for artist in named),
        "artists": named_fields.artists((text(artist, "id"), text(artist, "name")) for artist in named),
    }


def _tracks(entry: Any) -> Any:
    items = get(entry, "items")
    return items if items is not None else get(entry, "tracks")


def _followers(item: Any) -> int | None:
    """How many follow an artist or a playlist; Spotify omits it for new applications, and in lists of playlists."""
    return number(get(item, "followers"), "total")


def _picture(item: Any) -> str | None:
    """The address of the first picture, which is the largest; `images` may be null or empty."""
    images = get(item, "images")
    return text(images[0], "url") if isinstance(images, list) and images else None
