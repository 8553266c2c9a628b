"""
What is known of a listener, read from the insights table. Views and pages ask here, and never fold the history.

Months (`2026-11`) and days (`2026-11-28`) are texts, in the listener's time zone. None for the first or last month
means from the beginning, or until now. Reads are eventually consistent, of the shelf that is shown (see `shelves`).
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from itertools import groupby
from typing import Any

from blendify.insights import packing, table
from blendify.insights.buckets import First, Known, LibraryChange, ListBrought, MonthOfLibrary, MonthOfPlays, TopList
from blendify.insights.firsts import place
from blendify.insights.library import joined_with_files, month_of_library
from blendify.insights.plays import joined
from blendify.providers import NAMES, PROVIDERS

WHOLE = "00"
"""In place of the day, in the name of a bucket of plays that holds a whole month."""
EARLIEST, LATEST = "0", "9999"
FILES, LISTS_BROUGHT = "from_files", "lists_brought"
"""What the names of buckets begin with that hold what files say of a library; which lists they have."""


def plays(
    shelf: str, first_month: str | None, last_month: str | None, providers: Collection[str] = NAMES
) -> list[MonthOfPlays]:
    """The plays of these months of which one of these providers told, by month; months without plays are left out."""
    first, last = table.name("plays", first_month or EARLIEST), table.name("plays", last_month or LATEST)
    months = []
    for _, buckets in groupby(table.read(shelf, first, last), key=lambda rows: rows[0]):
        days = set[int]()
        pieces: list[MonthOfPlays] = []
        for rows in buckets:
            # A whole month comes first: a day's bucket that is still there is of before.
            if not packing.days_told(rows) <= days:
                days |= packing.days_told(rows)
                pieces += packing.to_plays(rows, providers)
        if pieces:
            months.append(joined(pieces))
    return months


def last_play(shelf: str, providers: Collection[str] = NAMES) -> str | None:
    """The day of the last play in the newest bucket, of which one of these providers told; None without one."""
    first, last = table.name("plays", EARLIEST), table.name("plays", LATEST)
    newest = next(table.read(shelf, first, last, newest_first=True, limit=1), None)
    months = packing.to_plays(newest, providers) if newest else []
    return max((f"{month.month}-{day:02}" for month in months for day in month.by_day), default=None)


def top_lists(shelf: str, what: str, time_range: str, first_day: str, last_day: str) -> list[TopList]:
    """
    A top list of all providers as it changed between two days, by day; with the one in force on the first day.

    what        `tracks` or `artists`
    """
    lists: list[TopList] = []
    for provider in PROVIDERS:
        of_list = table.name("tops", what, time_range, provider)
        before = table.read(
            shelf,
            table.name(of_list, EARLIEST),
            table.name(of_list, first_day),
            newest_first=True,
            limit=1,
        )
        begin = [packing.to_top_lists(rows)[0] for rows in before]
        later = table.read(shelf, table.name(of_list, first_day), table.name(of_list, last_day))
        following = [packing.to_top_lists(rows)[0] for rows in later]
        lists += [top for top in begin if top.day < first_day] + following
    return sorted(lists, key=lambda top: (top.day, top.provider))


def current_top_lists(user_id: str) -> list[TopList]:
    """The newest top list of each provider, kind and time range; of both shelves alike."""
    buckets = table.read(user_id, table.name("current", ""), table.name("current", "~"))
    return [top for rows in buckets for top in packing.to_top_lists(rows)]


def library(shelf: str, first_month: str | None, last_month: str | None) -> list[MonthOfLibrary]:
    """What was added to the library in these months and removed from it, by month; months without are left out."""
    first, last = table.name("library", first_month or EARLIEST), table.name("library", last_month or LATEST)
    names = _playlist_names(shelf)
    pieces = ((month, _named(added, names), _named(gone, names)) for month, added, gone in _pieces(shelf, first, last))
    return [month_of_library(month, here) for month, here in groupby(pieces, key=lambda piece: piece[0])]


def lists_brought(shelf: str) -> list[ListBrought]:
    """The lists that files have, of all services and data types, also where a provider says more: one cheap read."""
    rows = table.read_named(shelf, [LISTS_BROUGHT]).get(LISTS_BROUGHT, [])
    return [ListBrought(*row) for row in rows]


def with_files(
    shelf: str,
    months: Iterable[MonthOfLibrary],
    lists: Iterable[ListBrought],
    span: tuple[str | None, str | None] = (None, None),
) -> list[MonthOfLibrary]:
    """These months of the library, with what files say in these lists, of the months from and to that are given."""
    wanted = {(each.data_type, each.service) for each in lists}
    first, last = table.name(FILES, span[0] or EARLIEST), table.name(FILES, span[1] or LATEST)
    of_files: dict[str, list[LibraryChange]] = {}
    for rows in table.read(shelf, first, last):
        for change in packing.to_changes(rows):
            if (change.data_type, change.provider) in wanted:
                of_files.setdefault(change.day[:7], []).append(change)
    return joined_with_files(months, of_files)


def playlist_owners(shelf: str) -> dict[tuple[str, str], str]:
    """The provider's id of who owns a playlist, by provider and playlist id, where it is told."""
    owners: dict[tuple[str, str], str] = {}
    for rows in table.read(shelf, table.name("names", EARLIEST), table.name("names", LATEST)):
        owners |= packing.owners(rows)
    return owners


def firsts(shelf: str) -> list[First]:
    """When each song and each artist is first known of, by day and key."""
    return _by_day(first for rows in _firsts(shelf) for first in packing.to_firsts(rows))


def firsts_of_artists(shelf: str) -> list[First]:
    """The same of artists alone."""
    return _by_day(first for rows in _firsts(shelf) for first in packing.artists_among(rows))


def first_of_artist(shelf: str, key: str) -> First | None:
    """When an artist is first known of; None when nothing is known of them."""
    rows = table.read_named(shelf, [table.name("firsts", place(key))])
    return next((first for there in rows.values() for first in packing.artists_among(there) if first.key == key), None)


def pictures(shelf: str, keys: Collection[str], *, of_artists: bool) -> dict[str, str]:
    """The pictures that are known of these songs, or artists, by key: of any time, and of any data type."""
    names = sorted({table.name("firsts", place(key)) for key in keys})
    firsts_ = (first for rows in table.read_named(shelf, names).values() for first in packing.to_firsts(rows))
    return {
        first.key: first.image
        for first in firsts_
        if first.image and first.is_artist == of_artists and first.key in keys
    }


def records_by_code(user_id: str, places: Mapping[str, str]) -> dict[str, list[tuple[str, str]]]:
    """Provider and record id of the records that carry these codes, each given with its place; of both shelves."""
    names = sorted({table.name("codes", place) for place in places.values()})
    records: dict[str, list[tuple[str, str]]] = {}
    for rows in table.read_named(user_id, names).values():
        for code, provider, record_id in rows:
            if code in places:
                records.setdefault(code, []).append((provider, record_id))
    return records


def codes(user_id: str) -> dict[str, list[tuple[str, str]]]:
    """Provider and record id of the records that carry a code, by code, as `isrc#USHM80865849`; of both shelves."""
    records: dict[str, list[tuple[str, str]]] = {}
    for rows in table.read(user_id, table.name("codes", ""), table.name("codes", "~")):
        for code, provider, record_id in rows:
            records.setdefault(code, []).append((provider, record_id))
    return records


def known(shelf: str) -> Known:
    """Since when things are known of the listener."""
    rows = table.read_named(shelf, ["known"])
    return Known(*rows["known"]) if rows else Known("UTC", None, None, None, None, None)


def _firsts(shelf: str) -> Iterator[Any]:
    return table.read(shelf, table.name("firsts", ""), table.name("firsts", "~"))


def _by_day(firsts: Iterable[First]) -> list[First]:
    return sorted(firsts, key=lambda first: (first.day, first.key))


def _pieces(shelf: str, first: str, last: str) -> Iterator[tuple[str, list[LibraryChange], list[LibraryChange]]]:
    for month, added, removed in table.read(shelf, first, last):
        yield month, packing.to_changes(added), packing.to_changes(removed)


def _playlist_names(shelf: str) -> dict[tuple[str, str], str]:
    """The newest name of each playlist, by provider and id."""
    newest: dict[tuple[str, str], tuple[str, str]] = {}
    for rows in table.read(shelf, table.name("names", EARLIEST), table.name("names", LATEST)):
        for playlist, named in packing.names(rows).items():
            newest[playlist] = max(newest.get(playlist, ("", "")), named)
    return {playlist: name for playlist, (_, name) in newest.items()}


def _named(changes: Iterable[LibraryChange], names: dict[tuple[str, str], str]) -> list[LibraryChange]:
    """The changes with the names of their playlists."""
    return [
        change._replace(playlist_name=names.get((change.provider, change.playlist_id)))
        if change.playlist_id
        else change
        for change in changes
    ]
