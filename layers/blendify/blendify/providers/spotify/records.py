"""
JSON to record. Any key may be missing and any value null: such a field is null in the record; `raw` has everything.

Source  https://developer.spotify.com/documentation/web-api/reference
"""

import re
from collections.abc import Mapping
from typing import Any

from blendify.providers import named_fields
from blendify.providers.endpoint import ListPosition, ListRef, Record
from blendify.providers.json_fields import count, first, flag, get, identifier, listed, moment, number, text
from blendify.providers.record_keys import Fields, keyed_record, positioned_record, ranked_record

# What is compared. A rank, a play, a like, a follow: that they are there, when, and in which place. What Spotify says
# of the track, the album or the artist behind it is Spotify's doing, and is corrected, relinked, renamed and moved at
# any time. A playlist has an owner who names and describes it, so `playlist` compares what owners do.

SPOTIFY = "spotify"
"""The user id of the owner of Spotify's own playlists."""
_URI = re.compile(r"spotify:[a-z]+:([0-9A-Za-z]{22})")


def top_track(entry: Any, position: ListPosition) -> Record:
    """A track with its rank; Spotify gives neither play counts nor dates, so the rank is all there is."""
    return ranked_record(entry, position, _track(entry))


def top_artist(entry: Any, position: ListPosition) -> Record:
    """An artist with its rank."""
    return ranked_record(entry, position, _artist(entry))


def play(entry: Any, position: ListPosition) -> Record:
    """
    One play. A track may be played many times, so the time is part of the key.

    Shape   {"track": {...}, "played_at": "2026-11-22T17:44:30.123Z", "context": {"type", "uri", ...} | null}
    """
    fields = _track(get(entry, "track")) | {
        "played_at": moment(entry, "played_at"),
        "context_uri": identifier(get(entry, "context"), "uri"),
    }
    return keyed_record(entry, position, fields)


def playlist(entry: Any, position: ListPosition) -> Record:
    """
    A playlist that the listener owns or follows, without its tracks.

    Compared  what its owner does to it. Spotify's own playlists change their description daily ("With Ana, Ben, Cleo
              and more") and their snapshot_id without a change, and so may those whose owner is not given
    """
    owner, tracks = get(entry, "owner"), _tracks(entry)
    fields: Fields = {
        "record_id": _id(entry),
        "playlist_id": _spotify_id(entry),
        "playlist_name": text(entry, "name"),
        "description": identifier(entry, "description"),
        "playlist_image_url": _picture(entry),
        "owner_id": identifier(owner, "id"),
        "owner_name": identifier(owner, "display_name"),
        "snapshot_id": identifier(entry, "snapshot_id"),
        "collaborative": flag(entry, "collaborative"),
        "public": flag(entry, "public"),
        "total_tracks": count(tracks, "total"),
        "follower_count": _followers(entry),
        "position": position.index,
    }
    of_owner = fields["owner_id"] not in (None, SPOTIFY)
    compared = (
        fields["playlist_name"],
        text(entry, "description") if of_owner else None,
        fields["snapshot_id"] if of_owner else None,
        fields["collaborative"],
        fields["public"],
        fields["total_tracks"],
    )
    return keyed_record(entry, position, fields, compared)


def tracks_of_playlist(entry: Any) -> ListRef | None:
    """
    The list of the playlist's tracks: `items` for new applications, `tracks` for old ones, both for some.

    New applications get neither for a playlist that the listener neither owns nor collaborates on: it cannot be read.
    """
    playlist_id = _spotify_id(entry)
    if not playlist_id:
        return None
    tracks = _tracks(entry)
    # Spotify's own playlists change without a new snapshot_id, and get a new one without a change.
    version = identifier(entry, "snapshot_id") if text(get(entry, "owner"), "id") != SPOTIFY else None
    return ListRef(playlist_id, count(tracks, "total"), readable=tracks is not None, version=version)


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
        "added_at": moment(entry, "added_at"),
        "added_by": identifier(get(entry, "added_by"), "id"),
    }
    return positioned_record(position, f"{position.index:06}", fields)


def saved_track(entry: Any, position: ListPosition) -> Record:
    """
    A liked track, keyed by the time when the listener saved it.

    Shape   {"added_at": "2026-03-01T18:22:07Z", "track": {...}}; UTC, to the second
    """
    return keyed_record(entry, position, {**_track(get(entry, "track")), "added_at": moment(entry, "added_at")})


def saved_album(entry: Any, position: ListPosition) -> Record:
    """
    A saved album; `raw` has the first 50 of its tracks.

    Shape   {"added_at": "2026-03-01T18:22:07Z", "album": {...}}
    """
    album = get(entry, "album")
    fields: Fields = {
        "record_id": _id(album),
        **_album(album),
        **_artists(album),
        "album_type": identifier(album, "album_type"),
        "release_date": identifier(album, "release_date"),
        "total_tracks": count(album, "total_tracks") or count(get(album, "tracks"), "total"),
        "genres": named_fields.genres(album, "genres"),
        "upc": named_fields.upc(text(get(album, "external_ids"), "upc")),
        "added_at": moment(entry, "added_at"),
    }
    return keyed_record(entry, position, fields)


def followed_artist(entry: Any, position: ListPosition) -> Record:
    """An artist that the listener follows; Spotify gives neither the time nor an order."""
    return keyed_record(entry, position, _artist(entry))


def release_date(entry: Any) -> str | None:
    """The release date of the album of a track, of an entry that is one or holds one; null for local files."""
    tracks = (get(entry, "track"), get(entry, "item"), entry)
    return next((date for track in tracks if (date := identifier(get(track, "album"), "release_date"))), None)


def _track(item: Any) -> Fields:
    """A track, an episode, a chapter of an audiobook, a local file (its uri is the record id) or null."""
    if not isinstance(item, Mapping):
        return {"kind": "null"}
    kind = identifier(item, "type")
    holder = next((held for name in ("album", "show", "audiobook") if (held := get(item, name)) is not None), None)
    return {
        "kind": kind if kind not in (None, "track") else "local" if flag(item, "is_local") else None,
        "record_id": _saved_id(item),
        "track_id": _spotify_id(item),
        "track_name": text(item, "name"),
        **_artists(item),
        **_album(holder),
        "duration_ms": number(item, "duration_ms"),
        "isrc": named_fields.isrc(text(get(item, "external_ids"), "isrc")),
        "explicit": flag(item, "explicit"),
        "popularity": number(item, "popularity"),
    }


def _artist(item: Any) -> Fields:
    return {
        "record_id": _id(item),
        "artist_id": _spotify_id(item),
        "artist_name": text(item, "name"),
        "artist_image_url": _picture(item),
        "genres": named_fields.genres(item, "genres"),
        "popularity": number(item, "popularity"),
        "follower_count": _followers(item),
    }


def _album(album: Any) -> Fields:
    return {
        "album_id": _spotify_id(album),
        "album_name": text(album, "name"),
        "album_art_url": _picture(album),
    }


def _artists(item: Any) -> Fields:
    """All artists, the id of the first, and the names of all as on a cover."""
    named = [artist for artist in listed(item, "artists") if isinstance(artist, Mapping)]
    if not named:
        return {}
    return {
        "artist_id": _spotify_id(named[0]),
        "artist_name": ", ".join(text(artist, "name") or "" for artist in named),
        "artists": named_fields.artists((_spotify_id(artist), text(artist, "name")) for artist in named),
    }


def _saved_id(item: Any) -> str | None:
    """The id of what was saved or played: where Spotify serves another track in its place, `linked_from` has it."""
    return _id(get(item, "linked_from")) or _id(item)


def _id(item: Any) -> str | None:
    """What names the item: its id, or the uri of what has none, as local files."""
    return _spotify_id(item) or identifier(item, "uri")


def _spotify_id(item: Any) -> str | None:
    """The id, which is in the uri as well."""
    in_uri = _URI.fullmatch(text(item, "uri") or "")
    return identifier(item, "id") or (in_uri[1] if in_uri else None)


def _tracks(entry: Any) -> Any:
    items = get(entry, "items")
    return items if items is not None else get(entry, "tracks")


def _followers(item: Any) -> int | None:
    """How many follow an artist or a playlist; Spotify omits it for new applications, and in lists of playlists."""
    return count(get(item, "followers"), "total")


def _picture(item: Any) -> str | None:
    """The address of the first picture, which is the largest; `images` may be null or empty."""
    return identifier(first(item, "images"), "url")
