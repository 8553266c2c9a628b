"""Four patterns: who stayed all the time, who came back, who went, and which song was played again and again."""

from collections import Counter, defaultdict
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
    by_month = _months_of_artists(plays, lists, subjects)
    return Patterns(
        _loyal(by_month, subjects, {key: sum(by_day.values()) for key, by_day in days.items()}, today),
        _back(days, subjects, today),
        _gone(plays, days, subjects, today),
        obsessions(plays),
    )


def _days_of_artists(
    plays: Sequence[MonthOfPlays],
) -> tuple[dict[str, dict[str, int]], dict[str, Subject]]:
    """Artist → day → plays on which the artist comes first."""
    days: defaultdict[str, Counter[str]] = defaultdict(Counter)
    subjects: dict[str, Subject] = {}
    for day, song, count in listening.all_plays(plays):
        if song.artists:
            artist = song.artists[0]
            days[artist.key][day] += count
            subjects[artist.key] = Subject(artist.key, artist.name, artist.image or song.cover)
    return {key: dict(sorted(by_day.items())) for key, by_day in days.items()}, subjects


def _months_of_artists(
    plays: Sequence[MonthOfPlays], lists: Iterable[TopList], subjects: dict[str, Subject]
) -> dict[str, set[str]]:
    """The months with a play of each artist; of months without any play, those in whose lists the artist stood."""
    present: defaultdict[str, set[str]] = defaultdict(set)
    by_month = listening.monthly_weights(plays)
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
    for key, by_day in days.items():
        before, last = 0, ""
        for day, count in by_day.items():
            silent = days_between(last, day) if last else 0
            if silent >= SILENT_DAYS and before >= BACK_PLAYS_BEFORE and later(day, SILENT_DAYS) >= today:
                end = later(day, BACK_DAYS - 1)
                if sum(plays for other, plays in by_day.items() if day <= other <= end) >= BACK_PLAYS:
                    rows.append(Back(subjects[key], silent, day))
            before, last = before + count, day
    rows.sort(key=lambda row: (row.day, row.silent_days), reverse=True)
    return tuple(rows[:ROWS])


def _gone(
    plays: Sequence[MonthOfPlays],
    days: Mapping[str, Mapping[str, int]],
    subjects: Mapping[str, Subject],
    today: str,
) -> tuple[Gone, ...]:
    """Half years that begin with January and July."""
    halves: defaultdict[str, defaultdict[str, float]] = defaultdict(lambda: defaultdict(float))
    for month, weights in listening.monthly_weights(plays).items():
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
    inside: list[str] = []
    for day in sorted(by_day):
        window.update(by_day[day])
        inside.append(day)
        while days_between(inside[0], day) >= OBSESSED_DAYS:
            window.subtract(by_day[inside.pop(0)])
        total = sum(window.values())
        # Ten plays are the highest count of few songs: only the first of the window can have the largest share.
        for key, count in window.most_common(3):
            share = count / total if total else 0
            known = greatest.get(key)
            if count >= OBSESSED_PLAYS and (known is None or share > known.share):
                greatest[key] = Obsession(songs[key], inside[0], count, share)
    rows = sorted(greatest.values(), key=lambda row: (-row.share, row.first_day, row.song.key))
    return tuple(rows[:ROWS])
