"""What a listener holds at the end of each day: likes, albums, follows, playlists, and what a service ranks for her."""

from collections import Counter, deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from random import Random

from local.simulators.frame.entries import PLAIN, Entry
from local.simulators.music.recordings import Recordings, tracks_of
from local.simulators.music.years.habits import Habits

REMEMBERED = 50
"""Plays that a service remembers."""
RANKS = 50
RANGES: Mapping[str, tuple[int, int]] = {"short_term": (28, 4), "medium_term": (182, 14), "long_term": (365, 28)}
"""Time range → days that it counts, and days after which it is counted anew."""
WARM_UP = 120
"""Days before the first: nobody begins with empty lists."""
_LIKES_BEFORE, _YEARS_BEFORE = 160, 8
_LIKED_AFTER, _LIKED_DAYS = 4, 21
"""Plays within days after which a song may be liked."""
_FOLLOWED_AFTER, _SAVED_AFTER = 25, 40
"""Plays of an artist, and of an album."""
_SEASONS = ("Winter", "Spring", "Summer", "Autumn")


@dataclass
class Shelf:
    """
    The state at the end of a day. `changed` names the data types that are not as they were the day before.

    Plays have the milliseconds since 1970 at which they began, what was added the seconds, ranks no moment.
    """

    day: date
    plays: deque[Entry] = field(default_factory=lambda: deque(maxlen=REMEMBERED))
    """The newest last."""
    likes: list[Entry] = field(default_factory=list)
    """The newest first, as the next two."""
    albums: list[Entry] = field(default_factory=list)
    follows: list[Entry] = field(default_factory=list)
    playlists: dict[str, list[Entry]] = field(default_factory=dict)
    top_tracks: dict[str, list[Entry]] = field(default_factory=dict)
    top_artists: dict[str, list[Entry]] = field(default_factory=dict)
    changed: set[str] = field(default_factory=set)


class Life:
    """Goes through the days from the first to the last; `days()` yields the one shelf, which changes."""

    def __init__(self, recordings: Recordings, first: date, last: date, seed: int = 7) -> None:
        self.recordings = recordings
        self.first = first
        self._chance = Random(seed)  # noqa: S311 -- the same listener each time
        begin = first - timedelta(days=WARM_UP)
        self._habits = Habits(recordings, begin, (last - begin).days + 1, seed)
        self._shelf = Shelf(begin)
        self._past: deque[tuple[date, list[Entry]]] = deque()
        self._counts: dict[str, Counter[int]] = {name: Counter() for name in RANGES}
        self._of_artist: Counter[int] = Counter()
        self._of_album: Counter[int] = Counter()
        self._like_before(begin)

    def days(self) -> Iterator[Shelf]:
        """The shelf at the end of each day."""
        shelf = self._shelf
        for day, plays in self._habits.plays():
            shelf.day, shelf.changed = day, set()
            self._play(plays)
            self._count(day, plays)
            self._tidy(day)
            if day == self.first:
                shelf.changed = {"top_tracks", "top_artists", "likes", "albums", "follows", "playlists"}
            if day >= self.first:
                yield shelf

    def _like_before(self, begin: date) -> None:
        """Likes of the years before, more of them each year."""
        end = datetime(begin.year, begin.month, begin.day, tzinfo=UTC).timestamp()
        heard = [artist for artist in self._habits.artists if artist.arc in ("stays", "fades", "returns", "ends")]
        likes = {}
        for _ in range(_LIKES_BEFORE):
            artist = self._chance.choice(heard)
            track = self._chance.choice(tracks_of(self._chance.choice(artist.albums)))
            likes[track] = int(end - _YEARS_BEFORE * 365 * 86_400 * self._chance.random() ** 1.7)
        shelf = self._shelf
        shelf.likes = sorted((Entry(PLAIN, *like) for like in likes.items()), key=lambda like: -like.when)
        for name, size in (("Road trip", 24), ("Sunday morning", 18), ("Running", 20)):
            chosen = self._chance.sample(shelf.likes, size)
            shelf.playlists[name] = sorted(chosen, key=lambda like: like.when)

    def _play(self, plays: Sequence[Entry]) -> None:
        shelf = self._shelf
        liked = {like.number for like in shelf.likes}
        days = [plays for day, plays in self._past if (shelf.day - day).days < _LIKED_DAYS]
        recent = Counter(play.number for past in days for play in past)
        for play in plays:
            shelf.plays.append(play)
            shelf.changed.add("plays")
            recent[play.number] += 1
            like = Entry(PLAIN, play.number, play.when // 1000 + 60)
            if recent[like.number] >= _LIKED_AFTER and like.number not in liked and self._chance.random() < 0.4:
                liked.add(like.number)
                shelf.likes.insert(0, like)
                shelf.changed.add("likes")
                self._collect_season(like)
            self._keep(like)

    def _keep(self, played: Entry) -> None:
        """Follow an artist, or save an album, that was heard so often by now."""
        shelf, track = self._shelf, self.recordings.track(played.number)
        artist, album = Entry(PLAIN, track.artists[0]), Entry(PLAIN, track.album, played.when)
        self._of_artist[artist.number] += 1
        self._of_album[album.number] += 1
        if self._of_artist[artist.number] == _FOLLOWED_AFTER and artist not in shelf.follows:
            shelf.follows.insert(0, artist)
            shelf.changed.add("follows")
        if self._of_album[album.number] == _SAVED_AFTER:
            shelf.albums.insert(0, album)
            shelf.changed.add("albums")

    def _collect_season(self, like: Entry) -> None:
        """What is liked goes into the playlist of its season, which is made with its first song."""
        day = self._shelf.day
        name = f"{_SEASONS[day.month % 12 // 3]} {day.year + (day.month == 12)}"
        self._shelf.playlists.setdefault(name, []).append(like)
        self._shelf.changed.add("playlists")

    def _tidy(self, day: date) -> None:
        """On Sundays: a like that has not been played for long goes, and the songs for running change."""
        if day.weekday() != 6:
            return
        shelf = self._shelf
        heard = self._counts["medium_term"]
        silent = [place for place, like in enumerate(shelf.likes) if not heard[like.number]]
        if silent and self._chance.random() < 0.35:
            shelf.likes.pop(self._chance.choice(silent))
            shelf.changed.add("likes")
        running = shelf.playlists["Running"]
        when = shelf.plays[-1].when // 1000 if shelf.plays else 0
        known = {entry.number for entry in running}
        fresh = [like for like in shelf.likes[:40] if like.number not in known]
        if fresh and self._chance.random() < 0.7:
            running.pop(self._chance.randrange(len(running)))
            running.append(self._chance.choice(fresh)._replace(when=when))
            shelf.changed.add("playlists")
        if shelf.follows and self._chance.random() < 0.04:
            shelf.follows.pop(self._chance.randrange(len(shelf.follows)))
            shelf.changed.add("follows")

    def _count(self, day: date, plays: list[Entry]) -> None:
        """Ranks by plays of each range's days."""
        self._past.append((day, plays))
        number = (day - self.first).days
        while self._past and (day - self._past[0][0]).days >= RANGES["long_term"][0]:
            self._past.popleft()
        for name, (span, every) in RANGES.items():
            if number % every and day != self.first:
                continue
            counted = (play.number for past, played in self._past if (day - past).days < span for play in played)
            self._counts[name] = tracks = Counter(counted)
            artists: Counter[int] = Counter()
            for track, count in tracks.items():
                artists[self.recordings.track(track).artists[0]] += count
            self._shelf.top_tracks[name] = _ranked(tracks)
            self._shelf.top_artists[name] = _ranked(artists)
            self._shelf.changed |= {"top_tracks", "top_artists"}


def _ranked(counts: Counter[int]) -> list[Entry]:
    """By count; of equal ones the smaller number first, so that nothing moves without a reason."""
    return [Entry(PLAIN, number) for number, _ in sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))[:RANKS]]
