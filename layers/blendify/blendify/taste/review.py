"""A month or a year in review."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from blendify.insights.buckets import First, Known, LibraryChange, MonthOfLibrary, MonthOfPlays, TopList
from blendify.taste import listening, rankings
from blendify.taste.comparison import Sums, compare
from blendify.taste.days import Period, days_of, later, month_of, months, months_later, whole_month
from blendify.taste.growth import is_dated
from blendify.taste.obsessions import Obsession, obsessions

ROWS = 5


@dataclass(frozen=True)
class Favourite:
    """A song or artist of the period."""

    key: str
    name: str
    artist_line: str | None
    image: str | None
    plays: int | None
    """None where it comes from a top list without counts."""


@dataclass(frozen=True)
class Review:
    """What to remember of a period. Numbers that are not known are None."""

    period: Period
    over: bool
    """Whether the period has ended; then nothing changes any more, but for late plays and imports."""
    sums: Sums | None
    artists: tuple[Favourite, ...]
    songs: tuple[Favourite, ...]
    busiest_day: tuple[str, int] | None
    rhythm: tuple[int, ...]
    """Plays of each day of a month, of each month of a year, up to today; none where plays are not known."""
    obsession: Obsession | None
    discoveries: tuple[First, ...]
    """Artists who were new, the most played first; none in the weeks in which everything is."""
    added: tuple[LibraryChange, ...]
    """To the library, the newest first."""


def period_of(name: str) -> Period:
    """The days of a month (`2026-11`) or a year (`2026`)."""
    return whole_month(name) if len(name) == 7 else Period(f"{name}-01-01", f"{name}-12-31")


def name_before(name: str) -> str:
    """The month or year before."""
    return months_later(name, -1) if len(name) == 7 else f"{int(name) - 1:04}"


def name_after(name: str) -> str:
    """The month or year after."""
    return months_later(name, 1) if len(name) == 7 else f"{int(name) + 1:04}"


@dataclass(frozen=True)
class Sources:
    """What a review is made of."""

    plays: Sequence[MonthOfPlays]
    lists: Sequence[TopList]
    library: Sequence[MonthOfLibrary]
    firsts: Sequence[First]
    known: Known


def review(sources: Sources, name: str, today: str) -> Review:
    """The month or year; its favourites come from plays, or else from the top lists at its end."""
    period = period_of(name)
    known = sources.known
    # The first month counts from its first known play on, and says so.
    start = max(period.first, known.plays_since or period.first)
    counted = Period(start, min(period.last, today))
    sums = compare(sources.plays, sources.firsts, known, counted).now if counted.first <= counted.last else None
    if sums and not sums.plays:
        sums = None
    artists = listening.artists(sources.plays, counted) if sums else {}
    songs = listening.songs(sources.plays, counted) if sums else {}
    by_day = listening.by_day(sources.plays, counted) if sums else {}
    inside = [month for month in sources.plays if period.first[:7] <= month.month <= period.last[:7]]
    new = {first.key: first for first in sources.firsts if first.is_artist and first.day in period}
    # As they are counted: a guest on a song is not discovered by it.
    first = listening.first_artists(sources.plays, counted) if sums and sums.new_artists is not None else set[str]()
    discovered = [new[key] for key in artists if key in new and key in first]
    return Review(
        period=period,
        over=period.last < today,
        sums=sums,
        artists=_favourites(artists) or _ranked(sources.lists, "artists", period),
        songs=_favourites(songs) or _ranked(sources.lists, "tracks", period),
        busiest_day=max(
            ((day, plays) for day, plays in by_day.items()), key=lambda pair: (pair[1], pair[0]), default=None
        ),
        rhythm=_rhythm(by_day, counted) if sums else (),
        obsession=next(iter(obsessions(inside)), None) if sums else None,
        discoveries=tuple(discovered[:ROWS]),
        added=tuple(
            change
            for month in sources.library[::-1]
            for change in month.added[::-1]
            if change.day in period and change.data_type != "playlists" and is_dated(change, known)
        ),
    )


def _rhythm(by_day: dict[str, int], period: Period) -> tuple[int, ...]:
    if period.days <= 31:
        return tuple(by_day.get(day, 0) for day in days_of(period))
    by_month: Counter[str] = Counter()
    for day, plays in by_day.items():
        by_month[month_of(day)] += plays
    return tuple(by_month[month] for month in months(month_of(period.first), month_of(period.last)))


def _favourites(played: dict[str, listening.Played]) -> tuple[Favourite, ...]:
    return tuple(
        Favourite(item.key, item.name, item.artist_line, item.image, round(item.plays))
        for item in list(played.values())[:ROWS]
    )


def _ranked(lists: Sequence[TopList], what: str, period: Period) -> tuple[Favourite, ...]:
    """The first of the list that covers the period best, as it was at the period's end; none before the first list."""
    wanted = "short_term" if period.days <= 31 else "long_term"
    for (_, kind, time_range), history in sorted(rankings.histories(lists).items()):
        snapshot = rankings.in_force(history, period.last)
        if kind == what and time_range == wanted and snapshot and later(snapshot.day, 62) >= period.first:
            entries = list(rankings.by_key(snapshot).values())[:ROWS]
            return tuple(Favourite(entry.key, entry.name, entry.artist_line, entry.image, None) for entry in entries)
    return ()
