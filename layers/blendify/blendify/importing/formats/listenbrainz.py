"""
ListenBrainz: a zip of lines by year and month, or one list in older exports; and what the listener loves.

Listen    {"listened_at": 1730000000, "track_metadata": {"track_name", "artist_name", "release_name", "mbid_mapping":
          {"recording_mbid"} or null, "additional_info": {…}}}; the additional information is free in names and types
Feedback  {"recording_msid", "recording_mbid", "score": 1 or -1, "created"}; mostly without names
Time      when it began; but what ListenBrainz itself read from Spotify has that service's moment
Dropped   `user.json`, and all additional information outside an allow-list
"""

from collections.abc import Iterator, Mapping
from typing import Any, BinaryIO

from blendify.importing.formats import fields, scrobbles
from blendify.importing.formats.fields import text, whole
from blendify.importing.formats.format import Format, Options
from blendify.importing.formats.json_rows import entries, rows
from blendify.importing.formats.outline import Outline
from blendify.importing.formats.row_keys import RowKeys, named_id
from blendify.importing.formats.rows import Row, SavedTrack, Skipped
from blendify.importing.formats.scrobbles import Scrobble, times_1000
from blendify.providers.named_fields import isrc

SERVICE = "listenbrainz"
MORE_FIELDS = ("duration_ms", "duration", "isrc", "music_service", "spotify_id", "recording_mbid", "tracknumber")
"""And `artist_names`, a list: of several artists `artist_name` is one text."""
FEEDBACK_FIELDS = ("recording_msid", "recording_mbid", "score", "created")
_POLLED = "spotify"


def read_listens(stream: BinaryIO, options: Options) -> Iterator[Row]:
    """The listens, in a list or in lines."""
    keys = RowKeys(SERVICE)
    for _, row in rows(stream, entries):
        if isinstance(row, Mapping):
            yield scrobbles.play(_said(row), keys, options, text(row, "listened_at"))
        elif row != []:
            yield row if isinstance(row, Skipped) else Skipped("unreadable")


def read_feedback(stream: BinaryIO, _: Options) -> Iterator[Row]:
    """The loved tracks; hated ones are counted."""
    keys = RowKeys(FEEDBACK.name)
    for _path, row in rows(stream, entries):
        if isinstance(row, Mapping):
            yield _loved(row, keys)
        elif row != []:
            yield row if isinstance(row, Skipped) else Skipped("unreadable")


LINES = Format("listenbrainz", "ListenBrainz, listens", "in lines", SERVICE, read_listens)
LIST = Format("listenbrainz", "ListenBrainz, listens", "one list", SERVICE, read_listens)
FEEDBACK = Format("listenbrainz_feedback", "ListenBrainz, loved tracks", "", SERVICE, read_feedback, holds="library")


def recognize(outline: Outline) -> Format | None:
    """By the fields of the first rows."""
    if outline.has(("listened_at",), ("track_metadata",)):
        return LINES
    if outline.has(("*", "listened_at"), ("*", "track_metadata")):
        return LIST
    if outline.has(("score",), ("created",)) and (outline.has(("recording_msid",)) or outline.has(("recording_mbid",))):
        return FEEDBACK
    return None


def _said(row: Mapping[str, Any]) -> Scrobble:
    metadata = _object(row, "track_metadata")
    more, mapping = _object(metadata, "additional_info"), _object(metadata, "mbid_mapping")
    names = fields.allowed(metadata, ("track_name", "artist_name", "release_name"))
    polled = _POLLED in (text(more, "music_service") or "").lower()
    mbid = text(mapping, "recording_mbid") or text(more, "recording_mbid")
    return Scrobble(
        service=SERVICE,
        track_name=text(metadata, "track_name"),
        artist_name=text(metadata, "artist_name"),
        artists=fields.texts(more.get("artist_names")),
        started_at=fields.of_seconds(whole(row, "listened_at")),
        album_name=text(metadata, "release_name"),
        mbid=mbid,
        isrc=isrc(text(more, "isrc")),
        duration_ms=whole(more, "duration_ms") or times_1000(whole(more, "duration")),
        scrobble=not polled,
        answer={
            **fields.allowed(row, ("listened_at",)),
            **names,
            **({"mbid": mbid} if mbid else {}),
            **fields.allowed(more, MORE_FIELDS),
        },
    )


def _loved(row: Mapping[str, Any], keys: RowKeys) -> SavedTrack | Skipped:
    metadata = _object(row, "track_metadata")
    mbid, msid = text(row, "recording_mbid"), text(row, "recording_msid")
    if whole(row, "score") != 1:
        return Skipped("not_kept")
    if not mbid and not msid:
        return Skipped("empty")
    return SavedTrack(
        key=keys.key(msid or mbid),
        record_id=named_id("recording", mbid or msid),
        track_name=text(metadata, "track_name"),
        artist_name=text(metadata, "artist_name"),
        mbid=mbid,
        added_at=fields.of_seconds(whole(row, "created")),
        service=SERVICE,
        answer=fields.allowed(row, FEEDBACK_FIELDS),
    )


def _object(row: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    value = row.get(name)
    return value if isinstance(value, Mapping) else {}
