"""The library over time: what was added by month or year, and what left it."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from blendify.insights.buckets import Known, LibraryChange, MonthOfLibrary
from blendify.taste.days import months

DATA_TYPES = ("saved_tracks", "saved_albums", "playlist_tracks", "followed_artists")
"""In the order in which columns are stacked. A playlist itself has no date of its own."""
MOST_MONTHS = 36


@dataclass(frozen=True)
class Column:
    """A month or a year."""

    label: str
    """`2026-11` or `2026`."""
    added: tuple[int, ...]
    """By data type."""
    removed: int


@dataclass(frozen=True)
class Growth:
    """The columns from the first addition to the last month, without gaps."""

    columns: tuple[Column, ...]
    by_years: bool
    data_types: tuple[str, ...]
    """Those that have a column's part somewhere."""
    undated: int
    """How many were there at the first sync without a date: in no column."""


def is_dated(change: LibraryChange, known: Known) -> bool:
    """Whether the day says when it was added: a date, or a sync that had it after one that had not."""
    if change.origin is not None:
        return change.dated
    return change.dated or known.connected_on is None or change.day > known.connected_on


@dataclass(frozen=True)
class Gathered:
    """A song, album or artist that was added or that left, once, however many places of the library it concerns."""

    change: LibraryChange
    """The newest."""
    liked: bool
    """Whether it concerns the likes too, where it concerns playlists."""
    playlists: tuple[str, ...]
    """Their names, the newest change first."""
    providers: tuple[str, ...] = ()
    """The services that told of it."""


def gathered(changes: Iterable[LibraryChange]) -> list[Gathered]:
    """Changes, of which those of one song are together, in the order of its first. A liked album is no song."""
    by_thing: dict[tuple[str, str], list[LibraryChange]] = {}
    for change in changes:
        kind = "song" if change.data_type in ("saved_tracks", "playlist_tracks") else change.data_type
        by_thing.setdefault((kind, change.key), []).append(change)
    return [
        Gathered(
            same[0],
            any(change.data_type == "saved_tracks" for change in same),
            tuple(dict.fromkeys(change.playlist_name for change in same if change.playlist_name)),
            tuple(dict.fromkeys(change.provider for change in same)),
        )
        for same in by_thing.values()
    ]


def growth(library: Sequence[MonthOfLibrary], known: Known, last_month: str, *, by_years: bool | None = None) -> Growth:
    """
    Additions and removals.

    by_years    None: months up to three years, else years
    """
    changes = [change for month in library for change in month.added if change.data_type in DATA_TYPES]
    removals = [change for month in library for change in month.removed if change.data_type in DATA_TYPES]
    dated = [change for change in changes if is_dated(change, known)]
    undated = len(changes) - len(dated)
    if not dated and not removals:
        return Growth((), bool(by_years), (), undated)
    first = min(change.day for change in (*dated, *removals))[:7]
    span = months(first, max(last_month, first))
    if by_years is None:
        by_years = len(span) > MOST_MONTHS
    width = 4 if by_years else 7
    added = Counter((change.day[:width], change.data_type) for change in dated)
    removed = Counter(change.day[:width] for change in removals)
    present = tuple(name for name in DATA_TYPES if any(data_type == name for _, data_type in added))
    labels = dict.fromkeys(month[:width] for month in span)
    columns = tuple(Column(label, tuple(added[label, name] for name in present), removed[label]) for label in labels)
    return Growth(columns, by_years, present, undated)


def changes_in(
    library: Sequence[MonthOfLibrary], known: Known, label: str
) -> tuple[list[LibraryChange], list[LibraryChange]]:
    """What was added and removed in a month or year, newest first."""
    added = [
        change
        for month in library
        for change in month.added
        if change.data_type in DATA_TYPES and change.day.startswith(label) and is_dated(change, known)
    ]
    removed = [
        change
        for month in library
        for change in month.removed
        if change.data_type in DATA_TYPES and change.day.startswith(label)
    ]
    return sorted(added, key=_newest, reverse=True), sorted(removed, key=_newest, reverse=True)


def _newest(change: LibraryChange) -> tuple[str, str]:
    return change.day, change.record_id
