"""
`make demo IMPORT=1`: the simulated listener brings ten years of plays, as Spotify hands them out on request.

The file is made of the listener's own songs: artists come, stay and go, and songs are mostly heard in the evening. Its
days with polled plays have those alone, told by their end to the second: each of them must be one play with the polled
one.
"""

import io
import random
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from math import exp
from typing import Any, Self

from operations.spotify_export import ExportedPlay, write

YEARS = 10
DAYS = YEARS * 365
PLAYS_A_DAY = 3
SKIPPED = 0.15
"""Of the songs that begin."""
LASTING, PASSING = 4, 60
"""Artists whom the listener hears all the time, and those who have their time."""
PASSING_DAYS = (60, 700)
HOURS = (7, 8, 17, 18, 18, 19, 19, 20, 20, 20, 21, 21, 22)

Song = Mapping[str, Any]


@dataclass(frozen=True)
class Archive:
    """The file, and what must come of it."""

    content: bytes
    rows: int
    counted: Mapping[str, int]
    """By month, the plays that count: nobody heard the others for half a minute, or their song has no name."""
    polled_months: frozenset[str]
    """Of which a sync knows plays, too."""

    @classmethod
    def of(cls, truth: Mapping[str, Any], now: datetime, days: int = DAYS) -> Self:
        """Made for the listener who has what `truth` says by data type, as the provider writes it."""
        file, made = io.BytesIO(), list(plays(truth, now, days))
        heard = (play for play in made if play.reason_end == "trackdone" and play.track_name.strip())
        counted = Counter(f"{_began(play):%Y-%m}" for play in heard)
        months = frozenset(entry["played_at"][:7] for entry in truth["recently_played"])
        rows = write(file, made)
        return cls(file.getvalue(), rows, counted, months)


def plays(truth: Mapping[str, Any], now: datetime, days: int = DAYS) -> Iterator[ExportedPlay]:
    """The plays of so many days until yesterday, in the order of time, and the polled ones among them."""
    recent = sorted((each for each in truth["recently_played"] if _is_song(each)), key=lambda each: each["played_at"])
    polled = defaultdict(list)
    for entry in recent:
        at = datetime.fromisoformat(entry["played_at"])
        polled[at.date()].append(_play(entry["track"], at, entry["track"]["duration_ms"], "trackdone"))
    taste = Taste([entry["track"] for entry in (*truth["saved_tracks"], *recent) if _is_song(entry)])
    today = now.date()
    past = (today - timedelta(days=back) for back in range(1, days + 1))
    for day in sorted({*polled, *past}):
        yield from polled.get(day) or taste.evening(day, DAYS - (today - day).days)


class Taste:
    """What the listener likes, and when."""

    def __init__(self, songs: Iterable[Song]) -> None:
        self._chance = random.Random(22)  # noqa: S311 -- a made-up listener
        by_artist: defaultdict[str, dict[str, Song]] = defaultdict(dict)
        for song in songs:
            by_artist[song["artists"][0]["name"]][song["id"]] = song
        self._artists = sorted(by_artist.values(), key=len, reverse=True)[: LASTING + PASSING]
        self._chance.shuffle(self._artists)
        self._times = [(self._chance.uniform(0, DAYS), self._chance.uniform(*PASSING_DAYS)) for _ in self._artists]

    def evening(self, day: date, number: int) -> Iterator[ExportedPlay]:
        """What is played on a day, one song after the other; `number` counts the days of the ten years."""
        chance, end = self._chance, datetime.combine(day + timedelta(days=1), time(), UTC)
        weights = [self._weight(place, number) for place in range(len(self._artists))]
        moment = datetime.combine(day, time(chance.choice(HOURS), chance.randrange(60)), UTC)
        for _ in range(chance.randint(0, 2 * PLAYS_A_DAY)):
            (songs,) = chance.choices(self._artists, weights)
            song = self._song(list(songs.values()))
            skipped = chance.random() < SKIPPED
            heard = chance.randint(0, 25_000) if skipped else song["duration_ms"]
            moment += timedelta(milliseconds=heard, seconds=chance.randint(1, 30))
            if moment < end:
                yield _play(song, moment, heard, "fwdbtn" if skipped else "trackdone")

    def _weight(self, place: int, number: int) -> float:
        """How likely the artist in this place is heard."""
        if place < LASTING:
            return 0.5
        middle, width = self._times[place]
        return exp(-(((number - middle) / width) ** 2))

    def _song(self, songs: Sequence[Song]) -> Song:
        """One of an artist's: the first most often."""
        return songs[min(len(songs) - 1, int(self._chance.expovariate(0.7)))]


def _play(song: Song, ended_at: datetime, heard: int, reason_end: str) -> ExportedPlay:
    return ExportedPlay(
        ended_at=ended_at.replace(microsecond=0),
        ms_played=heard,
        track_id=song["id"],
        track_name=_text(song["name"]),
        artist_name=_text(song["artists"][0]["name"]),
        album_name=_text(song["album"]["name"]),
        reason_end=reason_end,
    )


def _began(play: ExportedPlay) -> datetime:
    return play.ended_at - timedelta(milliseconds=play.ms_played)


def _text(name: str) -> str:
    """A name without unpaired surrogates, which some songs have and no file in UTF-8 can hold."""
    return name.encode(errors="replace").decode()


def _is_song(entry: Mapping[str, Any]) -> bool:
    song = entry.get("track") or {}
    return bool(song.get("id") and song.get("artists") and song.get("album") and song.get("duration_ms"))
