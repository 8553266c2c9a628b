"""
Spotify's extended streaming history: every play of the account's life, in JSON arrays of at most about 13 MB.

Shape   {"ts": "2025-03-04T19:12:07Z", "ms_played": 201543, "master_metadata_track_name", …}, 19 to 25 fields
Time    `ts` is when the record closed, in UTC. A pause lies in between, so the start is known only where
        `offline_timestamp` has it: in seconds or in milliseconds, null, 0, or of another play
Dropped  address, country, user name, user agent, device; of the platform its family is kept
Source  the read-me of the export; what differs from it was seen in published files of 2015 to 2025
"""

import re
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from functools import partial
from typing import Any, BinaryIO

from blendify.importing.formats import fields
from blendify.importing.formats.fields import flag, text, whole
from blendify.importing.formats.format import Format, Options
from blendify.importing.formats.json_rows import entries, rows
from blendify.importing.formats.outline import Outline
from blendify.importing.formats.row_keys import RowKeys, named_id, normal
from blendify.importing.formats.rows import Play, Row, Skipped

NAME, SERVICE = "spotify_extended", "spotify"
TITLE = "Spotify, extended streaming history"
LONGEST_RECORD = timedelta(hours=24)
"""Between start and end. A record that was left open overnight is still believed."""
SLACK = timedelta(seconds=2)
FIELDS = (
    "ts",
    "ms_played",
    "master_metadata_track_name",
    "master_metadata_album_artist_name",
    "master_metadata_album_album_name",
    "spotify_track_uri",
    "episode_name",
    "episode_show_name",
    "spotify_episode_uri",
    "audiobook_title",
    "audiobook_uri",
    "audiobook_chapter_uri",
    "audiobook_chapter_title",
    "reason_start",
    "reason_end",
    "shuffle",
    "skipped",
    "offline",
    "offline_timestamp",
    "incognito_mode",
)
_ID = re.compile(r"spotify:(?:track|episode|album|artist):([0-9A-Za-z]{22})")
_FAMILIES = (
    ("android", re.compile(r"android", re.IGNORECASE)),
    ("ios", re.compile(r"\bios\b|iphone|ipad", re.IGNORECASE)),
    ("windows", re.compile(r"windows", re.IGNORECASE)),
    ("macos", re.compile(r"os ?x|macos|\bosx\b", re.IGNORECASE)),
    ("web", re.compile(r"web", re.IGNORECASE)),
    ("linux", re.compile(r"linux", re.IGNORECASE)),
    ("cast", re.compile(r"cast", re.IGNORECASE)),
    ("partner", re.compile(r"partner", re.IGNORECASE)),
)
_ACCOUNT_ROWS = 1_000


def read(stream: BinaryIO, options: Options, *, video: bool = False) -> Iterator[Row]:
    """The plays of one file, also those of a moment; `video` for files of videos, which have the same fields."""
    keys = RowKeys(NAME)
    for _, row in rows(stream, entries):
        if isinstance(row, Mapping):
            yield _play(row, keys, options, video=video)
        elif row != []:
            yield row if isinstance(row, Skipped) else Skipped("unreadable")


def accounts(stream: BinaryIO) -> frozenset[str]:
    """The user names in the rows, which only the files of about 2020 to 2022 have."""
    names = set()
    for number, (_, row) in enumerate(rows(stream, entries)):
        if number >= _ACCOUNT_ROWS:
            break
        if isinstance(row, Mapping) and (name := text(row, "username")):
            names.add(name)
    return frozenset(names)


def record_id(uri: str | None) -> str | None:
    """The id in a uri, as the history has it; the uri itself where it is of a local file or another kind."""
    match = _ID.fullmatch(uri or "")
    return match[1] if match else uri


def _format(generation: str, *, video: bool = False) -> Format:
    return Format(NAME, TITLE, generation, SERVICE, partial(read, video=video), accounts=accounts)


ENDSONG = _format("endsong, to 2022")
"""With user name and user agent in the rows."""
MUSIC = _format("from 2023")
AUDIOBOOKS = _format("from 2024, with audiobooks")
ENDVIDEO = _format("endvideo, to 2022", video=True)
VIDEO = _format("from 2023, videos", video=True)


def recognize(outline: Outline) -> Format | None:
    """By the fields of the first rows. Whether they are of videos only the file's name tells."""
    if not outline.has(("*", "ts"), ("*", "ms_played")):
        return None
    if outline.has(("*", "username")) or outline.has(("*", "user_agent_decrypted")):
        music, videos = ENDSONG, ENDVIDEO
    else:
        music, videos = (AUDIOBOOKS if outline.has(("*", "audiobook_title")) else MUSIC), VIDEO
    return videos if "video" in outline.path.rpartition("/")[2].lower() else music


def _play(row: Mapping[str, Any], keys: RowKeys, options: Options, *, video: bool) -> Row:
    written = text(row, "ts")
    ended = fields.moment(written)
    if ended is None:
        return Skipped("time_unreadable" if written else "time_missing")
    if fields.unlikely(ended, options.latest):
        return Skipped("time_unlikely")
    content = _content(row, video=video)
    if not content["track_name"] and not content["uri"]:
        return Skipped("empty")
    uri = content.pop("uri")
    milliseconds = whole(row, "ms_played")
    if milliseconds is not None and milliseconds < 0:
        milliseconds = None
    started, estimated = _start(ended, milliseconds, whole(row, "offline_timestamp"))
    names = uri or "\n".join(normal(content[name]) for name in ("track_name", "artist_name", "album_name"))
    return Play(
        key=keys.key(names, written, milliseconds),
        **content,
        started_at=started,
        ended_at=ended,
        ms_played=milliseconds,
        flags=_flags(row, estimated=estimated, video=video),
        service=SERVICE,
        answer=fields.allowed(row, FIELDS) | _platform(row),
    )


def _content(row: Mapping[str, Any], *, video: bool) -> dict[str, Any]:
    """What was played: a track, an episode, or a chapter of an audiobook."""
    track_uri, episode_uri = text(row, "spotify_track_uri"), text(row, "spotify_episode_uri")
    title = text(row, "master_metadata_track_name")
    chapter = text(row, "audiobook_chapter_title", "audiobook_title")
    kind: str | None
    names: tuple[str | None, str | None, str | None]
    if not title and (episode_uri or text(row, "episode_name")):
        kind, uri = "episode", episode_uri
        names = text(row, "episode_name"), None, text(row, "episode_show_name")
    elif not title and not track_uri and chapter:
        kind, uri = "chapter", text(row, "audiobook_chapter_uri", "audiobook_uri")
        names = chapter, None, text(row, "audiobook_title")
    else:
        uri = track_uri
        kind = "local" if (uri or "").startswith("spotify:local:") else "video" if video else None
        names = title, text(row, "master_metadata_album_artist_name"), text(row, "master_metadata_album_album_name")
    track_name, artist_name, album_name = names
    return {
        "uri": uri,
        "record_id": record_id(uri) or named_id(*names),
        "track_name": track_name,
        "artist_name": artist_name,
        "album_name": album_name,
        "kind": kind,
    }


def _start(ended: datetime, milliseconds: int | None, offline: int | None) -> tuple[datetime | None, bool]:
    """When the record began, and whether that is estimated: the play was then begun earlier by its pauses."""
    played = timedelta(milliseconds=min(milliseconds or 0, 2**40))
    began = fields.of_seconds(offline) if offline else None
    if began and timedelta(0) <= ended - began <= LONGEST_RECORD and ended - began >= played - SLACK:
        return began, False
    if milliseconds is None or played > LONGEST_RECORD:
        return None, False
    return ended - played, True


def _flags(row: Mapping[str, Any], *, estimated: bool, video: bool) -> dict[str, Any]:
    flags = {
        "reason_start": text(row, "reason_start"),
        "reason_end": text(row, "reason_end"),
        "skipped": flag(row, "skipped"),
        "finished": row.get("reason_end") == "trackdone" or None,
        "incognito": flag(row, "incognito_mode"),
        "offline": flag(row, "offline"),
        "shuffle": flag(row, "shuffle"),
        "estimated": estimated or None,
        "video": video or None,
        **_platform(row),
    }
    return {name: value for name, value in flags.items() if value is not None}


def _platform(row: Mapping[str, Any]) -> dict[str, str]:
    """The family of the platform: the whole text names a device."""
    platform = text(row, "platform")
    if not platform or platform == "not_applicable":
        return {}
    return {"platform": next((name for name, pattern in _FAMILIES if pattern.search(platform)), "other")}
