"""Four patterns: who stayed all the time, who came back, who went, and which song was played again and again."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from blendify.insights.buckets import MonthOfPlays, TopList
from blendify.taste import listening
from blendify.taste.days import days_between, later, month_of, months_later
from blendify.taste.obsessions import Obsession, obsessions

ROWS = 6
LOYAL_MONTHS = 3
SHORT = ("7day", "short_term")
"""The lists that tell of a month. A list of a year still has who was loved last winter."""
SILENT_DAYS = 180
BACK_PLAYS_BEFORE, BACK_PLAYS, BACK_DAYS = 10, 5, 30
GAP_MONTHS = 5
"""Two days that are 180 days apart are of months that differ by so much, at least."""
GONE_TOP = 20


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
    heard = _Heard.of(plays)
    weights = listening.monthly_weights(plays)
    by_month, subjects = _months_of_artists(weights, lists, heard)
    return Patterns(
        _loyal(by_month, subjects, heard, today),
        _back(heard, today),
        _gone(weights, heard, today),
        obsessions(plays),
    )


@dataclass(frozen=True)
class _Heard:
    """The plays of the artists who come first on a song."""

    plays: Mapping[str, MonthOfPlays]
    """By month, in order."""
    songs: Mapping[str, Mapping[str, Sequence[str]]]
    """Artist → month → the songs of theirs that were played, by month."""
    totals: Mapping[str, int]
    """Artist → plays."""

    @classmethod
    def of(cls, plays: Sequence[MonthOfPlays]) -> "_Heard":
        by_artist: defaultdict[str, dict[str, list[str]]] = defaultdict(dict)
        totals: defaultdict[str, int] = defaultdict(int)
        in_order = sorted(plays, key=lambda month: month.month)
        for month in in_order:
            name, songs = month.month, month.songs
            for key, count in month.by_song.items():
                if artists := songs[key].artists:
                    artist = artists[0].key
                    totals[artist] += count
                    by_artist[artist].setdefault(name, []).append(key)
        return cls({month.month: month for month in in_order}, by_artist, totals)

    def subject(self, key: str) -> Subject:
        """The artist as the last month knows them."""
        month, keys = list(self.songs[key].items())[-1]
        song = self.plays[month].songs[keys[-1]]
        return Subject(key, song.artists[0].name, song.artists[0].image or song.cover)

    def days(self, key: str, months: Iterable[str]) -> dict[str, int]:
        """Day → plays of an artist in these months, which are in order."""
        days: dict[str, int] = {}
        for month in months:
            songs = self.songs[key][month]
            for number, counts in sorted(self.plays[month].by_day.items()):
                if plays := sum(counts.get(song, 0) for song in songs):
                    days[f"{month}-{number:02}"] = plays
        return days

    def last_day(self, key: str) -> str:
        """Of the artist's last play."""
        return max(self.days(key, list(self.songs[key])[-1:]))


def _months_of_artists(
    by_month: Mapping[str, Mapping[str, float]], lists: Iterable[TopList], heard: _Heard
) -> tuple[dict[str, set[str]], dict[str, Subject]]:
    """
    The months with a play of each artist; of months without any play, those in whose lists the artist stood.

    And who they are whom lists alone know
    """
    listed: dict[str, Subject] = {}
    present: defaultdict[str, set[str]] = defaultdict(set)
    for month, weights in by_month.items():
        for key, weight in weights.items():
            if weight >= 1:
                present[key].add(month)
    for snapshot in lists:
        if snapshot.what == "artists" and snapshot.time_range in SHORT and month_of(snapshot.day) not in by_month:
            for entry in snapshot.entries:
                present[entry.key].add(month_of(snapshot.day))
                if entry.key not in heard.songs:
                    listed.setdefault(entry.key, Subject(entry.key, entry.name, entry.image))
    return present, listed


def _loyal(
    by_month: Mapping[str, set[str]], listed: Mapping[str, Subject], heard: _Heard, today: str
) -> tuple[Loyal, ...]:
    rows = []
    this_month, last_month = month_of(today), months_later(month_of(today), -1)
    for key, present in by_month.items():
        # The month that has just begun does not end a row.
        month = this_month if this_month in present else last_month
        length = 0
        while month in present:
            length += 1
            month = months_later(month, -1)
        if length >= LOYAL_MONTHS and (key in listed or key in heard.songs):
            subject = listed[key] if key in listed else heard.subject(key)
            rows.append(Loyal(subject, length, months_later(month, 1)))
    rows.sort(key=lambda row: (-row.months, -heard.totals.get(row.artist.key, 0), row.artist.name))
    return tuple(rows[:ROWS])


def _back(heard: _Heard, today: str) -> tuple[Back, ...]:
    rows = []
    recent = later(today, -SILENT_DAYS)
    for key, songs in heard.songs.items():
        months = list(songs)
        if months[-1] < month_of(recent) or heard.totals[key] < BACK_PLAYS_BEFORE + BACK_PLAYS:
            continue
        gap = _first_gap(months, month_of(recent))
        if gap is None:
            continue
        by_day, last = heard.days(key, months[gap:]), ""
        before = heard.totals[key] - sum(by_day.values())
        for day, count in by_day.items():
            if day >= recent and last and before >= BACK_PLAYS_BEFORE:
                silent, end = days_between(last, day), later(day, BACK_DAYS - 1)
                after = sum(plays for other, plays in by_day.items() if day <= other <= end)
                if silent >= SILENT_DAYS and after >= BACK_PLAYS:
                    rows.append(Back(heard.subject(key), silent, day))
            before, last = before + count, day
    rows.sort(key=lambda row: (row.day, row.silent_days), reverse=True)
    return tuple(rows[:ROWS])


def _first_gap(months: Sequence[str], recent: str) -> int | None:
    """The place of the first month after which plays may lack for 180 days until a month that is recent."""
    pairs = enumerate(pairwise(months))
    gaps = (
        place
        for place, (month, following) in pairs
        if following >= recent and months_later(month, GAP_MONTHS) <= following
    )
    return next(gaps, None)


def _gone(by_month: Mapping[str, Mapping[str, float]], heard: _Heard, today: str) -> tuple[Gone, ...]:
    """Half years that begin with January and July."""
    halves: defaultdict[str, defaultdict[str, float]] = defaultdict(lambda: defaultdict(float))
    for month, weights in by_month.items():
        half = f"{month[:5]}{'01' if month[5:] <= '06' else '07'}"
        for key, weight in weights.items():
            halves[half][key] += weight
    best: dict[str, int] = {}
    for weights_of_half in halves.values():
        ordered = sorted(sorted(weights_of_half), key=weights_of_half.__getitem__, reverse=True)
        for rank, key in enumerate(ordered[:GONE_TOP], start=1):
            best[key] = min(rank, best.get(key, rank))
    silent_since = later(today, -SILENT_DAYS)
    rows = []
    for key, rank in best.items():
        if key in heard.songs and max(heard.songs[key]) <= month_of(silent_since):
            last_day = heard.last_day(key)
            if last_day < silent_since:
                rows.append(Gone(heard.subject(key), last_day, rank))
    rows.sort(key=lambda row: (row.rank, row.last_day))
    return tuple(rows[:ROWS])
