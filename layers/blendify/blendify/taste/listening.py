"""
Sums over the plays whose moment is known.

An artist gets 1 for each play of a song on which they come first, and 0.25 for each on which they are a guest.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from blendify.insights.buckets import Artist, MonthOfPlays, Song
from blendify.taste.days import Period

GUEST = 0.25
LEAST_COVERAGE = 0.5
"""A sum over fewer of the plays than this says nothing of the rest, so it is not shown."""
MINUTE = 60_000


@dataclass(frozen=True)
class Minutes:
    """Plays times length: nobody tells how long was really listened. So `about` belongs before it."""

    minutes: int
    coverage: float
    """The share of plays whose length is known."""


@dataclass(frozen=True)
class Played:
    """A song or artist and how much of it was played: plays of a song, weight of an artist."""

    key: str
    name: str
    artist_line: str | None
    image: str | None
    plays: float


def plays_of(month: MonthOfPlays) -> Iterator[tuple[str, Song, int]]:
    """(day, song, plays)."""
    for number, songs in month.by_day.items():
        for key, plays in songs.items():
            yield f"{month.month}-{number:02}", month.songs[key], plays


def by_day(months: Sequence[MonthOfPlays], period: Period | None = None) -> dict[str, int]:
    """Plays of each day that has some."""
    days: Counter[str] = Counter()
    for month in months:
        for number, counts in month.by_day.items():
            day = f"{month.month}-{number:02}"
            if period is None or day in period:
                days[day] += sum(counts.values())
    return dict(days)


def weights(song: Song) -> Iterator[tuple[Artist, float]]:
    """What one play of the song counts for each of its artists."""
    for place, artist in enumerate(song.artists):
        yield artist, GUEST if place else 1.0


def artists(months: Sequence[MonthOfPlays], period: Period | None = None) -> dict[str, Played]:
    """The artists by key, the most played first, and by name where that is equal."""
    sums: defaultdict[str, float] = defaultdict(float)
    known: dict[str, Artist] = {}
    covers: dict[str, str | None] = {}
    for song, plays in _per_song(months, period).values():
        for artist, weight in weights(song):
            sums[artist.key] += plays * weight
            known[artist.key] = artist
            if weight == 1.0 and song.cover:
                covers[artist.key] = song.cover
    rows = (
        Played(key, known[key].name, None, known[key].image or covers.get(key), value) for key, value in sums.items()
    )
    return {played.key: played for played in _ordered(rows)}


def songs(months: Sequence[MonthOfPlays], period: Period | None = None) -> dict[str, Played]:
    """The songs by key, the most played first, and by title where that is equal."""
    rows = (
        Played(key, song.title, song.artist_line, song.cover, plays)
        for key, (song, plays) in _per_song(months, period).items()
    )
    return {played.key: played for played in _ordered(rows)}


def first_artists(months: Sequence[MonthOfPlays], period: Period | None = None) -> set[str]:
    """The keys of the artists who come first on a song that was played."""
    return {song.artists[0].key for song, _ in _per_song(months, period).values() if song.artists}


def minutes(months: Sequence[MonthOfPlays], period: Period | None = None) -> Minutes | None:
    """About how long was listened; None when too few lengths are known."""
    known = total = length = 0
    for song, plays in _per_song(months, period).values():
        total += plays
        if song.milliseconds:
            known += plays
            length += plays * song.milliseconds
    if not total or known / total < LEAST_COVERAGE:
        return None
    return Minutes(round(length / MINUTE), known / total)


def monthly_weights(plays_of_months: Sequence[MonthOfPlays]) -> dict[str, dict[str, float]]:
    """Month → artist's key → weight."""
    by_month: dict[str, dict[str, float]] = {}
    for month in sorted(plays_of_months, key=lambda month: month.month):
        sums: defaultdict[str, float] = defaultdict(float)
        for key, plays in month.by_song.items():
            # As `weights` has it, which takes three times as long for a hundred thousand plays.
            for place, artist in enumerate(month.songs[key].artists):
                sums[artist.key] += plays * GUEST if place else plays
        by_month[month.month] = dict(sums)
    return by_month


def _per_song(months: Sequence[MonthOfPlays], period: Period | None) -> Mapping[str, tuple[Song, int]]:
    """Each song as the newest month describes it, and its plays. Adding per song first spares most of the work."""
    plays: Counter[str] = Counter()
    known: dict[str, Song] = {}
    for month in sorted(months, key=lambda month: month.month):
        if period is not None and not period.first[:7] <= month.month <= period.last[:7]:
            continue
        if period is None or (f"{month.month}-01" in period and f"{month.month}-31" in period):
            plays.update(month.by_song)
            known.update(month.songs)
            continue
        for number, by_song in month.by_day.items():
            if f"{month.month}-{number:02}" in period:
                plays.update(by_song)
                known.update((key, month.songs[key]) for key in by_song)
    return {key: (known[key], count) for key, count in plays.items()}


def _ordered(rows: Iterator[Played]) -> list[Played]:
    return sorted(rows, key=lambda played: (-played.plays, played.name, played.key))
