"""
From a row to the facts that store it.

Key     `<moment of the row>#<service>#<key of the row>` in the partition `<user>#<data type>#imported`. Nothing of the
        import is in it: a row that comes again, in whichever file and import, meets its own key, and INSERT cannot
        overwrite. So neither a second upload nor a death anywhere can store a row twice
Moment  of a play its end where the file has it, as that stands in the row itself; the start may be an estimate
Lists   which of these facts a file lists in a library stands beside them, in `<user>#<data type>#imported_lists`: a row
        that an earlier import stored has no sign of the later one, and one that is not in the later file no end
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from blendify.core import times
from blendify.core.data_types import DataType
from blendify.history.facts import IMPORTED, IMPORTED_LISTS, Fact
from blendify.importing.formats.rows import FollowedArtist, Play, Playlist, Row, SavedAlbum, SavedTrack, Skipped

UNDATED = datetime(1970, 1, 1, tzinfo=UTC)
"""The moment of rows that have none: a constant, as the import's own would make another key of the same row."""
ORIGIN = "import"
LISTED = (
    DataType.SAVED_TRACKS,
    DataType.SAVED_ALBUMS,
    DataType.FOLLOWED_ARTISTS,
    DataType.PLAYLISTS,
    DataType.PLAYLIST_TRACKS,
)
"""The data types that are lists; a play is an event."""
Values = tuple[DataType, datetime, str, dict[str, Any], Any]
"""Of one fact: data type, moment and key; named fields; answer."""


@dataclass(frozen=True)
class Importer:
    """Who imports, and in which import."""

    user_id: str
    import_id: str
    imported_at: str
    """When the import began, ISO 8601."""

    def facts(self, row: Row, part: str) -> Iterator[Fact]:
        """
        What stores a row: a fact, of a playlist several; nothing for one that is skipped.

        part    the part of the import in which it is appended
        """
        for data_type, moment, key, fields, answer in self._values(row):
            origin = {"origin": ORIGIN, "import_id": self.import_id, "import_part": part}
            values = {**fields, **origin, "imported_at": self.imported_at}
            name = f"{data_type}{IMPORTED}"
            service = getattr(row, "service", "")
            yield Fact.of(self.user_id, name, times.iso(moment), service, key, values, answer)

    def listings(self, facts: Iterable[Fact], part: str) -> Iterator[Fact]:
        """What keeps which of these facts a part of the file lists: a fact for each data type and service."""
        held: dict[tuple[str, str], dict[str, list[str]]] = {}
        for fact in facts:
            data_type = fact.partition.split("#")[1]
            if data_type in LISTED:
                lists = held.setdefault((data_type, fact.provider), {})
                lists.setdefault(fact.fields.get("playlist_id", ""), []).append(fact.fetched_at)
        origin = {"origin": ORIGIN, "import_id": self.import_id, "import_part": part, "imported_at": self.imported_at}
        for (data_type, service), lists in held.items():
            name, key = f"{data_type}{IMPORTED_LISTS}", f"{self.import_id}#{part}"
            yield Fact.of(self.user_id, name, self.imported_at, service, key, origin, lists)

    def _values(self, row: Row) -> Iterator[Values]:
        match row:
            case Skipped():
                return
            case Play():
                yield _value(DataType.RECENTLY_PLAYED, row.ended_at or row.at, row, _play(row))
            case SavedTrack():
                yield _value(DataType.SAVED_TRACKS, row.added_at, row, _track(row) | _added(row))
            case SavedAlbum():
                fields = {"album_name": row.album_name, **_artist(row)}
                yield _value(DataType.SAVED_ALBUMS, row.added_at, row, fields | _added(row))
            case FollowedArtist():
                yield _value(DataType.FOLLOWED_ARTISTS, row.added_at, row, {"artist_name": row.artist_name})
            case Playlist():
                yield from self._playlist(row)

    def _playlist(self, row: Playlist) -> Iterator[Values]:
        named = {"playlist_id": row.record_id, "playlist_name": row.playlist_name}
        more = {"description": row.description, "total_tracks": len(row.entries)}
        yield _value(DataType.PLAYLISTS, row.modified_at, row, {**named, **more})
        for position, entry in enumerate(row.entries):
            fields = {**_track(entry), **_added(entry), **named, "position": position, "record_id": entry.record_id}
            key = f"{row.key}#{position:05}#{entry.record_id}"
            yield DataType.PLAYLIST_TRACKS, entry.added_at or UNDATED, key, fields, entry.answer


def _value(data_type: DataType, moment: datetime | None, row: Any, fields: dict[str, Any]) -> Values:
    values = {"record_id": row.record_id, "precision": row.precision, **fields}
    return data_type, moment or UNDATED, row.key, values, row.answer


def _play(row: Play) -> dict[str, Any]:
    return {
        **_track(row),
        "started_at": times.iso(row.started_at) if row.started_at else None,
        "ended_at": times.iso(row.ended_at) if row.ended_at else None,
        "ms_played": row.ms_played,
        "flags": dict(row.flags) or None,
    }


def _track(row: Any) -> dict[str, Any]:
    """What plays, saved tracks and entries of playlists have of a track."""
    values = {"track_name": row.track_name, "album_name": row.album_name, "kind": row.kind, **_artist(row)}
    return values | {name: getattr(row, name, None) for name in ("isrc", "mbid", "duration_ms")}


def _artist(row: Any) -> dict[str, Any]:
    names = getattr(row, "artists", ()) or filter(None, (row.artist_name,))
    artists = [{"id": None, "name": name} for name in names] or None
    return {"artist_name": row.artist_name, "artists": artists}


def _added(row: Any) -> dict[str, Any]:
    return {"added_at": times.iso(row.added_at) if row.added_at else None}
