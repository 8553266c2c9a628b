"""
Spotify's account data: the library, the playlists, followed artists, and the plays of the last year to the minute.

History    [{"endTime": "2026-01-09 07:45", "artistName", "trackName", "msPlayed"}]; podcasts have `podcastName` and
           `episodeName`. UTC without a mark, the end of the play; no ids
Library    {"tracks": [{"artist", "album", "track", "uri"}], "albums": [{"artist", "album", "uri"}], "artists":
           [{"name", "uri"}], …}; without dates
Playlists  {"playlists": [{"name", "lastModifiedDate", "items": [{"track": {…}, "addedDate"}], "description"}]}; dates
           are days, the description is escaped as in HTML, and there are no ids
Dropped    other users' names: who follows, who collaborates
"""

import html
from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any, BinaryIO

from blendify.importing.formats import fields
from blendify.importing.formats.fields import text, whole
from blendify.importing.formats.format import Format, Options
from blendify.importing.formats.json_rows import entries, rows, starts_with
from blendify.importing.formats.outline import Outline
from blendify.importing.formats.playlist_parts import PlaylistParts
from blendify.importing.formats.row_keys import RowKeys, named_id, normal
from blendify.importing.formats.rows import FollowedArtist, Play, PlaylistEntry, Row, SavedAlbum, SavedTrack, Skipped
from blendify.importing.formats.spotify_extended import record_id

SERVICE = "spotify"
HISTORY_FIELDS = ("endTime", "artistName", "trackName", "podcastName", "episodeName", "msPlayed")
LIBRARY_FIELDS = ("artist", "album", "track", "name", "uri")
TRACK_FIELDS = ("trackName", "artistName", "albumName", "trackUri")
EPISODE_FIELDS = ("episodeName", "showName", "episodeUri")
_LIBRARY = (("tracks",), ("albums",), ("artists",))
_NOT_KEPT = (("shows",), ("episodes",), ("bannedTracks",), ("bannedArtists",), ("other",))


def read_history(stream: BinaryIO, options: Options) -> Iterator[Row]:
    """The plays of the last year; an extended history tells the same ones better."""
    keys = RowKeys(HISTORY.name)
    for _, row in rows(stream, entries):
        if isinstance(row, Mapping):
            yield _play(row, keys, options)
        elif row != []:
            yield row if isinstance(row, Skipped) else Skipped("unreadable")


def read_library(stream: BinaryIO, _: Options) -> Iterator[Row]:
    """Saved tracks and albums, and followed artists; banned and spoken things are counted."""
    keys = RowKeys(LIBRARY.name)
    for path, row in rows(stream, starts_with(*_LIBRARY, *_NOT_KEPT)):
        if isinstance(row, Skipped):
            yield row
        elif isinstance(row, Mapping) and path[:1] in _LIBRARY and len(path) == 2:
            yield _saved(path[0], row, keys)
        elif row and path[:1] in _NOT_KEPT:
            yield Skipped("not_kept")


def read_playlists(stream: BinaryIO, _: Options) -> Iterator[Row]:
    """The playlists with what is in them."""
    parts = PlaylistParts(RowKeys(PLAYLISTS.name), SERVICE)
    playlist = ("playlists", "*")
    for path, value in rows(stream, starts_with((*playlist, "items")), closing=[playlist]):
        if path == (*playlist, "items", "*") and isinstance(value, Mapping):
            parts.add(_entry(value))
        elif path[:2] == playlist and len(path) == 3 and isinstance(value, str | int):
            parts.field(path[2], value)
        elif isinstance(value, Skipped):
            yield value
        elif path == playlist and value != {}:
            yield from parts.playlist("name", "lastModifiedDate", description=_unescaped)


def read_follow(stream: BinaryIO, _: Options) -> Iterator[Row]:
    """The artists that the listener follows, by name; other people are passed over."""
    keys = RowKeys(FOLLOW.name)
    for path, value in rows(stream, starts_with(("followingArtists",))):
        if path == ("followingArtists", "*"):
            name = text({"name": value}, "name")
            yield _artist(keys, name, None, {"name": name}) if name else Skipped("empty")
        elif isinstance(value, Skipped):
            yield value


def read_account(stream: BinaryIO) -> frozenset[str]:
    """The user name of the account; all else of that file is passed over."""
    names = (text({"name": value}, "name") for path, value in rows(stream, starts_with(())) if path == ("username",))
    return frozenset(name for name in names if name)


HISTORY = Format(
    "spotify_account_history",
    "Spotify, account data: last year's plays",
    "",
    SERVICE,
    read_history,
    superseded_by=frozenset({"spotify_extended"}),
)
LIBRARY = Format(
    "spotify_account_library", "Spotify, account data: library", "", SERVICE, read_library, holds="library"
)
PLAYLISTS = Format(
    "spotify_account_playlists", "Spotify, account data: playlists", "", SERVICE, read_playlists, holds="library"
)
FOLLOW = Format(
    "spotify_account_follow", "Spotify, account data: followed artists", "", SERVICE, read_follow, holds="library"
)
ACCOUNT = Format(
    "spotify_account",
    "Spotify, account data: who it is of",
    "",
    SERVICE,
    lambda _stream, _options: iter(()),
    holds="names",
    accounts=read_account,
)


def recognize(outline: Outline) -> Format | None:
    """By the fields of the first entries."""
    if outline.has(("*", "endTime"), ("*", "msPlayed")):
        return HISTORY
    if outline.has(("tracks", "*", "uri"), ("tracks", "*", "track")) or outline.has(("bannedTracks",), ("albums",)):
        return LIBRARY
    if outline.has(("playlists", "*", "items"), ("playlists", "*", "name")):
        return PLAYLISTS
    if outline.has(("followingArtists",)) or outline.has(("followingUsersCount",)):
        return FOLLOW
    return ACCOUNT if outline.has(("username",), ("email",)) or outline.has(("username",), ("creationTime",)) else None


def _play(row: Mapping[str, Any], keys: RowKeys, options: Options) -> Row:
    written = text(row, "endTime")
    ended = fields.moment(written)
    if ended is None:
        return Skipped("time_unreadable" if written else "time_missing")
    if fields.unlikely(ended, options.latest):
        return Skipped("time_unlikely")
    title, artist = text(row, "trackName"), text(row, "artistName")
    episode, show = text(row, "episodeName"), text(row, "podcastName")
    if not (title or episode):
        return Skipped("empty")
    names = (title, artist, None) if title else (episode, None, show)
    milliseconds = whole(row, "msPlayed")
    heard = timedelta(milliseconds=min(max(milliseconds or 0, 0), 2**40))
    return Play(
        key=keys.key(*map(normal, names), written, milliseconds),
        record_id=named_id(*names),
        track_name=names[0],
        artist_name=names[1],
        album_name=names[2],
        started_at=ended - heard if milliseconds is not None else None,
        ended_at=ended,
        precision="minute",
        ms_played=milliseconds if milliseconds is None or milliseconds >= 0 else None,
        flags={} if milliseconds is None else {"estimated": True},
        kind=None if title else "episode",
        service=SERVICE,
        answer=fields.allowed(row, HISTORY_FIELDS),
    )


def _saved(kind: str, row: Mapping[str, Any], keys: RowKeys) -> Row:
    uri, artist, answer = text(row, "uri"), text(row, "artist"), fields.allowed(row, LIBRARY_FIELDS)
    title = text(row, "track") if kind == "tracks" else text(row, "album") if kind == "albums" else text(row, "name")
    if not title and not uri:
        return Skipped("empty")
    if kind == "artists":
        return _artist(keys, title, uri, answer)
    named = record_id(uri) or named_id(title, artist)
    key = keys.key(kind, uri or named)
    if kind == "albums":
        return SavedAlbum(
            key=key, record_id=named, album_name=title, artist_name=artist, service=SERVICE, answer=answer
        )
    return SavedTrack(
        key=key,
        record_id=named,
        track_name=title,
        artist_name=artist,
        album_name=text(row, "album"),
        kind="local" if (uri or "").startswith("spotify:local:") else None,
        service=SERVICE,
        answer=answer,
    )


def _artist(keys: RowKeys, name: str | None, uri: str | None, answer: Mapping[str, Any]) -> FollowedArtist:
    named = record_id(uri) or named_id(name)
    return FollowedArtist(
        key=keys.key("artists", uri or named), record_id=named, artist_name=name, service=SERVICE, answer=answer
    )


def _entry(item: Mapping[str, Any]) -> PlaylistEntry | None:
    """A track, an episode or a local file, whose fields are not known; None for what has no name."""
    held = {name: value for name in ("track", "episode", "localTrack") if isinstance(value := item.get(name), Mapping)}
    if not held:
        return None
    kind, content = next(iter(held.items()))
    uri = text(content, "trackUri", "episodeUri", "uri")
    names = text(content, "trackName", "episodeName", "name"), text(content, "artistName"), text(content, "albumName")
    if not names[0] and not uri:
        return None
    added = text(item, "addedDate")
    return PlaylistEntry(
        record_id=record_id(uri) or named_id(*names),
        track_name=names[0],
        artist_name=names[1],
        album_name=names[2] or text(content, "showName"),
        added_at=fields.moment(added),
        precision="day",
        kind={"track": None, "episode": "episode", "localTrack": "local"}[kind],
        answer=fields.allowed(content, (*TRACK_FIELDS, *EPISODE_FIELDS)) | fields.allowed(item, ("addedDate",)),
    )


def _unescaped(description: str) -> str:
    return html.unescape(description)
