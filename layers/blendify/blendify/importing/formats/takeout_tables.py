"""
Google Takeout: playlists, likes, the music library and subscriptions, as tables.

Playlists      a table per playlist: video id and when it was added; the title is the file's name, and in files of
               before about 2022 in a row of its own above. There are no titles of videos in it
Likes          the playlist of that name: its videos are saved tracks
Library        `Video ID,Song Title,Album Title,Artist Name 1,…`, earlier `Song URL,Song Title,Album Title,Artist Names`
Subscriptions  `Channel Id,Channel Url,Channel Title`
Headers are in the account's language, so tables are recognised by what stands below them
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import Any, BinaryIO

from blendify.importing.formats import csv_rows, fields
from blendify.importing.formats.fields import text
from blendify.importing.formats.format import Format, Options
from blendify.importing.formats.json_rows import rows, starts_with
from blendify.importing.formats.outline import Outline
from blendify.importing.formats.playlist_parts import PlaylistParts
from blendify.importing.formats.row_keys import RowKeys, named_id
from blendify.importing.formats.rows import FollowedArtist, PlaylistEntry, Row, SavedTrack, Skipped

SERVICE = "youtube_music"
_VIDEO = re.compile(r"[\w-]{11}")
_ADDRESS = re.compile(r"https?://(?:www\.|music\.)?youtube\.com/watch\?v=([\w-]{11})")
_CHANNEL = re.compile(r"UC[\w-]{22}")
_LIKED = re.compile(r"^(liked (videos|music)|likes|mag ich.*|videos, die ich mag|j.aime|me gusta)$", re.IGNORECASE)
_TOPIC = " - Topic"
_OLD_PLAYLIST = ("playlist id", "channel id", "time created", "time updated", "title", "description", "visibility")
_SONG_COLUMNS = ("id", "song", "album")
_CHANNEL_COLUMNS = ("id", "url", "title")


def read_playlist(stream: BinaryIO, _: Options, *, title: str) -> Iterator[Row]:
    """The playlist, or the saved tracks where it is that of the likes."""
    parts, liked = PlaylistParts(RowKeys(PLAYLIST), SERVICE), bool(_LIKED.match(title))
    keys = RowKeys(LIKES)
    parts.field("title", title)
    for number, row in enumerate(csv_rows.cells(stream)):
        video, written = row[0], row[1] if len(row) > 1 else None
        if _VIDEO.fullmatch(video) and len(row) <= 3:
            entry = _entry(video, written)
            if liked:
                yield _liked(entry, keys)
            else:
                parts.add(entry)
        elif number == 1 and len(row) == len(_OLD_PLAYLIST):
            old = dict(zip(_OLD_PLAYLIST, row, strict=False))
            parts.field("title", old["title"])
            parts.field("description", old["description"])
            parts.field("modified", old["time updated"])
            liked = liked or bool(_LIKED.match(old["title"]))
        elif number > 0 and not _is_head(row):
            yield Skipped("unreadable")
    if not liked:
        yield from parts.playlist("title", "modified")


def read_old_likes(stream: BinaryIO, _: Options) -> Iterator[Row]:
    """A playlist of before about 2020, as the API had its entries; likes came so."""
    keys = RowKeys(LIKES)
    for _path, row in rows(stream, starts_with(())):
        snippet = row.get("snippet") if isinstance(row, Mapping) else None
        resource = snippet.get("resourceId") if isinstance(snippet, Mapping) else None
        video = text(resource, "videoId") if isinstance(resource, Mapping) else None
        if isinstance(row, Skipped):
            yield row
        elif not video or not isinstance(snippet, Mapping):
            yield Skipped("empty")
        else:
            entry = _entry(video, text(snippet, "publishedAt"), text(snippet, "title"))
            yield _liked(entry, keys)


def read_songs(stream: BinaryIO, _: Options) -> Iterator[Row]:
    """The songs of the music library."""
    keys = RowKeys(SONGS.name)
    for row in _below_the_head(stream):
        address = _ADDRESS.match(row[0])
        video = address[1] if address else row[0] if _VIDEO.fullmatch(row[0]) else None
        cells = dict(zip(_SONG_COLUMNS, row, strict=False)) | {"artist": ", ".join(filter(None, row[3:]))}
        title, artist = text(cells, "song"), text(cells, "artist")
        if not video and not title:
            yield Skipped("empty")
            continue
        yield SavedTrack(
            key=keys.key(video or named_id(title, artist)),
            record_id=video or named_id(title, artist),
            track_name=title,
            artist_name=artist,
            album_name=text(cells, "album"),
            service=SERVICE,
            answer=fields.allowed(cells, (*_SONG_COLUMNS, "artist")),
        )


def read_subscriptions(stream: BinaryIO, _: Options) -> Iterator[Row]:
    """The channels that the listener follows; only one of a topic is known to be an artist."""
    keys = RowKeys(SUBSCRIPTIONS.name)
    for row in _below_the_head(stream):
        cells = dict(zip(_CHANNEL_COLUMNS, row, strict=False))
        name = text(cells, "title")
        if not _CHANNEL.fullmatch(row[0]):
            yield Skipped("unreadable")
            continue
        yield FollowedArtist(
            key=keys.key(row[0]),
            record_id=row[0],
            artist_name=name.removesuffix(_TOPIC) if name else None,
            kind=None if name and name.endswith(_TOPIC) else "channel",
            service=SERVICE,
            answer=fields.allowed(cells, ("id", "title")),
        )


PLAYLIST, LIKES = "takeout_playlist", "takeout_likes"
SONGS = Format("takeout_songs", "YouTube Music, library", "", SERVICE, read_songs, holds="library")
SUBSCRIPTIONS = Format(
    "takeout_subscriptions", "YouTube, subscriptions", "", SERVICE, read_subscriptions, holds="library"
)


def recognize(outline: Outline) -> Format | None:
    """By the ids in the first column and what stands beside them; a playlist's title by the file's name."""
    if outline.has(("*", "snippet", "resourceId", "videoId"), ("*", "snippet", "publishedAt")):
        return Format(LIKES, "YouTube, likes", "to 2020", SERVICE, read_old_likes, holds="library")
    below = outline.table[1:]
    if not below:
        return None
    if outline.has_columns(*_OLD_PLAYLIST) and len(outline.columns) == len(_OLD_PLAYLIST):
        return _playlist(outline.path, "to 2022")
    first = below[0]
    if _CHANNEL.fullmatch(first[0]) and len(first) == len(_CHANNEL_COLUMNS):
        return SUBSCRIPTIONS
    if len(first) >= len(_SONG_COLUMNS) and (_ADDRESS.match(first[0]) or _VIDEO.fullmatch(first[0])):
        return SONGS if fields.moment(first[1]) is None else None
    if len(first) == 2 and _VIDEO.fullmatch(first[0]) and fields.moment(first[1]):
        return _playlist(outline.path, "from 2022")
    return None


def _playlist(path: str, generation: str) -> Format:
    name = path.rpartition("/")[2]
    title = re.sub(r"(-videos)?(\(\d+\))?\.csv(#\d+)?$", "", name, flags=re.IGNORECASE) or "Playlist"
    reader = partial(read_playlist, title=title)
    return Format(PLAYLIST, "YouTube, playlist", generation, SERVICE, reader, holds="library")


def _entry(video: str, written: str | None, title: str | None = None) -> PlaylistEntry:
    cells: dict[str, Any] = {"video id": video, "time added": written, "title": title}
    return PlaylistEntry(
        record_id=video,
        track_name=title,
        artist_name=None,
        added_at=fields.moment(written),
        kind="watched",
        answer=fields.allowed(cells, cells),
    )


def _liked(entry: PlaylistEntry, keys: RowKeys) -> SavedTrack:
    return SavedTrack(
        key=keys.key(entry.record_id),
        record_id=entry.record_id,
        track_name=entry.track_name,
        artist_name=None,
        added_at=entry.added_at,
        kind=entry.kind,
        service=SERVICE,
        answer=entry.answer,
    )


def _below_the_head(stream: BinaryIO) -> Iterator[Sequence[str]]:
    return (row for number, row in enumerate(csv_rows.cells(stream)) if number and row)


def _is_head(row: Sequence[str]) -> bool:
    """The line above the videos in older files."""
    return len(row) <= len(_CHANNEL_COLUMNS) and not any(character.isdigit() for character in "".join(row))
