"""When songs and artists are first known of, from the parts of the history that may be shown."""

from collections.abc import Iterable, Iterator

from blendify.insights.buckets import First, MonthOfLibrary, MonthOfPlays, TopList
from blendify.taste import listening


def firsts(plays: Iterable[MonthOfPlays], lists: Iterable[TopList], library: Iterable[MonthOfLibrary]) -> list[First]:
    """The earliest play, ranking or addition of each, by key."""
    earliest: dict[tuple[bool, str], First] = {}
    for sources in (_of_plays(plays), _of_lists(lists), _of_library(library)):
        for first in sources:
            known = earliest.get((first.is_artist, first.key))
            if known is None or first.day < known.day:
                earliest[first.is_artist, first.key] = first
    return [earliest[key] for key in sorted(earliest)]


def _of_plays(plays: Iterable[MonthOfPlays]) -> Iterator[First]:
    for month in plays:
        for day, song, _ in listening.plays_of(month):
            yield First(song.key, song.title, song.cover, day, "recently_played", is_artist=False)
            for artist in song.artists:
                yield First(artist.key, artist.name, artist.image, day, "recently_played", is_artist=True)


def _of_lists(lists: Iterable[TopList]) -> Iterator[First]:
    for snapshot in lists:
        for entry in snapshot.entries:
            is_artist = snapshot.what == "artists"
            yield First(entry.key, entry.name, entry.image, snapshot.day, f"top_{snapshot.what}", is_artist=is_artist)


def _of_library(library: Iterable[MonthOfLibrary]) -> Iterator[First]:
    for month in library:
        for change in month.added:
            if change.data_type in ("saved_tracks", "playlist_tracks"):
                yield First(change.key, change.name, change.image, change.day, change.data_type, is_artist=False)
            if change.data_type == "followed_artists":
                yield First(change.key, change.name, change.image, change.day, change.data_type, is_artist=True)
            elif len(change.artist_keys) == 1:
                # Of several artists only the line of all is known.
                name = change.artist_line or change.name
                yield First(change.artist_keys[0], name, None, change.day, change.data_type, is_artist=True)
