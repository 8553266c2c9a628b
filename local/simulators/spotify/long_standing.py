"""A listener with two years behind them: their library begins as `music.years` tells it, and changes like any other."""

from datetime import UTC, date, datetime
from functools import lru_cache

from local.simulators.frame.entries import NEVER, PLAIN, Entries, Entry
from local.simulators.music.chance import base62, digest
from local.simulators.music.recordings import Recordings
from local.simulators.music.years.shelf import Life, Shelf
from local.simulators.spotify.library import Playlist, SpotifyLibrary

NAME = "nora"
"""What the listener is called, at the consent page too."""


def first_day(today: date) -> date:
    """Of the quarter that began two years ago. A simulator that is started again some weeks later says the same."""
    return date(today.year - 2, (today.month - 1) // 3 * 3 + 1, 1)


def life(seed: int, today: date) -> Life:
    """The days from the first to yesterday: of today nobody knows yet how it ends."""
    return Life(Recordings(seed), first_day(today), date.fromordinal(today.toordinal() - 1))


@lru_cache(2)
def _yesterday(seed: int, today: date) -> Shelf:
    *_, last = life(seed, today).days()
    return last


class LongStanding(SpotifyLibrary):
    """The listener's library: at first as it was at the end of yesterday."""

    def live_until_today(self) -> None:
        """Take over everything that happened."""
        today = datetime.fromtimestamp(self.clock(), UTC).date()
        self.take(_yesterday(self.options.seed, today))

    def take(self, shelf: Shelf) -> None:
        """Hold what a shelf holds, and nothing else."""
        self._lists.clear()
        self.hold("recently_played", reversed(shelf.plays))
        self.hold("saved_tracks", shelf.likes)
        self.hold("saved_albums", shelf.albums)
        self.hold("followed_artists", shelf.follows)
        for time_range in shelf.top_tracks:
            self.hold("top_tracks", shelf.top_tracks[time_range], time_range)
            self.hold("top_artists", shelf.top_artists[time_range], time_range)
        self._take_playlists(shelf)

    def _take_playlists(self, shelf: Shelf) -> None:
        known = {playlist.name: playlist for playlist in self.playlists}
        self.playlists = [known.get(name) or self._new(number, name) for number, name in enumerate(shelf.playlists)]
        self.playlists_by_id = {playlist.id: playlist for playlist in self.playlists}
        # The newest playlist stands first, as it does at the service.
        self.hold("playlists", (Entry(PLAIN, playlist.number) for playlist in reversed(self.playlists)))
        for playlist in self.playlists:
            entries = Entries(shelf.playlists[playlist.name])
            playlist.edits = max((entry.when for entry in entries), default=NEVER)
            self.hold("playlist_tracks", entries, playlist.id)
            playlist.hold(entries)

    def _new(self, number: int, name: str) -> Playlist:
        raw = digest(self.start, "playlist", name)
        pictures = self.catalogue.pictures(raw)
        return Playlist(number=number, id=base62(raw), name=name, size=0, owner=self.person, pictures=pictures)
