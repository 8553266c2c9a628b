"""
What readers make of a file, row by row.

Rows are values: they know no user, no import and no table. What the file holds beside the named fields is in `answer`,
after an allow-list of the format: no address, device, user name or payment is in any row.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

Precision = Literal["second", "minute", "hour", "day"]
"""How exact a time is. A time of a day is its first moment, one of an hour the hour's."""

REASONS: Mapping[str, str] = {
    "advertisement": "It is an advertisement.",
    "cut_off": "The file ends in the middle: what was before that is read.",
    "empty": "It has neither a title nor an artist.",
    "no_play": "It records something other than a play, such as a pause, a search or a shown text.",
    "not_kept": "It is of a kind that has no place here, such as a banned track or a podcast that is followed.",
    "now_playing": "It was still playing when the file was made, so it has no time.",
    "time_missing": "It has no time.",
    "time_unlikely": "Its time lies before 2000 or after the file was read: the clock of the player was wrong.",
    "time_unreadable": "Its time is not written as this format writes times.",
    "too_long": "It is longer than a row of this format can be.",
    "unreadable": "It is not written as this format writes rows.",
}
"""Why a row is not stored: a code, and the sentence for the report."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Play:
    """Something that was played, or at least begun. At least one of the two times is known."""

    key: str
    """The same for the same row in every file and every download: importing twice stores once."""
    record_id: str
    """The provider's id; where the file has none, an id that follows from the names."""
    track_name: str | None
    artist_name: str | None
    artists: tuple[str, ...] = ()
    """The artists of `artist_name` one by one, the first first, where the file names them so."""
    album_name: str | None = None
    isrc: str | None = None
    mbid: str | None = None
    duration_ms: int | None = None
    """Length of the track, where the file has it."""
    started_at: datetime | None = None
    ended_at: datetime | None = None
    """Both are aware, in UTC."""
    precision: Precision = "second"
    ms_played: int | None = None
    """How long it was heard, without pauses. None: the file does not say."""
    flags: Mapping[str, Any] = field(default_factory=dict)
    """
    What the row says of the play, and only what it says: `reason_start`, `reason_end`, `skipped`, `finished` (played to
    its end), `incognito`, `offline`, `shuffle`, `platform` (a family, such as `android`), `estimated` (the start
    follows from end and length), `parts` (put together from so many rows), `plays` (so many plays of an hour or a day).
    """
    kind: str | None = None
    """`episode`, `chapter`, `local`, `video`; `watched` is not known to be music; None is a track."""
    service: str
    """Where it was played: a provider's name as we have it, else the format's own name."""
    scrobble: bool = False
    """Whether a service that is told of plays tells of it: then its time is the start, as a rule."""
    answer: Mapping[str, Any]

    @property
    def at(self) -> datetime:
        """When it was played: the start where it is known, else the end."""
        moment = self.started_at or self.ended_at
        assert moment is not None  # noqa: S101 -- readers make no play without a time
        return moment


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedTrack:
    """A track that the listener saved, liked or loved."""

    key: str
    record_id: str
    track_name: str | None
    artist_name: str | None
    album_name: str | None = None
    isrc: str | None = None
    mbid: str | None = None
    duration_ms: int | None = None
    added_at: datetime | None = None
    precision: Precision = "second"
    kind: str | None = None
    service: str
    answer: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedAlbum:
    """An album that the listener saved."""

    key: str
    record_id: str
    album_name: str | None
    artist_name: str | None
    added_at: datetime | None = None
    precision: Precision = "second"
    service: str
    answer: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowedArtist:
    """An artist, or a channel, that the listener follows."""

    key: str
    record_id: str
    artist_name: str | None
    added_at: datetime | None = None
    precision: Precision = "second"
    kind: str | None = None
    """`channel`: not known to be an artist."""
    service: str
    answer: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaylistEntry:
    """A track of a playlist, in its place."""

    record_id: str
    track_name: str | None
    artist_name: str | None
    album_name: str | None = None
    added_at: datetime | None = None
    precision: Precision = "second"
    kind: str | None = None
    answer: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Playlist:
    """A playlist with what is in it, in its order; at most `MOST_ENTRIES`."""

    key: str
    record_id: str
    playlist_name: str | None
    description: str | None = None
    entries: tuple[PlaylistEntry, ...]
    modified_at: datetime | None = None
    precision: Precision = "second"
    service: str
    answer: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Skipped:
    """A row that is not stored. `reason` is one of `REASONS`; nothing of the row itself is in it."""

    reason: str


MOST_ENTRIES = 20_000
"""Of one playlist; services allow 10,000 and fewer."""

Row = Play | SavedTrack | SavedAlbum | FollowedArtist | Playlist | Skipped
