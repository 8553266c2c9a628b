"""
Apple's privacy export: the library, its playlists, favourites.

Tracks     [{"Track Identifier": 123, "Title", "Artist", "Album", "Track Duration", "Date Added To Library", "Apple
           Music Track Identifier", "Playlist Only Track", …}]; what has no value has no key
Playlists  [{"Container Type", "Container Identifier", "Title", "Playlist Item Identifiers": [123, …]}]; the numbers
           are those of the tracks' file, so an entry has a name where that file is in the same upload
Others     albums and artists of the library; favourites and the older likes and dislikes as tables
"""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, BinaryIO

from blendify.importing.formats import csv_rows, fields
from blendify.importing.formats.apple_names import packed, split_description, unpacked
from blendify.importing.formats.fields import text, whole
from blendify.importing.formats.format import Format, Options
from blendify.importing.formats.json_rows import LONGEST, entries, rows
from blendify.importing.formats.outline import Outline
from blendify.importing.formats.row_keys import RowKeys, named_id, normal
from blendify.importing.formats.rows import (
    MOST_ENTRIES,
    FollowedArtist,
    Playlist,
    PlaylistEntry,
    Row,
    SavedAlbum,
    SavedTrack,
    Skipped,
)

SERVICE = "apple_music"
LARGEST_PLAYLIST = 2_000_000
"""Characters of one playlist, whose identifiers are in it."""
TRACK_FIELDS = (
    *(
        "Track Identifier",
        "Title",
        "Artist",
        "Album",
        "Album Artist",
        "Track Duration",
        "Track Play Count",
        "Skip Count",
    ),
    *("Last Played Date", "Date Added To Library", "Date Added To iCloud Music Library", "Genre", "Track Year"),
    *("Apple Music Track Identifier", "Purchased Track Identifier", "Favorite Status - Track", "Favorite Date - Track"),
    *("Track Like Rating", "Playlist Only Track"),
)
PLAYLIST_FIELDS = (
    *("Container Type", "Container Identifier", "Title", "Description", "Added Date", "Playlist Items Modified Date"),
    "Public Playlist Identifier",
)
ALBUM_FIELDS = ("Album ID", "Catalog Identifiers - Album", "Title", "Album Title", "Artist", "Date Created", "Favorite")
ARTIST_FIELDS = ("Artist Identifier", "Catalog Identifiers - Artist", "Name", "Artist", "Date Created", "Favorite")
FAVORITE_FIELDS = ("item description", "item reference", "last modified date", "type", "preference", "created")


def read_tracks(stream: BinaryIO, _: Options) -> Iterator[Row]:
    """The tracks of the library; one that is in a playlist alone is counted."""
    keys = RowKeys(TRACKS.name)
    for row in _objects(stream):
        yield row if isinstance(row, Skipped) else _track(row, keys)


def track_names(stream: BinaryIO) -> Iterator[tuple[str, str]]:
    """The artists of the titles, and what stands behind the identifiers that playlists have."""
    for row in _objects(stream):
        if isinstance(row, Skipped):
            continue
        title, artist, album, identifier = (
            text(row, name) for name in ("Title", "Artist", "Album", "Track Identifier")
        )
        if title and artist:
            yield f"apple artist\n{normal(title)}\n{normal(album)}", artist
            yield f"apple artist\n{normal(title)}", artist
        if title and identifier:
            catalogue = text(row, "Apple Music Track Identifier", "Purchased Track Identifier")
            yield f"apple track\n{identifier}", packed(title, artist, album, catalogue)


def read_playlists(stream: BinaryIO, options: Options) -> Iterator[Row]:
    """The playlists; folders and the like are counted."""
    keys = RowKeys(PLAYLISTS.name)
    for row in _objects(stream, longest=LARGEST_PLAYLIST):
        yield row if isinstance(row, Skipped) else _playlist(row, keys, options)


def read_albums(stream: BinaryIO, _: Options) -> Iterator[Row]:
    """The albums of the library."""
    keys = RowKeys(ALBUMS.name)
    for row in _objects(stream):
        yield row if isinstance(row, Skipped) else _album(row, keys)


def read_artists(stream: BinaryIO, _: Options) -> Iterator[Row]:
    """The artists of the library."""
    keys = RowKeys(ARTISTS.name)
    for row in _objects(stream):
        yield row if isinstance(row, Skipped) else _artist(row, keys)


def read_favorites(stream: BinaryIO, _: Options) -> Iterator[Row]:
    """What the listener loves; dislikes, and favourites that are no music, are counted."""
    keys = RowKeys(FAVORITES.name)
    for row in csv_rows.rows(stream):
        yield row if isinstance(row, Skipped) else _favorite(row, keys)


TRACKS = Format(
    "apple_library_tracks", "Apple Music, library", "", SERVICE, read_tracks, holds="library", names=track_names
)
PLAYLISTS = Format("apple_library_playlists", "Apple Music, playlists", "", SERVICE, read_playlists, holds="library")
ALBUMS = Format("apple_library_albums", "Apple Music, albums", "", SERVICE, read_albums, holds="library")
ARTISTS = Format("apple_library_artists", "Apple Music, artists", "", SERVICE, read_artists, holds="library")
FAVORITES = Format("apple_favorites", "Apple Music, favourites", "from 2023", SERVICE, read_favorites, holds="library")
LIKES = Format(
    "apple_favorites", "Apple Music, favourites", "likes and dislikes", SERVICE, read_favorites, holds="library"
)


def recognize(outline: Outline) -> Format | None:
    """By the fields of the first entries, or the columns."""
    if outline.has(("*", "Container Identifier"), ("*", "Container Type")):
        return PLAYLISTS
    if outline.has(("*", "Track Identifier"), ("*", "Title")):
        return TRACKS
    if outline.has(("*", "Album ID")):
        return ALBUMS
    if outline.has(("*", "Artist Identifier")):
        return ARTISTS
    if outline.has_columns("Item Description", "Preference"):
        return LIKES
    return FAVORITES if outline.has_columns("Item Description", "Item Reference", "Type") else None


def _objects(stream: BinaryIO, longest: int = LONGEST) -> Iterator[Mapping[str, Any] | Skipped]:
    for _, row in rows(stream, entries, longest=longest):
        if isinstance(row, Mapping | Skipped):
            yield row
        elif row != []:
            yield Skipped("unreadable")


def _track(row: Mapping[str, Any], keys: RowKeys) -> Row:
    title = text(row, "Title")
    identifier = text(row, "Apple Music Track Identifier", "Purchased Track Identifier", "Track Identifier")
    if not title:
        return Skipped("empty")
    if row.get("Playlist Only Track") in (True, "true"):
        return Skipped("not_kept")
    return SavedTrack(
        key=keys.key(text(row, "Track Identifier") or identifier or normal(title), normal(text(row, "Artist"))),
        record_id=identifier or named_id(title, text(row, "Artist")),
        track_name=title,
        artist_name=text(row, "Artist"),
        album_name=text(row, "Album"),
        duration_ms=whole(row, "Track Duration"),
        added_at=_date(row, "Date Added To Library", "Date Added To iCloud Music Library"),
        service=SERVICE,
        answer=fields.allowed(row, TRACK_FIELDS),
    )


def _playlist(row: Mapping[str, Any], keys: RowKeys, options: Options) -> Row:
    identifier, title, items = (
        text(row, "Container Identifier"),
        text(row, "Title"),
        row.get("Playlist Item Identifiers"),
    )
    if not title or "FOLDER" in (text(row, "Container Type") or "").upper():
        return Skipped("not_kept")
    listed = items[:MOST_ENTRIES] if isinstance(items, list) else []
    return Playlist(
        key=keys.key(identifier or normal(title)),
        record_id=identifier or named_id("playlist", title),
        playlist_name=title,
        description=text(row, "Description"),
        entries=tuple(_entry(item, options.names) for item in listed if isinstance(item, int | str)),
        modified_at=_date(row, "Playlist Items Modified Date", "Added Date"),
        service=SERVICE,
        answer=fields.allowed(row, PLAYLIST_FIELDS),
    )


def _entry(item: int | str, names: Mapping[str, str]) -> PlaylistEntry:
    identifier = text({"item": item}, "item") or ""
    title, artist, album, catalogue = unpacked(names.get(f"apple track\n{identifier}"), 4)
    return PlaylistEntry(
        record_id=catalogue or identifier,
        track_name=title,
        artist_name=artist,
        album_name=album,
        answer={"Track Identifier": identifier},
    )


def _album(row: Mapping[str, Any], keys: RowKeys) -> Row:
    identifier, title = text(row, "Album ID"), text(row, "Title", "Album Title", "Album")
    if not identifier:
        return Skipped("empty")
    return SavedAlbum(
        key=keys.key(identifier),
        record_id=identifier,
        album_name=title,
        artist_name=text(row, "Artist", "Album Artist"),
        added_at=_date(row, "Date Created", "Date Added"),
        service=SERVICE,
        answer=fields.allowed(row, ALBUM_FIELDS),
    )


def _artist(row: Mapping[str, Any], keys: RowKeys) -> Row:
    identifier = text(row, "Artist Identifier")
    if not identifier:
        return Skipped("empty")
    return FollowedArtist(
        key=keys.key(identifier),
        record_id=identifier,
        artist_name=text(row, "Name", "Artist", "Artist Name"),
        added_at=_date(row, "Date Created", "Date Added"),
        service=SERVICE,
        answer=fields.allowed(row, ARTIST_FIELDS),
    )


def _favorite(row: csv_rows.Table, keys: RowKeys) -> Row:
    artist, title = split_description(text(row, "item description"))
    reference, kind = text(row, "item reference"), (text(row, "type", "item type") or "song").lower()
    if not title:
        return Skipped("empty")
    if (text(row, "preference") or "LOVE").upper() in ("DISLIKE", "DISLIKED"):
        return Skipped("not_kept")
    added = fields.moment(text(row, "created", "last modified date"))
    answer = fields.allowed(row, FAVORITE_FIELDS)
    key = keys.key(kind, reference or normal(f"{artist}\n{title}"))
    if "artist" in kind:
        name = f"{artist} - {title}" if artist else title
        return FollowedArtist(
            key=key,
            record_id=reference or named_id(name),
            artist_name=name,
            added_at=added,
            service=SERVICE,
            answer=answer,
        )
    record_id = reference or named_id(title, artist)
    if "album" in kind:
        return SavedAlbum(
            key=key,
            record_id=record_id,
            album_name=title,
            artist_name=artist,
            added_at=added,
            service=SERVICE,
            answer=answer,
        )
    if not any(word in kind for word in ("song", "track", "video")):
        return Skipped("not_kept")
    return SavedTrack(
        key=key,
        record_id=record_id,
        track_name=title,
        artist_name=artist,
        added_at=added,
        kind="video" if "video" in kind else None,
        service=SERVICE,
        answer=answer,
    )


def _date(row: Mapping[str, Any], *names: str) -> datetime | None:
    return next((at for name in names if (at := fields.moment(text(row, name)))), None)
