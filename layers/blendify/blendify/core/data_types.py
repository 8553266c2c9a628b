"""The kinds of data a listener's account holds, and the outcomes of collecting one of them."""

from enum import StrEnum


class DataType(StrEnum):
    """One word per kind of data: the Lambda, the state, the partition and the test carry the same."""

    TOP_TRACKS = "top_tracks"
    TOP_ARTISTS = "top_artists"
    RECENTLY_PLAYED = "recently_played"
    PLAYLISTS = "playlists"
    PLAYLIST_TRACKS = "playlist_tracks"
    SAVED_TRACKS = "saved_tracks"
    SAVED_ALBUMS = "saved_albums"
    FOLLOWED_ARTISTS = "followed_artists"

    @property
    def words(self) -> str:
        """`playlist_tracks` as people say it: `playlist tracks`."""
        return self.value.replace("_", " ")

    @property
    def noun(self) -> str:
        """What one counts: `tracks`, `artists`, `plays` …"""
        return "plays" if self is DataType.RECENTLY_PLAYED else self.value.rpartition("_")[2]


class Outcome(StrEnum):
    """Where the collection of one data type stands; all but the first three are final for the run."""

    PENDING = "pending"
    RUNNING = "running"
    WAITING = "waiting"
    COMPLETE = "complete"
    NOT_REQUESTED = "not_requested"
    NOT_OFFERED = "not_offered"
    NOT_PERMITTED = "not_permitted"
    RECONNECT = "reconnect"
    FAILED = "failed"

    @property
    def final(self) -> bool:
        """Nothing more happens to this data type in this run."""
        return self not in (Outcome.PENDING, Outcome.RUNNING, Outcome.WAITING)


class Status(StrEnum):
    """Where a sync as a whole stands."""

    RUNNING = "running"
    WAITING = "waiting"
    SUCCEEDED = "succeeded"
    PARTIAL = "partial"
    FAILED = "failed"
