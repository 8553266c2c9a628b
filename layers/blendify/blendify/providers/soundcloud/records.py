"""
JSON to record. Any key may be missing and any value null: such a field is null in the record; `raw` has everything.

A track is an upload. Who uploaded it may be the artist, a label or somebody else: `metadata_artist` is there where the
artist is another one. Whether a listener may play it (`access`) is in `raw` alone.

Source  https://github.com/soundcloud/api, openapi/api.yaml
"""

import re
from typing import Any

from blendify.providers import named_fields
from blendify.providers.endpoint import ListPosition, ListRef, Record
from blendify.providers.json_fields import count, get, identifier, number, text
from blendify.providers.record_keys import Fields, keyed_record, null_kind, positioned_record

# What is compared. A like, a follow, a place in a playlist: that they are there. Titles, artists and counts of a track
# are its uploader's doing, and change at any time. A playlist has an owner, so `playlist` compares what owners do.

ALBUMS = frozenset({"album", "ep", "single", "compilation"})
"""The types of a playlist that is a release."""
_SIZE = re.compile(r"-large(\.(?:jpg|jpeg|png))$")
"""Ends the address of a picture of 100 pixels; the same picture is there with 500."""


def play(entry: Any, position: ListPosition) -> Record:
    """A recently played track. SoundCloud gives no moment, and each track once, where it was played last."""
    return keyed_record(entry, position, {**null_kind(entry), **_track(entry)})


def liked_track(entry: Any, position: ListPosition) -> Record:
    """A liked track. SoundCloud does not give the moment of the like."""
    return keyed_record(entry, position, {**null_kind(entry), **_track(entry)})


def playlist_track(entry: Any, position: ListPosition) -> Record:
    """One track of a playlist. The order matters, so the position is the key."""
    fields = {**null_kind(entry), **_track(entry), "playlist_id": position.list_id, "position": position.index}
    return positioned_record(position, f"{position.index:06}", fields)


def playlist(entry: Any, position: ListPosition) -> Record:
    """
    A playlist that is the listener's own, or liked; without its tracks. An album of the listener's own has its `kind`.

    Compared  what its owner does to it
    """
    owner = get(entry, "user")
    fields: Fields = {
        "kind": _type(entry) if is_album(entry) else None,
        "record_id": urn(entry, "playlists"),
        "playlist_id": urn(entry, "playlists"),
        "playlist_name": text(entry, "title"),
        "description": identifier(entry, "description"),
        "playlist_image_url": _picture(entry, "artwork_url"),
        "owner_id": owner_of(entry),
        "owner_name": identifier(owner, "username"),
        "snapshot_id": identifier(entry, "last_modified"),
        "public": _public(entry),
        "total_tracks": count(entry, "track_count"),
        "position": position.index,
    }
    names = ("playlist_name", "snapshot_id", "public", "total_tracks")
    return keyed_record(entry, position, fields, [text(entry, "description"), *(fields[name] for name in names)])


def tracks_of_playlist(entry: Any) -> ListRef | None:
    """The list of the playlist's tracks. Its count may include tracks that are not shown to the listener."""
    playlist_id = urn(entry, "playlists")
    if not playlist_id:
        return None
    total = count(entry, "track_count")
    return ListRef(playlist_id, total, readable=True, version=identifier(entry, "last_modified"))


def saved_album(entry: Any, position: ListPosition) -> Record:
    """A liked playlist that is an album, an EP, a single or a compilation. There is no moment of the like."""
    fields: Fields = {
        "record_id": urn(entry, "playlists"),
        "album_id": urn(entry, "playlists"),
        "album_name": text(entry, "title"),
        "album_art_url": _picture(entry, "artwork_url"),
        **_artist(entry),
        "album_type": _type(entry),
        "release_date": release_date(entry),
        "total_tracks": count(entry, "track_count"),
        "genres": identifier(entry, "genre"),
        "upc": named_fields.upc(text(entry, "ean")),
    }
    return keyed_record(entry, position, fields)


def followed_artist(entry: Any, position: ListPosition) -> Record:
    """A user whom the listener follows. SoundCloud does not tell artists from others, nor gives the moment."""
    fields: Fields = {
        "record_id": urn(entry, "users"),
        "artist_id": urn(entry, "users"),
        "artist_name": text(entry, "username"),
        "artist_image_url": _picture(entry, "avatar_url"),
        "follower_count": count(entry, "followers_count"),
    }
    return keyed_record(entry, position, fields)


def release_date(entry: Any) -> str | None:
    """The release date of a track or an album, as precise as SoundCloud knows it: a day, a month or a year."""
    parts = [number(entry, f"release_{part}") for part in ("year", "month", "day")]
    known = parts[: parts.index(None)] if None in parts else parts
    return "-".join(f"{part:02}" for part in known) if known and 1_000 <= (known[0] or 0) <= 9_999 else None


def is_album(entry: Any) -> bool:
    """Whether a playlist is a release."""
    return _type(entry) in ALBUMS


def owner_of(entry: Any) -> str | None:
    """The user whose playlist it is."""
    return urn(get(entry, "user"), "users") or identifier(entry, "user_urn")


def urn(item: Any, kind: str) -> str | None:
    """What names a track, a playlist or a user: `soundcloud:tracks:123`; older answers have the number alone."""
    named = identifier(item, "urn")
    if named:
        return named
    plain = number(item, "id")
    return None if plain is None else f"soundcloud:{kind}:{plain}"


def _track(entry: Any) -> Fields:
    return {
        "record_id": urn(entry, "tracks"),
        "track_id": urn(entry, "tracks"),
        "track_name": text(entry, "title"),
        **_artist(entry),
        "album_art_url": _picture(entry, "artwork_url"),
        "duration_ms": number(entry, "duration"),
        "isrc": named_fields.isrc(text(entry, "isrc")),
    }


def _artist(entry: Any) -> Fields:
    """The artist where SoundCloud names one, who then has no id here; else the uploader."""
    user = get(entry, "user")
    uploader, artist = identifier(user, "username"), identifier(entry, "metadata_artist")
    if not uploader and not artist:
        return {}
    named = artist or uploader
    artist_id = urn(user, "users") if named == uploader else None
    return {"artist_id": artist_id, "artist_name": named, "artists": named_fields.artists([(artist_id, named)])}


def _type(entry: Any) -> str | None:
    given = identifier(entry, "playlist_type") or identifier(entry, "type")
    return given.strip().lower() if given else None


def _public(entry: Any) -> bool | None:
    sharing = identifier(entry, "sharing")
    return None if sharing is None else sharing == "public"


def _picture(item: Any, key: str) -> str | None:
    """The address of a picture, in the largest size that there is for every one."""
    address = identifier(item, key)
    return _SIZE.sub(r"-t500x500\1", address) if address else None
