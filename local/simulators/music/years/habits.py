"""What a listener plays on a day: artists who stay, come, go and come back, songs that will not leave her, holidays."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from math import exp
from random import Random
from zoneinfo import ZoneInfo

from local.simulators.frame.entries import PLAIN, Entry
from local.simulators.music.recordings import Recordings, tracks_of

ZONE = ZoneInfo("Europe/Berlin")
_PLAYS = (13, 12, 13, 14, 17, 21, 15)
"""On a usual day, from Monday on."""
_WORKDAY = {7: 4, 8: 4, 12: 2, 13: 1, 17: 4, 18: 3, 19: 3, 20: 5, 21: 4, 22: 2}
_WEEKEND = {9: 1, 10: 3, 11: 4, 12: 2, 14: 2, 15: 3, 16: 3, 18: 2, 20: 4, 21: 5, 22: 4, 23: 3}
"""Hour → weight of a session that begins in it."""
_SESSION = (3, 9)
"""Songs in a row."""
_WHOLE_ALBUM = 0.2
"""The share of sessions that follow an album."""
HORIZON = 942
"""Days over which all arcs go, however many of them are told: so the past stays the same while time goes on."""
_OBSESSED_DAYS = 9
_OBSESSED_SHARE = 0.4


_ARCS: Mapping[str, tuple[int, Callable[[float, float, float], float]]] = {
    "stays": (6, lambda *_: 3.0),
    "fades": (8, lambda at, middle, width: 4.0 / (1 + exp((at - middle) / width))),
    "grows": (10, lambda at, middle, width: 4.0 / (1 + exp((middle - at) / width))),
    "fling": (24, lambda at, middle, width: 9.0 * exp(-(((at - middle) / width) ** 2))),
    "returns": (4, lambda at, middle, _: 5.0 if at < middle or at > 0.9 else 0.0),
    "ends": (4, lambda at, middle, _: 5.0 if at < middle else 0.0),
    "now and then": (20, lambda *_: 0.25),
}
"""
By name how many artists it is so with, and how likely a session is about one at a share of the horizon; each artist's
arc has a middle and a width, which are shares as well.
"""


@dataclass(frozen=True)
class Artist:
    """One artist, as the listener hears them."""

    albums: Sequence[int]
    arc: str
    middle: float
    width: float

    def weight(self, at: float) -> float:
        """How likely a session is about this artist, at a share of the horizon."""
        return _ARCS[self.arc][1](at, self.middle, self.width)


@dataclass
class Habits:
    """Draws the plays of each day; the same seed draws the same, however many days are asked for."""

    recordings: Recordings
    first: date
    days: int
    seed: int

    def __post_init__(self) -> None:
        self._chance = Random(self.seed)  # noqa: S311 -- the same listener each time
        arcs = [arc for arc, (count, _) in _ARCS.items() for _ in range(count)]
        stretches = self._chance.sample(range(200, 20_000), len(arcs))
        self.artists = [self._artist(3 * stretch, arc) for stretch, arc in zip(stretches, arcs, strict=True)]
        self._obsessions = dict(self._drawn_obsessions())

    def plays(self) -> Iterator[tuple[date, list[Entry]]]:
        """Each day with its plays, the oldest first: tracks, and the milliseconds since 1970 at which they began."""
        for number in range(self.days):
            day = self.first + timedelta(days=number)
            yield day, self._day(day, number)

    def _artist(self, album: int, arc: str) -> Artist:
        """Behind three albums of the catalogue, from this one on."""
        middle = self._chance.uniform(0.25, 0.75)
        width = {"fling": self._chance.uniform(0.02, 0.045), "returns": 0.0}.get(arc, 0.06)
        if arc == "fling":
            middle = self._chance.uniform(0.0, 1.0)
        if arc in ("returns", "ends"):
            middle = self._chance.uniform(0.3, 0.5)
        albums = [number for number in range(album, album + 3) if len(tracks_of(number)) > 1]
        return Artist(albums, arc, middle, width)

    def _drawn_obsessions(self) -> Iterator[tuple[int, int]]:
        """Days, and the track that is played again and again on each."""
        for _ in range(HORIZON // 90):
            begin = self._chance.randrange(HORIZON - _OBSESSED_DAYS)
            track = self._track(self._drawn(begin))
            for number in range(begin, begin + _OBSESSED_DAYS):
                yield number, track

    def _day(self, day: date, number: int) -> list[Entry]:
        share = self._mood(day)
        wanted = round(_PLAYS[day.weekday()] * share * self._chance.uniform(0.5, 1.5))
        hours = _WEEKEND if day.weekday() >= 5 or share < 1 else _WORKDAY
        sessions = []
        while wanted > 0:
            length = min(wanted, self._chance.randint(*_SESSION))
            (hour,) = self._chance.choices(list(hours), list(hours.values()))
            begin = datetime.combine(day, time(hour, self._chance.randrange(60), self._chance.randrange(60)), ZONE)
            sessions.append((begin.timestamp(), self._session(number, length)))
            wanted -= length
        plays, moment = [], 0.0
        for at, tracks in sorted(sessions):
            # One song after the other, also where a session begins before the one before it has ended.
            moment = max(at, moment)
            for track in tracks:
                plays.append(Entry(PLAIN, track, int(moment * 1000) + self._chance.randrange(1000)))
                moment += self.recordings.track(track).milliseconds / 1000 + self._chance.uniform(1, 3)
        return plays

    def _mood(self, day: date) -> float:
        """The share of a usual day's plays: less at the sea in August, and between the years."""
        if day.month == 8 and 2 <= day.day <= 20:
            return 0.3
        if (day.month, day.day) >= (12, 23) or (day.month, day.day) <= (1, 2):
            return 0.6
        return 1.0

    def _session(self, number: int, length: int) -> list[int]:
        artist = self._drawn(number)
        if self._chance.random() < _WHOLE_ALBUM and artist.albums:
            return list(tracks_of(self._chance.choice(artist.albums)))[:length]
        tracks, obsession = [], self._obsessions.get(number)
        for _ in range(length):
            if obsession is not None and self._chance.random() < _OBSESSED_SHARE:
                tracks.append(obsession)
                continue
            if self._chance.random() < 0.4:
                artist = self._drawn(number)
            tracks.append(self._track(artist))
        return tracks

    def _drawn(self, number: int) -> Artist:
        at = number / HORIZON
        (artist,) = self._chance.choices(self.artists, [artist.weight(at) for artist in self.artists])
        return artist

    def _track(self, artist: Artist) -> int:
        """The first songs of an album are those that everybody knows."""
        tracks = tracks_of(self._chance.choice(artist.albums))
        return tracks[min(int(self._chance.expovariate(0.45)), len(tracks) - 1)]
