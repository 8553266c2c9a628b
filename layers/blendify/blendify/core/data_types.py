"""The types of data in a listener's account, and the outcomes of collecting one."""

from enum import StrEnum


class DataType(StrEnum):
    """One name per type: the Lambda, the state, the partition and the test have the same."""

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
        """The name in words: `playlist tracks`."""
        return self.value.replace("_", " ")

    @property
    def noun(self) -> str:
        """The name of its records: `tracks`, `artists`, `plays` …"""
        return "plays" if self is DataType.RECENTLY_PLAYED else self.value.rpartition("_")[2]


class Outcome(StrEnum):
    """The state of one data type in a sync; all but the first three are final."""

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
        """The sync does nothing more for this data type."""
        return self not in (Outcome.PENDING, Outcome.RUNNING, Outcome.WAITING)


class Status(StrEnum):
    """The state of a whole sync."""

    RUNNING = "running"
    WAITING = "waiting"
    SUCCEEDED = "succeeded"
    PARTIAL = "partial"
    FAILED = "failed"
