"""An invented listener with two years of believable history, in the data classes of the insights. Seeded."""

from collections import Counter
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cache
from math import exp
from random import Random

from blendify.insights.buckets import (
    Artist,
    First,
    Known,
    LibraryChange,
    MonthOfLibrary,
    MonthOfPlays,
    Ranked,
    Song,
    TopList,
)
from blendify.taste.firsts import firsts
from blendify.taste.rankings import histories

FIRST, LAST = date(2024, 11, 20), date(2026, 11, 28)
TODAY = LAST.isoformat()
NAMES = (
    "Zoë Sato", "Los Novák", "The Paper Lanterns", "Tyler, The Gardener", "Mira Okafor", "Night Ferry",
    "Saltwater Choir", "Ines & the Owls", "Cassette Weather", "Tomáš Lindqvist", "Golden Hour Union", "Halima Bey",
    "Small Ghosts", "Sofia Marchetti", "Northern Wires", "Kito", "Velvet Antenna", "Blue Hour Radio", "Jun Aoki",
    "The Quiet Parade", "Río Claro", "Amber Vale", "Postcards From Oslo", "Dune Theory", "Lena Brandt",
    "Marble Youth", "Olu Adeyemi", "Second Balcony", "Paper Tigers Club", "Ada Winters", "Coral Static", "Hinterland",
    "Wren Hollow", "Echo Park Drive", "Soft Machinery", "Lucía Ferrer", "Tin Cathedral", "Moss & Marrow",
    "Harbour Lights", "Fever Almanac",
)  # fmt: skip
WORDS = (
    "Glass", "Harbour", "Summer", "Paper", "Letters", "Silver", "Morning", "Static", "Garden", "Winter", "Hollow",
    "Bright", "Slow", "Electric", "River", "Ghost", "Velvet", "Second", "Quiet", "Golden",
)  # fmt: skip
ARTISTS = 120


def seeded(seed: object) -> Random:
    """Random numbers that are the same in every run."""
    return Random(str(seed))  # noqa: S311 -- not for secrets


@dataclass(frozen=True)
class Listener:
    """Everything that the store returns."""

    plays: list[MonthOfPlays]
    lists: list[TopList]
    library: list[MonthOfLibrary]
    firsts: list[First]
    known: Known


def image(kind: str, number: int) -> str:
    """A picture's address, as Spotify has them."""
    return f"https://i.scdn.co/image/{kind}{number:04}"


@cache
def artist(number: int) -> Artist:
    """The artist with this number; the same for the same number."""
    name = (
        NAMES[number] if number < len(NAMES) else f"{WORDS[number % 20]} {WORDS[(number * 7 + number // 20) % 20]} Club"
    )
    return Artist(f"artist-{number:03}", name, image("artist", number))


@cache
def song(number: int, by: int, guest: int | None = None) -> Song:
    """A song of an artist, with a guest or without."""
    random = seeded(f"song {by} {number}")
    artists = (artist(by), *([artist(guest)] if guest is not None else []))
    first, second = random.sample(WORDS, 2)
    return Song(
        key=f"song-{by:03}-{number:02}",
        title=f"{first} {second}",
        artists=artists,
        artist_line=", ".join(artist.name for artist in artists),
        album=f"{second} Days",
        cover=image("album", by * 10 + number // 4),
        milliseconds=random.randrange(140_000, 330_000),
        release_year=random.choice((1978, 1986, 1994, 2001, 2007, 2012, 2016, 2019, 2021, 2023, 2024, 2025)),
    )


@cache
def two_years(seed: int = 1) -> Listener:
    """
    A listener of Spotify who connected two years ago.

    Artists come and go, two are loyal, one returns, one song is an obsession in May, and July is a holiday.
    """
    random = seeded(seed)
    plays = _plays(random)
    lists = [*_lists(plays, "artists"), *_lists(plays, "tracks")]
    library = _library(plays, random)
    known = Known(
        "Europe/Berlin", FIRST.isoformat(), FIRST.isoformat(), FIRST.isoformat(), "2016-03-04", f"{TODAY}T09:30:00.000Z"
    )
    return Listener(plays, lists, library, firsts(plays, lists, library), known)


def _love(number: int, day: int) -> float:
    """How much the listener loves an artist on a day, counted from the first."""
    if number < 2:
        return 1.0
    if number == 2:  # silent for most of a year
        return 1.2 if day < 200 or day > 660 else 0.0
    peak, width, most = _character(number)
    warmth = exp(-(((day - peak) / width) ** 2))
    return most * warmth if warmth > 0.01 else 0.0


@cache
def _character(number: int) -> tuple[float, float, float]:
    """The day on which an artist is loved most, for about how long, and how much."""
    random = seeded(f"love {number}")
    return random.uniform(-150, 800), random.choice((9, 14, 40, 70, 110)), random.uniform(0.2, 1.8)


def _plays(random: Random) -> list[MonthOfPlays]:
    by_day: dict[date, Counter[tuple[int, int]]] = {}
    hours: dict[str, Counter[tuple[int, int]]] = {}
    artists = range(ARTISTS)
    for index in range((LAST - FIRST).days + 1):
        day = FIRST + timedelta(days=index)
        count = random.randrange(8, 45) if day.month != 7 or day.day > 21 else random.randrange(0, 4)
        count = round(count * (1.5 if day.weekday() >= 4 else 1.0))
        loved = [_love(number, index) for number in artists]
        today: Counter[tuple[int, int]] = Counter()
        for number in random.choices(artists, loved, k=count):
            today[number, min(int(random.expovariate(0.5)), 11)] += 1
        if date(2026, 5, 4) <= day <= date(2026, 5, 10):
            today[7, 0] += random.randrange(9, 15)
        by_day[day] = today
        slots = hours.setdefault(day.isoformat()[:7], Counter())
        for hour in random.choices(
            (7, 8, 12, 13, 17, 18, 19, 20, 21, 22), (3, 5, 2, 2, 4, 6, 7, 8, 7, 3), k=sum(today.values())
        ):
            slots[day.weekday(), hour] += 1
    months = sorted(hours)
    return [_month(month, by_day, hours[month]) for month in months]


def _month(month: str, by_day: dict[date, Counter[tuple[int, int]]], slots: Counter[tuple[int, int]]) -> MonthOfPlays:
    songs: dict[str, Song] = {}
    days: dict[int, dict[str, int]] = {}
    for day, counts in by_day.items():
        if day.isoformat().startswith(month) and counts:
            for (by, number), count in counts.items():
                played = song(number, by, (by + 5) % ARTISTS if number == 3 else None)
                songs[played.key] = played
                days.setdefault(day.day, {})[played.key] = count
    return MonthOfPlays(month, songs, days, dict(slots), ("spotify",))


def _lists(plays: list[MonthOfPlays], what: str) -> list[TopList]:
    """Every fourth day, the first 50 by the plays of four weeks; of a year for the long range, every month."""
    daily: dict[str, Counter[str]] = {}
    names: dict[str, tuple[str, str | None, str | None]] = {}
    for month in plays:
        for number, counts in month.by_day.items():
            sums = daily.setdefault(f"{month.month}-{number:02}", Counter())
            for key, count in counts.items():
                played = month.songs[key]
                if what == "tracks":
                    sums[key] += count
                    names[key] = (played.title, played.artist_line, played.cover)
                else:
                    sums[played.artists[0].key] += count
                    names[played.artists[0].key] = (played.artists[0].name, None, played.artists[0].image)
    lists = []
    for time_range, window, every in (("short_term", 28, 4), ("long_term", 365, 30)):
        sums = Counter[str]()
        previous: list[str] = []
        for index in range((LAST - FIRST).days + 1):
            day = FIRST + timedelta(days=index)
            sums.update(daily.get(day.isoformat(), {}))
            sums.subtract(daily.get((day - timedelta(days=window)).isoformat(), {}))
            order = sorted((key for key in sums if sums[key] > 0), key=lambda key: (-sums[key], key))[:50]
            if index % every == 0 and order != previous:
                entries = tuple(
                    Ranked(rank, key, f"id-{key}", *names[key], None) for rank, key in enumerate(order, start=1)
                )
                lists.append(TopList("spotify", what, time_range, day.isoformat(), entries))
                previous = order
    return lists


class _Library:
    """Additions and removals by month; one addition in eight is taken back later."""

    def __init__(self, random: Random) -> None:
        self.random = random
        self.added: dict[str, list[LibraryChange]] = {}
        self.removed: dict[str, list[LibraryChange]] = {}

    def add(self, data_type: str, liked: Song, day: str, playlist: str | None = None) -> None:
        change = LibraryChange(
            data_type, "spotify", f"id-{liked.key}", liked.key, liked.title, liked.artist_line,
            tuple(artist.key for artist in liked.artists), liked.cover, day, dated=True,
            release_year=liked.release_year, playlist_id=f"id-{playlist}" if playlist else None, playlist_name=playlist,
        )  # fmt: skip
        self.added.setdefault(day[:7], []).append(change)
        if day >= FIRST.isoformat() and self.random.random() < 0.12:
            gone = (date.fromisoformat(day) + timedelta(days=self.random.randrange(20, 200))).isoformat()
            if gone <= TODAY:
                self.removed.setdefault(gone[:7], []).append(change._replace(day=gone, dated=False))

    def follow(self, who: Artist) -> None:
        change = LibraryChange(
            "followed_artists", "spotify", f"id-{who.key}", who.key, who.name, None, (who.key,), who.image,
            FIRST.isoformat(), dated=False,
        )  # fmt: skip
        self.added.setdefault(FIRST.isoformat()[:7], []).append(change)

    def months(self) -> list[MonthOfLibrary]:
        return [
            MonthOfLibrary(month, _by_day(self.added.get(month, [])), _by_day(self.removed.get(month, [])))
            for month in sorted({*self.added, *self.removed})
        ]


def _by_day(changes: list[LibraryChange]) -> tuple[LibraryChange, ...]:
    return tuple(sorted(changes, key=lambda change: change.day))


def _library(plays: list[MonthOfPlays], random: Random) -> list[MonthOfLibrary]:
    library = _Library(random)
    for year in range(2016, 2025):
        for _ in range(random.randrange(10, 70)):
            day = date(year, random.randrange(4, 11), random.randrange(1, 28)).isoformat()
            library.add("saved_tracks", song(random.randrange(12), 3 * random.randrange(ARTISTS // 3)), day)
            if random.random() < 0.4:
                liked = song(random.randrange(12), 3 * random.randrange(ARTISTS // 3))
                library.add("playlist_tracks", liked, day, f"Summer {year}")
    for month in plays:
        for number, key in ((number, key) for number, counts in month.by_day.items() for key in counts):
            day, chance = f"{month.month}-{number:02}", random.random()
            if chance < 0.02:
                library.add("saved_tracks", month.songs[key], day)
            elif chance < 0.035:
                playlist = random.choice(("Kitchen", "Running", "Slow Sundays"))
                library.add("playlist_tracks", month.songs[key], day, playlist)
            elif chance < 0.037:
                library.add("saved_albums", month.songs[key], day)
    for number in range(12):
        library.follow(artist(number))
    return library.months()


def history(listener: Listener, what: str, time_range: str) -> list[TopList]:
    """The snapshots of one of the listener's lists, by day."""
    return histories(listener.lists)["spotify", what, time_range]


NOBODY = Listener([], [], [], [], Known("UTC", None, None, None, None, None))


@cache
def three_days() -> Listener:
    """A listener of Spotify who connected three days ago: few plays, lists of three days, likes of some years."""
    base = two_years()
    begin = (LAST - timedelta(days=2)).isoformat()
    november = base.plays[-1]
    by_day = {day: counts for day, counts in november.by_day.items() if f"{november.month}-{day:02}" >= begin}
    keys = {key for counts in by_day.values() for key in counts}
    slots = {(4, 8): 9, (4, 19): 14, (5, 12): 6, (5, 21): 11, (6, 10): 5}
    songs = {key: song for key, song in november.songs.items() if key in keys}
    plays = [MonthOfPlays(november.month, songs, by_day, slots, ("spotify",))]
    newest = {(top.what, top.time_range): top for top in base.lists}
    lists = [replace(top, day=begin) for top in newest.values()]
    library = [
        MonthOfLibrary(month.month, month.added[::4], ())
        for month in base.library
        if month.month in ("2022-05", "2023-08", "2024-12", "2025-06", "2026-02", "2026-10") and month.added
    ]
    since = min(change.day for month in library for change in month.added)
    known = Known("Europe/Berlin", begin, begin, begin, since, f"{TODAY}T09:30:00.000Z")
    return Listener(plays, lists, library, firsts(plays, lists, library), known)


@cache
def scrobbler() -> Listener:
    """A listener of Last.fm alone: plays and loved songs with their dates, lists that count, no albums or playlists."""
    base = two_years()
    plays = [replace(month, providers=("lastfm",)) for month in base.plays]
    newest = {(top.what, top.time_range): top for top in base.lists}
    begin = (LAST - timedelta(days=9)).isoformat()
    lists = [
        TopList(
            "lastfm",
            top.what,
            {"short_term": "7day", "long_term": "overall"}[top.time_range],
            begin,
            tuple(entry._replace(play_count=400 // entry.rank) for entry in top.entries),
        )
        for top in newest.values()
    ]
    library = [
        MonthOfLibrary(
            month.month,
            tuple(change._replace(provider="lastfm") for change in month.added if change.data_type == "saved_tracks"),
            (),
        )
        for month in base.library
    ]
    known = replace(base.known, connected_on=begin, rankings_since=begin)
    return Listener(plays, lists, library, firsts(plays, lists, library), known)


@cache
def brought() -> Listener:
    """A listener whose plays came out of files alone: without pictures and years, which the library has in part."""
    base = two_years()

    def bare(song: Song) -> Song:
        artists = tuple(artist._replace(image=None) for artist in song.artists)
        return song._replace(artists=artists, cover=None, release_year=None)

    plays = [replace(month, songs={key: bare(song) for key, song in month.songs.items()}) for month in base.plays]
    known = replace(base.known, connected_on=TODAY, rankings_since=None)
    return Listener(plays, [], base.library, firsts(plays, [], base.library), known)


@cache
def likes_alone() -> Listener:
    """A listener of whom nothing is known but liked songs with their dates."""
    library = [
        MonthOfLibrary(month.month, tuple(change for change in month.added if change.data_type == "saved_tracks"), ())
        for month in two_years().library
    ]
    begin = (LAST - timedelta(days=2)).isoformat()
    known = Known("Europe/Berlin", begin, None, None, "2016-04-01", f"{TODAY}T09:30:00.000Z")
    return Listener([], [], library, firsts([], [], library), known)
