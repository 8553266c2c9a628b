"""Which decades a listener's music is from, by the year of the release that they have."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from blendify.insights.buckets import MonthOfLibrary, MonthOfPlays
from blendify.taste.listening import LEAST_COVERAGE

SONGS = ("saved_tracks", "playlist_tracks")
EARLIEST, LATEST = 1900, 2100
"""Years outside are the services' mistakes, such as 0 and 1."""


@dataclass(frozen=True)
class Side:
    """Likes, or plays."""

    by_decade: dict[int, int]
    coverage: float
    """The share whose year is known."""
    total: int

    @property
    def enough(self) -> bool:
        """Whether enough years are known to say something."""
        return self.total > 0 and self.coverage >= LEAST_COVERAGE

    def share(self, decade: int) -> float:
        """The decade's part of all whose year is known."""
        return self.by_decade.get(decade, 0) / (sum(self.by_decade.values()) or 1)


@dataclass(frozen=True)
class Eras:
    """Likes and plays side by side."""

    decades: tuple[int, ...]
    """From the first to the last, without gaps."""
    likes: Side
    plays: Side


def eras(plays: Sequence[MonthOfPlays], library: Sequence[MonthOfLibrary]) -> Eras:
    """Liked songs that are still there, and plays."""
    liked: dict[tuple[str, str], int | None] = {}
    removed: dict[tuple[str, str], str] = {}
    days: dict[tuple[str, str], str] = {}
    for month in library:
        for change in month.added:
            if change.data_type == "saved_tracks":
                key = change.provider, change.record_id
                liked[key], days[key] = change.release_year, max(change.day, days.get(key, ""))
        for change in month.removed:
            if change.data_type == "saved_tracks":
                key = change.provider, change.record_id
                removed[key] = max(change.day, removed.get(key, ""))
    present: Counter[int | None] = Counter(
        year for key, year in liked.items() if removed.get(key, "") <= days[key] or key not in removed
    )
    released = _released(plays, library)
    played: Counter[int | None] = Counter()
    for month_of_plays in plays:
        for song, count in month_of_plays.by_song.items():
            played[month_of_plays.songs[song].release_year or released.get(song)] += count
    likes, playing = _side(present), _side(played)
    decades = sorted({*likes.by_decade, *playing.by_decade})
    span = tuple(range(decades[0], decades[-1] + 1, 10)) if decades else ()
    return Eras(span, likes, playing)


def _released(plays: Sequence[MonthOfPlays], library: Sequence[MonthOfLibrary]) -> Mapping[str, int]:
    """The years of songs by key, from wherever they are known: what files tell of plays has none."""
    added = (change for month in library for change in month.added if change.data_type in SONGS)
    years = {change.key: change.release_year for change in added if change.release_year}
    for month in plays:
        years.update((song.key, song.release_year) for song in month.songs.values() if song.release_year)
    return years


def _side(by_year: Counter[int | None]) -> Side:
    by_decade: Counter[int] = Counter()
    for year, count in by_year.items():
        if year is not None and EARLIEST <= year < LATEST:
            by_decade[year // 10 * 10] += count
    total = sum(by_year.values())
    return Side(dict(by_decade), sum(by_decade.values()) / total if total else 0.0, total)
