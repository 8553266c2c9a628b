"""Plays of a listener by day and hour, each counted once however many services tell of it."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from blendify.core import times
from blendify.insights.buckets import MonthOfPlays, Song, ToldPlays
from blendify.insights.calendar import Calendar
from blendify.insights.songs import fullest

APART = timedelta(minutes=10)
"""Two services tell of one play at moments that differ by less than this, or than the song's length."""
OLD = timedelta(days=40)
"""Plays that are older touch their month as a whole, newer ones their day: polls then rewrite a few KB."""
FURTHEST = timedelta(hours=1)
"""No two moments that differ by more are one play: plays this long before and after a day decide about its own."""


@dataclass(frozen=True)
class Play:
    """A play as one service tells it; its moment is ISO 8601, UTC."""

    moment: str
    provider: str
    song: Song


@dataclass(frozen=True)
class Heard:
    """A play, and what each service that tells of it says of the song."""

    moment: str
    """ISO 8601, UTC; that of the first record."""
    songs: dict[str, Song]
    """By service."""

    @property
    def key(self) -> str:
        """The song's."""
        return next(iter(self.songs.values())).key


def once(plays: Iterable[Play]) -> list[Heard]:
    """
    Each play with the services that tell of it, by moment.

    Of several services' records the first gives the moment. A service tells of a play once: its second record, however
    near, is a play of its own.
    """
    heard: list[Heard] = []
    of_song: dict[str, list[tuple[datetime, timedelta, Heard]]] = {}
    for play in sorted(plays, key=lambda play: (play.moment, play.provider, play.song.key, play.song.title)):
        at, window = times.parse(play.moment), _window(play.song)
        near = of_song.setdefault(play.song.key, [])
        while near and at - near[0][0] > FURTHEST:
            near.pop(0)
        for began, length, other in near:
            if play.provider not in other.songs and at - began < max(window, length):
                other.songs[play.provider] = play.song
                break
        else:
            heard.append(Heard(play.moment, {play.provider: play.song}))
            near.append((at, window, heard[-1]))
    return heard


def _window(song: Song) -> timedelta:
    return min(FURTHEST, max(APART, timedelta(milliseconds=song.milliseconds or 0)))


def by_day(plays: Iterable[Play], calendar: Calendar) -> dict[str, list[ToldPlays]]:
    """The plays of each of the listener's days, apart by the services that told of them."""
    days: dict[str, dict[tuple[str, ...], list[tuple[Heard, datetime]]]] = {}
    for heard in once(plays):
        local = calendar.local(heard.moment)
        of_day = days.setdefault(local.date().isoformat(), {})
        of_day.setdefault(tuple(sorted(heard.songs)), []).append((heard, local))
    return {day: [_told(day, of_day[providers]) for providers in sorted(of_day)] for day, of_day in days.items()}


def _told(day: str, plays: Sequence[tuple[Heard, datetime]]) -> ToldPlays:
    versions: dict[str, dict[str, list[Song]]] = {}
    for heard, _ in plays:
        for provider, song in heard.songs.items():
            versions.setdefault(provider, {}).setdefault(song.key, []).append(song)
    return ToldPlays(
        month=day[:7],
        songs=_fullest(versions),
        by_day={int(day[8:]): dict(Counter(heard.key for heard, _ in plays))},
        by_hour=dict(Counter((local.weekday(), local.hour) for _, local in plays)),
    )


def together(pieces: Iterable[ToldPlays]) -> list[ToldPlays]:
    """Pieces of a month that tell of different days, as one for each set of services; in any order."""
    by_providers: dict[tuple[str, ...], list[ToldPlays]] = {}
    for piece in pieces:
        by_providers.setdefault(piece.providers, []).append(piece)
    return [_sum(by_providers[providers]) for providers in sorted(by_providers)]


def _sum(pieces: Sequence[ToldPlays]) -> ToldPlays:
    versions: dict[str, dict[str, list[Song]]] = {}
    days: dict[int, Mapping[str, int]] = {}
    hours: Counter[tuple[int, int]] = Counter()
    for piece in pieces:
        days |= piece.by_day
        hours.update(piece.by_hour)
        for provider, songs in piece.songs.items():
            for key, song in songs.items():
                versions.setdefault(provider, {}).setdefault(key, []).append(song)
    return ToldPlays(pieces[0].month, _fullest(versions), dict(sorted(days.items())), dict(hours))


def _fullest(versions: Mapping[str, Mapping[str, Sequence[Song]]]) -> dict[str, dict[str, Song]]:
    return {
        provider: {key: fullest(songs[key]) for key in sorted(songs)} for provider, songs in sorted(versions.items())
    }


def joined(pieces: Sequence[MonthOfPlays]) -> MonthOfPlays:
    """The month that consists of these pieces, which tell of different plays."""
    if len(pieces) == 1:
        return pieces[0]
    songs: dict[str, Song] = {}
    days: dict[int, Counter[str]] = {}
    hours: Counter[tuple[int, int]] = Counter()
    for piece in pieces:
        for day, counts in piece.by_day.items():
            days.setdefault(day, Counter()).update(counts)
        hours.update(piece.by_hour)
        for key, song in piece.songs.items():
            other = songs.get(key, song)
            songs[key] = song if other is song or other == song else fullest((other, song))
    return MonthOfPlays(
        month=pieces[0].month,
        songs=songs,
        by_day={day: dict(days[day]) for day in sorted(days)},
        by_hour=dict(hours),
        providers=tuple(sorted({provider for piece in pieces for provider in piece.providers})),
    )
