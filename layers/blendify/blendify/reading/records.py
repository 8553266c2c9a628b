"""Records as apps read them: the fields of each data type with their descriptions, and how a fact becomes a record."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from blendify.core.data_types import DataType
from blendify.history.facts import moment_of
from blendify.history.stored_facts import StoredFact


@dataclass(frozen=True)
class Field:
    """One field: its JSON type and its description. Every field may be null, because providers leave things out."""

    json_type: str
    description: str


TEXT, NUMBER, FLAG, ARTISTS, MAP = "string", "integer", "boolean", "array", "object"

COMMON: Mapping[str, Field] = {
    "record_id": Field(
        TEXT, "The provider's id, or its URI where there is no id; null for an entry that the provider has emptied"
    ),
    "provider": Field(TEXT, "The provider that the record comes from"),
    "fetched_at": Field(TEXT, "The start of the sync that recorded it, ISO 8601, UTC"),
    "kind": Field(
        TEXT,
        "episode, chapter, local, video, album, playlist, station, null, or the provider's own word, for an entry that "
        "its list is not named for; else null",
    ),
    "origin": Field(TEXT, "import where a file that the listener brought tells of it; else null"),
    "import_id": Field(TEXT, "Which import stored it; null where syncs alone tell of it"),
}
_ARTIST: Mapping[str, Field] = {
    "artist_id": Field(TEXT, "The provider's id of the (first) artist"),
    "artist_name": Field(TEXT, "All artists, as on a cover"),
}
_CREDITS: Mapping[str, Field] = {
    **_ARTIST,
    "artists": Field(
        ARTISTS, "The artists, at most 50; one joined name without an id where the provider does not separate them"
    ),
}
_ALBUM: Mapping[str, Field] = {
    "album_id": Field(TEXT, "The provider's id of the album"),
    "album_name": Field(TEXT, "The album's name"),
    "album_art_url": Field(TEXT, "The largest picture of the cover"),
}
_TRACK: Mapping[str, Field] = {
    "track_id": Field(TEXT, "The provider's id of the track"),
    "track_name": Field(TEXT, "The track's name, or the name of the entry that stands in its place"),
    **_CREDITS,
    **_ALBUM,
    "duration_ms": Field(NUMBER, "Length in milliseconds"),
    "isrc": Field(TEXT, "The recording's ISRC in upper case without hyphens, which is the same at every provider"),
    "explicit": Field(FLAG, "Whether the lyrics are explicit"),
    "popularity": Field(NUMBER, "0 to 100, as the provider counted it at that time"),
    "mbid": Field(TEXT, "The record's id at MusicBrainz"),
}
_GENRES = Field(TEXT, "Genres, separated by commas")
_FOLLOWER_COUNT = Field(NUMBER, "Number of followers, as the provider counted them at that time")
_FULL_ARTIST: Mapping[str, Field] = {
    **_ARTIST,
    "artist_image_url": Field(TEXT, "The largest picture"),
    "genres": _GENRES,
    "popularity": _TRACK["popularity"],
    "follower_count": _FOLLOWER_COUNT,
    "mbid": _TRACK["mbid"],
}
_RANKED: Mapping[str, Field] = {
    "time_range": Field(TEXT, "The period over which the ranks are counted"),
    "rank": Field(NUMBER, "1 is played most"),
    "play_count": Field(NUMBER, "Plays in that period, where the provider gives them"),
}
_PLAYLIST_ID = Field(TEXT, "The provider's id of the playlist")
_ADDED_AT = Field(TEXT, "When the listener added it, ISO 8601, UTC")

FIELDS: Mapping[DataType, Mapping[str, Field]] = {
    DataType.TOP_TRACKS: {**_TRACK, **_RANKED},
    DataType.TOP_ARTISTS: {**_FULL_ARTIST, **_RANKED},
    DataType.RECENTLY_PLAYED: {
        **_TRACK,
        "played_at": Field(
            TEXT, "When it was played, ISO 8601, UTC; where the provider gives no time, when a sync first found it"
        ),
        "played_after": Field(
            TEXT,
            "Where the provider gives no time: the start of the sync before, which did not find it; played in between",
        ),
        "context_uri": Field(TEXT, "The album, artist or playlist from which it was played"),
        "ended_at": Field(TEXT, "When it ended, as an imported file has it, ISO 8601, UTC"),
        "precision": Field(TEXT, "second, minute, hour or day: how exact the times of an imported play are"),
        "ms_played": Field(NUMBER, "For how long it was heard, in milliseconds, as an imported file has it"),
        "flags": Field(
            MAP, "What an imported file says beside that: reason_end, skipped, incognito, offline and others"
        ),
    },
    DataType.PLAYLISTS: {
        "playlist_id": _PLAYLIST_ID,
        "playlist_name": Field(TEXT, "The playlist's name"),
        "description": Field(TEXT, "The playlist's description"),
        "playlist_image_url": Field(TEXT, "The largest picture of the cover"),
        "owner_id": Field(TEXT, "The provider's id of the owner"),
        "owner_name": Field(TEXT, "The owner's name"),
        "snapshot_id": Field(TEXT, "The provider's id of the playlist's state"),
        "collaborative": Field(FLAG, "Whether other people may change it"),
        "public": Field(FLAG, "Whether the listener's profile shows it"),
        "total_tracks": Field(NUMBER, "Number of entries"),
        "follower_count": _FOLLOWER_COUNT,
        "position": Field(NUMBER, "Its place in the listener's list of playlists when it was recorded, from 0"),
    },
    DataType.PLAYLIST_TRACKS: {
        **_TRACK,
        "playlist_id": _PLAYLIST_ID,
        "position": Field(NUMBER, "Its place in the playlist, from 0"),
        "added_at": _ADDED_AT,
        "added_by": Field(TEXT, "The provider's id of the person who added it"),
    },
    DataType.SAVED_TRACKS: {**_TRACK, "added_at": _ADDED_AT},
    DataType.SAVED_ALBUMS: {
        **_ALBUM,
        **_CREDITS,
        "album_type": Field(TEXT, "album, single, compilation, or the provider's own word"),
        "release_date": Field(TEXT, "A day, a month or a year, as precise as the provider knows it"),
        "total_tracks": Field(NUMBER, "Number of tracks"),
        "genres": _GENRES,
        "upc": Field(TEXT, "The release's UPC without leading zeros"),
        "added_at": _ADDED_AT,
    },
    DataType.FOLLOWED_ARTISTS: _FULL_ARTIST,
}
"""The fields that each data type has beside `COMMON`."""


def metadata_field(data_type: DataType) -> str:
    """The field of the provider's full response, which `raw=true` adds: `track_metadata`, `artist_metadata` …"""
    nouns = {DataType.RECENTLY_PLAYED: "track", DataType.PLAYLISTS: "playlist"}
    return f"{nouns.get(data_type) or data_type.noun.removesuffix('s')}_metadata"


def record(fact: StoredFact, data_type: DataType, *, raw: bool = False) -> dict[str, Any]:
    """A fact as apps read it: every field of its data type, null where the fact has no value that apps can use."""
    values = fact.attribute_values
    moment = values.get("imported_at") or moment_of(str(fact.fetched_at))
    if values.get("origin") and data_type is DataType.RECENTLY_PLAYED:
        values = {**values, "played_at": values.get("started_at") or values.get("ended_at")}
    fields = record_of(values, moment, data_type)
    if raw:
        fields[metadata_field(data_type)] = fact.answer() if fact.raw else None
    return fields


def record_of(values: Mapping[str, Any], fetched_at: str, data_type: DataType) -> dict[str, Any]:
    """The same of named fields alone, recorded at that moment."""
    fields = {name: _safe(name, values.get(name)) for name in (*COMMON, *FIELDS[data_type])}
    return {**fields, "fetched_at": fetched_at}


def _safe(name: str, value: Any) -> Any:
    """The value. Apps follow addresses, so it is null for one that is not of the web, such as `javascript:`."""
    return None if name.endswith("_url") and not str(value).lower().startswith(("https://", "http://")) else value
