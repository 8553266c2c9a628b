"""Four patterns: who stayed all the time, who came back, who went, and which song was played again and again."""

from collections import Counter, defaultdict, deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from blendify.insights.buckets import MonthOfPlays, Song, TopList
from blendify.taste import listening
from blendify.taste.days import days_between, later, month_of, months_later

ROWS = 6
LOYAL_MONTHS = 3
SHORT = ("7day", "short_term")
"""The lists that tell of a month. A list of a year still has who was loved last winter."""
SILENT_DAYS = 180
BACK_PLAYS_BEFORE, BACK_PLAYS, BACK_DAYS = 10, 5, 30
GONE_TOP, GONE_DAYS = 20, 182
OBSESSED_DAYS, OBSESSED_PLAYS = 7, 10


@dataclass(frozen=True)
class Subject:
    """The artist of a pattern."""

    key: str
    name: str
    image: str | None


@dataclass(frozen=True)
class Loyal:
    """An artist of every month up to now."""

    artist: Subject
    months: int
    since: str


@dataclass(frozen=True)
class Back:
    """An artist who was silent for half a year and came back."""

    artist: Subject
    silent_days: int
    day: str
    """Of the first play after the silence."""


@dataclass(frozen=True)
class Gone:
    """An artist of the first twenty of a half year who has been silent for half a year since."""

    artist: Subject
    last_day: str
    rank: int
    """Their best rank among the artists of a half year."""


@dataclass(frozen=True)
class Obsession:
    """A song that took a large part of seven days."""

    song: Song
    first_day: str
    plays: int
    share: float
    """Of all plays of these days."""


@dataclass(frozen=True)
class Patterns:
    """The most telling of each, at most six."""

    loyal: tuple[Loyal, ...]
    back: tuple[Back, ...]
    gone: tuple[Gone, ...]
    obsessions: tuple[Obsession, ...]


def patterns(plays: Sequence[MonthOfPlays], lists: Sequence[TopList], today: str) -> Patterns:
    """
    All four.

    lists   top lists of artists, which tell of loyalty where no plays are known
    """
    days, subjects = _days_of_artists(plays)
    weights = listening.monthly_weights(plays)
    by_month = _months_of_artists(weights, lists, subjects)
    return Patterns(
        _loyal(by_month, subjects, {key: sum(by_day.values()) for key, by_day in days.items()}, today),
        _back(days, subjects, today),
        _gone(weights, days, subjects, today),
        obsessions(plays),
    )


def _days_of_artists(plays: Sequence[MonthOfPlays]) -> tuple[Mapping[str, Mapping[str, int]], dict[str, Subject]]:
    """Artist → day → plays on which the artist comes first, by day."""
    days: defaultdict[str, dict[str, int]] = defaultdict(dict)
    subjects: dict[str, Subject] = {}
    for month in sorted(plays, key=lambda month: month.month):
        firsts = {key: song.artists[0].key for key, song in month.songs.items() if song.artists}
        for song in month.songs.values():
            for artist in song.artists[:1]:
                subjects[artist.key] = Subject(artist.key, artist.name, artist.image or song.cover)
        for number, by_song in sorted(month.by_day.items()):
            day = f"{month.month}-{number:02}"
            for key, count in by_song.items():
                if key in firsts:
                    of_artist = days[firsts[key]]
                    of_artist[day] = of_artist.get(day, 0) + count
    return days, subjects


def _months_of_artists(
    by_month: Mapping[str, Mapping[str, float]], lists: Iterable[TopList], subjects: dict[str, Subject]
) -> dict[str, set[str]]:
    """The months with a play of each artist; of months without any play, those in whose lists the artist stood."""
    present: defaultdict[str, set[str]] = defaultdict(set)
    for month, weights in by_month.items():
        for key, weight in weights.items():
            if weight >= 1:
                present[key].add(month)
    for snapshot in lists:
        if snapshot.what == "artists" and snapshot.time_range in SHORT and month_of(snapshot.day) not in by_month:
            for entry in snapshot.entries:
                present[entry.key].add(month_of(snapshot.day))
                subjects.setdefault(entry.key, Subject(entry.key, entry.name, entry.image))
    return present


def _loyal(
    by_month: Mapping[str, set[str]], subjects: Mapping[str, Subject], totals: Mapping[str, int], today: str
) -> tuple[Loyal, ...]:
    rows = []
    for key, present in by_month.items():
        # The month that has just begun does not end a row.
        month = month_of(today) if month_of(today) in present else months_later(month_of(today), -1)
        length = 0
        while month in present:
            length += 1
            month = months_later(month, -1)
        if length >= LOYAL_MONTHS and key in subjects:
            rows.append(Loyal(subjects[key], length, months_later(month, 1)))
    rows.sort(key=lambda row: (-row.months, -totals.get(row.artist.key, 0), row.artist.name))
    return tuple(rows[:ROWS])


def _back(days: Mapping[str, Mapping[str, int]], subjects: Mapping[str, Subject], today: str) -> tuple[Back, ...]:
    rows = []
    recent = later(today, -SILENT_DAYS)
    for key, by_day in days.items():
        if max(by_day) < recent or sum(by_day.values()) < BACK_PLAYS_BEFORE + BACK_PLAYS:
            continue
        before, last = 0, ""
        for day, count in by_day.items():
            if day >= recent and last and before >= BACK_PLAYS_BEFORE:
                silent, end = days_between(last, day), later(day, BACK_DAYS - 1)
                after = sum(plays for other, plays in by_day.items() if day <= other <= end)
                if silent >= SILENT_DAYS and after >= BACK_PLAYS:
                    rows.append(Back(subjects[key], silent, day))
            before, last = before + count, day
    rows.sort(key=lambda row: (row.day, row.silent_days), reverse=True)
    return tuple(rows[:ROWS])


def _gone(
    by_month: Mapping[str, Mapping[str, float]],
    days: Mapping[str, Mapping[str, int]],
    subjects: Mapping[str, Subject],
    today: str,
) -> tuple[Gone, ...]:
    """Half years that begin with January and July."""
    halves: defaultdict[str, defaultdict[str, float]] = defaultdict(lambda: defaultdict(float))
    for month, weights in by_month.items():
        half = f"{month[:5]}{'01' if month[5:] <= '06' else '07'}"
        for key, weight in weights.items():
            halves[half][key] += weight
    best: dict[str, int] = {}
    for weights_of_half in halves.values():
        ordered = sorted(weights_of_half, key=lambda key: (-weights_of_half[key], key))
        for rank, key in enumerate(ordered[:GONE_TOP], start=1):
            best[key] = min(rank, best.get(key, rank))
    silent_since = later(today, -SILENT_DAYS)
    rows = [
        Gone(subjects[key], max(days[key]), rank)
        for key, rank in best.items()
        if key in days and max(days[key]) < silent_since
    ]
    rows.sort(key=lambda row: (row.rank, row.last_day))
    return tuple(rows[:ROWS])


def obsessions(plays: Sequence[MonthOfPlays]) -> tuple[Obsession, ...]:
    """The songs with the largest share of seven days in a row, ten plays at least; each song's greatest alone."""
    by_day: defaultdict[str, dict[str, int]] = defaultdict(dict)
    songs: dict[str, Song] = {}
    for month in plays:
        songs.update(month.songs)
        for number, counts in month.by_day.items():
            by_day[f"{month.month}-{number:02}"].update(counts)
    greatest: dict[str, Obsession] = {}
    window: Counter[str] = Counter()
    total = 0
    inside: deque[str] = deque()
    for day in sorted(by_day):
        window.update(by_day[day])
        total += sum(by_day[day].values())
        inside.append(day)
        first = later(day, 1 - OBSESSED_DAYS)
        while inside[0] < first:
            leaving = by_day[inside.popleft()]
            window.subtract(leaving)
            total -= sum(leaving.values())
        # Seven days are looked at when they end with a play of the song.
        for key in by_day[day]:
            if window[key] >= OBSESSED_PLAYS:
                known = greatest.get(key)
                if known is None or window[key] / total > known.share:
                    greatest[key] = Obsession(songs[key], inside[0], window[key], window[key] / total)
    rows = sorted(greatest.values(), key=lambda row: (-row.share, row.first_day, row.song.key))
    return tuple(rows[:ROWS])
