"""
Bytes, read units and processor time of the taste pages, for listeners with few plays, many, and a great many.

The insights are written into the table as the product's own worker writes them, and read by the pages through the
handler. Read units are counted from the items that DynamoDB returns.
"""

import gc
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import astuple, dataclass
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any
from unittest.mock import patch

from botocore.client import BaseClient

from bench.figures import Figure, at_most
from bench.requests import RequestMeter
from blendify.access import sessions, users
from blendify.insights import packing, shelves, store, table
from blendify.insights.buckets import (
    Artist,
    First,
    Known,
    LibraryChange,
    MonthOfLibrary,
    MonthOfPlays,
    Ranked,
    Song,
    ToldPlays,
    TopList,
)
from blendify.insights.firsts import place
from blendify.taste.firsts import firsts
from blendify.web.taste.catalogue import VIEWS
from tests.aws import aws_in_memory
from tests.aws.function_environment import set_function_environment
from tests.unit.http_events import Browser

SIZES = {1_000: 65.0, 100_000: 175.0, 1_000_000: 500.0}
"""Plays, and the most read units of any page."""
MOST_BYTES = 150_000
MOST_PLAYS = 100_000
"""Up to so many plays a page shall take at most 0.25 s of processor time."""
RUNS = 3
MONTHS, LIST_DAYS = 120, 365
TODAY = date(2026, 11, 28)


def figures() -> list[Figure]:
    """For each size the largest page and the dearest ones; then all pages, each at all sizes."""
    set_function_environment()
    with aws_in_memory.new_aws():
        aws_in_memory.create_tables()
        measured = {plays: list(_pages(plays)) for plays in SIZES}
    bounds = [figure for plays, pages in measured.items() for figure in _bounds(plays, pages)]
    sizes = " / ".join(f"{plays:,}" for plays in SIZES)
    return [
        *bounds,
        *(
            Figure(f"{pages[0].path}, {sizes} plays", _side_by_side(pages))
            for pages in zip(*measured.values(), strict=True)
        ),
    ]


def _bounds(plays: int, pages: list["Page"]) -> Iterator[Figure]:
    largest = max(pages, key=lambda page: page.size)
    dearest = max(pages, key=lambda page: page.units)
    slowest = max(pages, key=lambda page: page.seconds)
    name = f"taste pages, {plays:,} plays"
    yield at_most(f"{name}: bytes", largest.size, MOST_BYTES, f"{largest.size:,} ({largest.path})")
    yield at_most(f"{name}: read units", dearest.units, SIZES[plays], f"{dearest.units:,.1f} ({dearest.path})")
    aim = "0.25 s" if plays <= MOST_PLAYS else ""
    yield Figure(f"{name}: processor time", f"{slowest.seconds:.2f} s ({slowest.path})", aim)


def _side_by_side(pages: Sequence["Page"]) -> str:
    sizes = " / ".join(f"{page.size / 1000:.0f}" for page in pages)
    units = " / ".join(f"{page.units:.0f}" for page in pages)
    seconds = " / ".join(f"{page.seconds:.2f}" for page in pages)
    return f"{sizes} KB, {units} units, {seconds} s"


@dataclass(frozen=True)
class Page:
    """One page, measured."""

    path: str
    size: int
    units: float
    seconds: float
    """Of the processor, without DynamoDB's; the least of several runs."""


def _pages(plays: int) -> Iterator[Page]:
    """Every page of a new listener with so many plays."""
    user = users.find_or_create_user("lastfm", f"listener-{plays}")
    artist = write(user, plays)
    # What DynamoDB holds is in this process, and would be looked through for garbage while a page is made.
    gc.collect()
    gc.freeze()
    browser = Browser({"session": sessions.begin(user)})
    paths = ["", *(f"/{name}" for name in VIEWS), f"/artists/{artist}"]
    noon = datetime(TODAY.year, TODAY.month, TODAY.day, 12, tzinfo=UTC)
    with patch("blendify.core.times.now", lambda: noon):
        for path in paths:
            address = f"/taste{path}"
            assert browser.get("api.taste", address).status == 200, address  # noqa: S101 -- and all is imported
            with RequestMeter().running() as meter:
                page = browser.get("api.taste", address)
            seconds = min(_seconds(browser, address) for _ in range(RUNS))
            yield Page(address, len(page.body.encode()), meter.taken().read_units, seconds)


def _seconds(browser: Browser, address: str) -> float:
    """Processor time of a page, without DynamoDB's."""
    return seconds(lambda: browser.get("api.taste", address))


def seconds(act: Callable[[], object]) -> float:
    """Processor time of something, without that of DynamoDB."""
    with _dynamodb() as spent:
        began = time.process_time()
        act()
        return time.process_time() - began - sum(spent)


@contextmanager
def _dynamodb() -> Iterator[list[float]]:
    """Processor time of each request to DynamoDB, which is in this process here and elsewhere in life."""
    spent: list[float] = []
    real = BaseClient._make_api_call  # type: ignore[attr-defined]

    def request(client: Any, operation: str, parameters: Any) -> Any:
        began = time.process_time()
        try:
            return real(client, operation, parameters)
        finally:
            spent.append(time.process_time() - began)

    with patch.object(BaseClient, "_make_api_call", request):
        yield spent


def write(user: str, plays: int) -> str:
    """Ten years of plays and library, and a year of daily top lists. Returns the key of an artist."""
    random = Random(plays)  # noqa: S311 -- not for secrets
    world = _World(random)
    months = [_month(world, number, max(1, plays // MONTHS)) for number in range(MONTHS)]
    for month in months:
        piece = ToldPlays(month.month, {"lastfm": month.songs}, month.by_day, month.by_hour)
        table.write(user, table.name("plays", month.month, store.WHOLE), packing.of_plays([piece]))
    library = [_additions(world, month) for month in months]
    for additions in library:
        rows = [additions.month, packing.of_changes(additions.added), packing.of_changes(additions.removed)]
        table.write(user, table.name("library", additions.month, "saved_tracks", additions.month), rows)
    lists = [
        top
        for what in ("artists", "tracks")
        for span in ("short_term", "long_term")
        for top in _lists(world, what, span)
    ]
    for top in lists:
        name = table.name("tops", top.what, top.time_range, top.provider, top.day)
        table.write(user, name, packing.of_top_lists([top]))
    for what in ("artists", "tracks"):
        current = {top.time_range: top for top in lists if top.what == what}
        table.write(user, table.name("current", what, "lastfm"), packing.of_top_lists(current.values()))
    by_place: defaultdict[str, list[First]] = defaultdict(list)
    for earliest in firsts(months, lists, library):
        by_place[place(earliest.key)].append(earliest)
    for name_of_place, there in by_place.items():
        table.write(user, table.name("firsts", name_of_place), packing.of_firsts(there))
    begin = f"{months[0].month}-01"
    known = Known("UTC", begin, begin, lists[0].day, begin, f"{TODAY}T09:00:00.000Z")
    table.write(user, "known", list(astuple(known)))
    shelves.settle(user)
    return world.artists[0].key


class _World:
    """Artists, of whom a few are played a lot, and songs, of which new ones come every month."""

    def __init__(self, random: Random) -> None:
        self.random = random
        self.artists = [
            Artist(f"artist{number:05}", f"An Artist {number}", f"https://i/{number}") for number in range(6_000)
        ]
        self.songs: dict[int, Song] = {}

    def song(self, number: int) -> Song:
        if number not in self.songs:
            artist = self.artists[int(len(self.artists) * self.random.random() ** 3)]
            self.songs[number] = Song(
                f"song{number:06}", f"A Song Title {number}", (artist,), artist.name, "An Album",
                f"https://i/{number // 10}", 200_000, 1960 + number % 66,
            )  # fmt: skip
        return self.songs[number]


def _month(world: _World, number: int, plays: int) -> MonthOfPlays:
    name = f"{2016 + (number + 11) // 12}-{(number + 11) % 12 + 1:02}"
    songs: dict[str, Song] = {}
    days: dict[int, Counter[str]] = {}
    hours: Counter[tuple[int, int]] = Counter()
    for _ in range(plays):
        song = world.song(min(int(world.random.paretovariate(0.4)), 20_000) + number * 40)
        songs[song.key] = song
        days.setdefault(world.random.randrange(1, 29), Counter())[song.key] += 1
        hours[world.random.randrange(7), world.random.randrange(24)] += 1
    return MonthOfPlays(name, songs, dict(days), dict(hours), ("lastfm",))


def _additions(world: _World, month: MonthOfPlays) -> MonthOfLibrary:
    """One song in thirty that are played is liked."""
    songs = sorted(month.songs.values(), key=lambda song: song.key)
    liked = world.random.sample(songs, len(songs) // 30)
    changes = [
        LibraryChange(
            "saved_tracks",
            "lastfm",
            f"id-{song.key}",
            song.key,
            song.title,
            song.artist_line,
            tuple(artist.key for artist in song.artists),
            song.cover,
            f"{month.month}-{number % 28 + 1:02}",
            dated=True,
            release_year=song.release_year,
        )
        for number, song in enumerate(liked)
    ]
    return MonthOfLibrary(month.month, tuple(sorted(changes, key=lambda change: change.day)), ())


def _lists(world: _World, what: str, time_range: str) -> Iterator[TopList]:
    """Fifty places, of which a few change every day."""
    keys = list(range(50))
    for number in range(LIST_DAYS):
        for _ in range(3):
            place = world.random.randrange(49)
            keys[place], keys[place + 1] = keys[place + 1], keys[place]
        keys[world.random.randrange(30, 50)] = 50 + number
        yield TopList(
            "lastfm",
            what,
            time_range,
            (TODAY - timedelta(days=LIST_DAYS - 1 - number)).isoformat(),
            tuple(_ranked(world, what, rank, key) for rank, key in enumerate(keys, start=1)),
        )


def _ranked(world: _World, what: str, rank: int, key: int) -> Ranked:
    if what == "artists":
        artist = world.artists[key]
        return Ranked(rank, artist.key, f"id-{artist.key}", artist.name, None, artist.image, 10)
    song = world.song(key)
    return Ranked(rank, song.key, f"id-{song.key}", song.title, song.artist_line, song.cover, 10)
