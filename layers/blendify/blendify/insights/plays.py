"""Plays of a listener by day and hour, each counted once however many services tell of it."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from blendify.core import times
from blendify.insights.buckets import MonthOfPlays, Song
from blendify.insights.calendar import Calendar
from blendify.insights.songs import fullest

APART = timedelta(minutes=10)
"""Two services tell of one play at moments that differ by less than this, or than the song's length."""
FURTHEST = timedelta(hours=1)
"""No two moments that differ by more are one play: plays this long before and after a day decide about its own."""


@dataclass(frozen=True)
class Play:
    """A play as one service tells it; its moment is ISO 8601, UTC."""

    moment: str
    provider: str
    song: Song


@dataclass
class _Event:
    """Something that was played, and the services that tell of it."""

    at: datetime
    first: Play
    providers: set[str]
    window: timedelta
    songs: list[Song] = field(default_factory=list)


def once(plays: Iterable[Play]) -> list[tuple[Play, tuple[str, ...]]]:
    """
    Each play with the services that tell of it, by moment.

    Of several services' records the first gives the moment, and the fullest the song. A service tells of a play once:
    its second record, however near, is a play of its own.
    """
    events: list[_Event] = []
    of_song: dict[str, list[_Event]] = {}
    for play in sorted(plays, key=lambda play: (play.moment, play.provider, play.song.key, play.song.title)):
        at, window = times.parse(play.moment), _window(play.song)
        near = of_song.setdefault(play.song.key, [])
        while near and at - near[0].at > FURTHEST:
            near.pop(0)
        for event in near:
            if play.provider not in event.providers and at - event.at < max(window, event.window):
                event.providers.add(play.provider)
                event.songs.append(play.song)
                break
        else:
            event = _Event(at, play, {play.provider}, window, [play.song])
            near.append(event)
            events.append(event)
    return [(replace(event.first, song=fullest(event.songs)), tuple(sorted(event.providers))) for event in events]


def _window(song: Song) -> timedelta:
    return min(FURTHEST, max(APART, timedelta(milliseconds=song.milliseconds or 0)))


def by_day(plays: Iterable[Play], calendar: Calendar) -> dict[str, MonthOfPlays]:
    """The plays of each of the listener's days, as pieces of their months."""
    days: dict[str, list[tuple[Play, tuple[str, ...], datetime]]] = {}
    for play, providers in once(plays):
        local = calendar.local(play.moment)
        days.setdefault(local.date().isoformat(), []).append((play, providers, local))
    return {day: _piece(day, here) for day, here in days.items()}


def _piece(day: str, plays: Sequence[tuple[Play, tuple[str, ...], datetime]]) -> MonthOfPlays:
    songs: dict[str, list[Song]] = {}
    for play, _, _ in plays:
        songs.setdefault(play.song.key, []).append(play.song)
    return MonthOfPlays(
        month=day[:7],
        songs={key: fullest(versions) for key, versions in songs.items()},
        by_day={int(day[8:]): {key: len(versions) for key, versions in songs.items()}},
        by_hour=dict(Counter((local.weekday(), local.hour) for _, _, local in plays)),
        providers=tuple(sorted({provider for _, providers, _ in plays for provider in providers})),
    )


def joined(pieces: Iterable[MonthOfPlays]) -> MonthOfPlays:
    """The month that consists of these pieces; one that tells of days that earlier ones tell of is passed over."""
    songs: dict[str, list[Song]] = {}
    days: dict[int, Mapping[str, int]] = {}
    hours: Counter[tuple[int, int]] = Counter()
    month, providers = "", set[str]()
    for piece in pieces:
        month = piece.month
        if piece.by_day.keys() <= days.keys():
            continue
        days |= piece.by_day
        hours.update(piece.by_hour)
        providers.update(piece.providers)
        for key, song in piece.songs.items():
            songs.setdefault(key, []).append(song)
    return MonthOfPlays(
        month=month,
        songs={key: fullest(versions) for key, versions in songs.items()},
        by_day=dict(sorted(days.items())),
        by_hour=dict(hours),
        providers=tuple(sorted(providers)),
    )


def whole_month(pieces: Iterable[MonthOfPlays]) -> MonthOfPlays:
    """The month of pieces of one day each, in any order."""
    return joined(sorted(pieces, key=lambda piece: min(piece.by_day)))
