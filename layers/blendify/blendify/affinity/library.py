"""What the library holds now, and what was taken out of it, from its changes."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from blendify.insights.buckets import LibraryChange, MonthOfLibrary
from blendify.taste.days import later

LIKES, ENTRIES, FOLLOWS, PLAYLISTS = "saved_tracks", "playlist_tracks", "followed_artists", "playlists"
REMEMBERED = 365
"""Days for which a song that was taken out is not offered again."""

Place = tuple[str, str, str, str]
"""Data type, provider, playlist id, record id: where something stands."""


@dataclass(frozen=True)
class Ownership:
    """Which playlists are the listener's own, and which entries."""

    owners: Mapping[tuple[str, str], str]
    """Provider and playlist id → the owner's id, where it is told."""
    own: Mapping[str, frozenset[str]]
    """Provider → the ids by which it knows the listener."""

    def includes(self, entry: LibraryChange) -> bool:
        """
        Whether an entry is the listener's own: in a playlist of theirs, and not added by somebody else.

        Where the provider tells no owner, the playlist is of the listener's library, and theirs
        """
        ids = self.own.get(entry.provider, frozenset())
        owner = self.owners.get((entry.provider, entry.playlist_id or ""))
        return (owner is None or owner in ids) and (entry.added_by is None or entry.added_by in ids)


@dataclass(frozen=True)
class LibraryNow:
    """The library as it is."""

    likes: tuple[LibraryChange, ...]
    """One for each liked song at each provider."""
    entries: tuple[LibraryChange, ...]
    """One for each time that a song stands in an own playlist."""
    follows: tuple[LibraryChange, ...]
    forbidden: frozenset[str]
    """Keys of songs that were taken out of likes or of an own playlist within a year, and did not come back."""


def library_now(months: Sequence[MonthOfLibrary], ownership: Ownership, today: str) -> LibraryNow:
    """Fold the changes, which may come in any order."""
    held: Counter[Place] = Counter()
    newest: dict[Place, LibraryChange] = {}
    removals: list[LibraryChange] = []
    for change, sign in _signed(months):
        if change.data_type == ENTRIES and not ownership.includes(change):
            continue
        place = _place(change)
        held[place] += sign
        newest[place] = max(newest.get(place, change), change, key=_newest)
        if sign < 0:
            removals.append(change)
    deleted = _deleted_playlists(months)
    present = [
        place
        for place in sorted(held)
        if held[place] > 0 and not (place[0] == ENTRIES and (place[1], place[2]) in deleted)
    ]
    by_type = {
        name: tuple(newest[place] for place in present if place[0] == name for _ in range(held[place]))
        for name in (ENTRIES, LIKES, FOLLOWS)
    }
    likes, follows = (tuple(dict.fromkeys(by_type[name])) for name in (LIKES, FOLLOWS))
    liked, listed = ({change.key for change in there} for there in (likes, by_type[ENTRIES]))
    since = later(today, -REMEMBERED)
    forbidden = {
        change.key
        for change in removals
        if change.day >= since
        and change.key not in liked
        and (change.data_type == LIKES or (change.data_type == ENTRIES and change.key not in listed))
        # Who deletes a playlist takes back the playlist, not each of its songs.
        and not (change.data_type == ENTRIES and _of(change) in deleted and change.day >= deleted[_of(change)])
    }
    return LibraryNow(likes, by_type[ENTRIES], follows, frozenset(forbidden))


def _signed(months: Sequence[MonthOfLibrary]) -> Iterator[tuple[LibraryChange, int]]:
    for month in months:
        for changes, sign in ((month.added, 1), (month.removed, -1)):
            yield from ((change, sign) for change in changes if change.data_type in (LIKES, ENTRIES, FOLLOWS))


def _deleted_playlists(months: Iterable[MonthOfLibrary]) -> dict[tuple[str, str], str]:
    """The playlists that left the library and did not come back, and on which day."""
    added: dict[tuple[str, str], str] = {}
    removed: dict[tuple[str, str], str] = {}
    for month in months:
        for changes, days in ((month.added, added), (month.removed, removed)):
            for change in changes:
                if change.data_type == PLAYLISTS:
                    playlist = change.provider, change.record_id
                    days[playlist] = max(days.get(playlist, ""), change.day)
    return {playlist: day for playlist, day in removed.items() if day >= added.get(playlist, "")}


def _newest(change: LibraryChange) -> tuple[str, ...]:
    return change.day, change.key, change.name, change.artist_line or "", change.image or ""


def _place(change: LibraryChange) -> Place:
    return change.data_type, change.provider, change.playlist_id or "", change.record_id


def _of(change: LibraryChange) -> tuple[str, str]:
    return change.provider, change.playlist_id or ""
