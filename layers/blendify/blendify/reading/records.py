"""The records that listeners' apps read: which fields each data type has, what they mean, and a stored fact as one."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from blendify.core.data_types import DataType
from blendify.history.facts import moment_of
from blendify.history.stored_facts import StoredFact


@dataclass(frozen=True)
class Field:
    """One named field: its JSON type and what it says. Every one may be null: providers leave things out."""

    kind: str
    means: str


TEXT, NUMBER, FLAG = "string", "integer", "boolean"

COMMON: Mapping[str, Field] = {
    "record_id": Field(TEXT, "The provider's id, its uri where there is none; null for an entry that it emptied"),
    "provider": Field(TEXT, "Where the record is from"),
    "fetched_at": Field(TEXT, "The begin of the sync that recorded it, ISO 8601, UTC"),
    "kind": Field(
        TEXT,
        "episode, local, video, album, playlist, station or null where the entry is not what its list is named for",
    ),
}
_ARTIST: Mapping[str, Field] = {
    "artist_id": Field(TEXT, "The provider's id of the (first) artist"),
    "artist_name": Field(TEXT, "All artists, as they stand on a cover"),
}
_ALBUM: Mapping[str, Field] = {
    "album_id": Field(TEXT, "The provider's id of the album"),
    "album_name": Field(TEXT, "The album's name"),
    "album_art_url": Field(TEXT, "The largest picture of its cover"),
}
_TRACK: Mapping[str, Field] = {
    "track_id": Field(TEXT, "The provider's id of the track"),
    "track_name": Field(TEXT, "The track's name, or that of what stands in its place"),
    **_ARTIST,
    **_ALBUM,
    "duration_ms": Field(NUMBER, "Milliseconds"),
    "isrc": Field(TEXT, "The recording's code, the same at every provider"),
    "explicit": Field(FLAG, "Whether it has explicit words"),
    "popularity": Field(NUMBER, "0 to 100, as the provider counted it then"),
    "mbid": Field(TEXT, "The record's id at MusicBrainz"),
}
_FULL_ARTIST: Mapping[str, Field] = {
    **_ARTIST,
    "artist_image_url": Field(TEXT, "The largest picture"),
    "genres": Field(TEXT, "Genres, separated by commas"),
    "popularity": _TRACK["popularity"],
    "mbid": _TRACK["mbid"],
}
_RANKED: Mapping[str, Field] = {
    "time_range": Field(TEXT, "The span that the ranks are counted over"),
    "rank": Field(NUMBER, "1 is the most played"),
    "play_count": Field(NUMBER, "How often it was played in that span, where the provider tells"),
}
_PLAYLIST_ID = Field(TEXT, "The provider's id of the playlist")
_ADDED_AT = Field(TEXT, "When the listener added it, ISO 8601, UTC")

FIELDS: Mapping[DataType, Mapping[str, Field]] = {
    DataType.TOP_TRACKS: {**_TRACK, **_RANKED},
    DataType.TOP_ARTISTS: {**_FULL_ARTIST, **_RANKED},
    DataType.RECENTLY_PLAYED: {
        **_TRACK,
        "played_at": Field(
            TEXT, "When it was played, ISO 8601, UTC; where the provider does not tell, when a sync first saw it"
        ),
        "played_after": Field(
            TEXT, "Where the provider does not tell when: the sync before, which did not see it; it was played between"
        ),
        "context_uri": Field(TEXT, "The album, artist or playlist that it was played from"),
    },
    DataType.PLAYLISTS: {
        "playlist_id": _PLAYLIST_ID,
        "playlist_name": Field(TEXT, "The playlist's name"),
        "playlist_image_url": Field(TEXT, "The largest picture of its cover"),
        "owner_id": Field(TEXT, "The provider's id of whoever owns it"),
        "owner_name": Field(TEXT, "The owner's name"),
        "snapshot_id": Field(TEXT, "The provider's name for its state"),
        "collaborative": Field(FLAG, "Whether others may change it"),
        "public": Field(FLAG, "Whether it is on the listener's profile"),
        "total_tracks": Field(NUMBER, "How many entries it has"),
        "position": Field(NUMBER, "Its place in the listener's list when it was recorded, from 0"),
    },
    DataType.PLAYLIST_TRACKS: {
        **_TRACK,
        "playlist_id": _PLAYLIST_ID,
        "position": Field(NUMBER, "Its place in the playlist, from 0"),
        "added_at": _ADDED_AT,
        "added_by": Field(TEXT, "The provider's id of whoever added it"),
    },
    DataType.SAVED_TRACKS: {**_TRACK, "added_at": _ADDED_AT},
    DataType.SAVED_ALBUMS: {
        **_ALBUM,
        **_ARTIST,
        "album_type": Field(TEXT, "album, single or compilation"),
        "release_date": Field(TEXT, "A day, a month or a year"),
        "total_tracks": Field(NUMBER, "How many tracks it has"),
        "upc": Field(TEXT, "The release's code"),
        "added_at": _ADDED_AT,
    },
    DataType.FOLLOWED_ARTISTS: _FULL_ARTIST,
}
"""Beside those that all records have."""


def metadata(data_type: DataType) -> str:
    """Where the provider's full answer stands when it is asked for: `track_metadata`, `artist_metadata` …"""
    nouns = {DataType.RECENTLY_PLAYED: "track", DataType.PLAYLISTS: "playlist"}
    return f"{nouns.get(data_type) or data_type.noun.removesuffix('s')}_metadata"


def record(fact: StoredFact, data_type: DataType, *, raw: bool = False) -> dict[str, Any]:
    """A fact as apps read it: every field of its data type, null where there is nothing."""
    values = fact.attribute_values
    told = {
        **{name: values.get(name) for name in (*COMMON, *FIELDS[data_type])},
        "fetched_at": moment_of(str(fact.fetched_at)),
    }
    if raw:
        told[metadata(data_type)] = fact.answer() if fact.raw else None
    return told
