"""What a listener added to their library, and what left it, by the listener's days."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any

from blendify.core.data_types import DataType
from blendify.history.facts import moment_of
from blendify.history.stored_facts import StoredFact
from blendify.insights.buckets import LibraryChange, MonthOfLibrary
from blendify.insights.calendar import Calendar
from blendify.insights.songs import artist_of, artists_of, picture, song_of, year

DATA_TYPES = (
    DataType.SAVED_TRACKS,
    DataType.SAVED_ALBUMS,
    DataType.FOLLOWED_ARTISTS,
    DataType.PLAYLISTS,
    DataType.PLAYLIST_TRACKS,
)

NO_DATE = "1970-01-02"
"""Dates before it stand for none: a provider has entries of old playlists on 1970-01-01."""

Piece = tuple[str, list[LibraryChange], list[LibraryChange]]
"""A month, what was added in it, and what was removed."""


def change_of(
    fact: StoredFact, data_type: DataType, calendar: Calendar, release_date: str | None = None
) -> LibraryChange | None:
    """What a record of the library says was added or removed; None where it has no name."""
    fields = fact.attribute_values
    described = _described(fields, data_type, str(fact.provider), release_date)
    if described is None:
        return None
    added_at = None if fact.removed else date_of(fields)
    return LibraryChange(
        data_type=data_type.value,
        provider=str(fact.provider),
        record_id=str(fact.record_id or ""),
        day=calendar.day(added_at or moment_of(str(fact.fetched_at))),
        dated=added_at is not None,
        playlist_id=fields.get("playlist_id") if data_type is DataType.PLAYLIST_TRACKS else None,
        added_by=fields.get("added_by") if data_type is DataType.PLAYLIST_TRACKS else None,
        entry=f"{(fields.get('added_at') or '')[11:19]}#{fields.get('occurrence') or 1}",
        **described,
    )


def date_of(fields: Mapping[str, Any]) -> str | None:
    """When a record was added, by its provider; None without a date."""
    added_at = fields.get("added_at")
    return added_at if added_at and added_at > NO_DATE else None


def by_month(
    facts: Iterable[StoredFact],
    change: Callable[[StoredFact], LibraryChange | None],
    was_there: Callable[[StoredFact], bool],
) -> list[Piece]:
    """
    What a day's syncs recorded, as pieces of the months that it belongs to.

    was_there   whether an entry without a date was in its list before: then it is no addition
    """
    months: dict[str, Piece] = {}
    present: dict[tuple[str, ...], bool] = {}
    for fact in facts:
        changed = change(fact)
        if changed is None:
            continue
        name = changed.provider, changed.playlist_id or "", changed.record_id, changed.entry or ""
        again = not changed.dated and not fact.removed and (present[name] if name in present else was_there(fact))
        present[name] = not fact.removed
        if not again:
            _, added, removed = months.setdefault(changed.day[:7], (changed.day[:7], [], []))
            (removed if fact.removed else added).append(changed)
    return list(months.values())


def joined_with_files(
    months: Iterable[MonthOfLibrary], of_files: Mapping[str, list[LibraryChange]]
) -> list[MonthOfLibrary]:
    """
    The months with what files say, given by month.

    What a provider that was disconnected has told, too, is one addition: as that said it.
    """
    every = {month.month: month for month in months}
    known = {(each.data_type, each.provider, each.key) for month in every.values() for each in month.added}
    for month, changes in of_files.items():
        new = [each for each in changes if (each.data_type, each.provider, each.key) not in known]
        if new:
            there = every.get(month, MonthOfLibrary(month, (), ()))
            every[month] = replace(there, added=tuple(sorted([*there.added, *new], key=_order)))
    return [every[month] for month in sorted(every)]


def month_of_library(month: str, pieces: Iterable[Piece]) -> MonthOfLibrary:
    """
    A month of what several syncs recorded.

    An entry of a playlist is recorded again when it moves: the same addition counts once, as it was recorded first.
    """
    added: dict[tuple[str, ...], LibraryChange] = {}
    removed: list[LibraryChange] = []
    for _, additions, removals in pieces:
        for change in additions:
            added.setdefault(_identity(change), change)
        removed += removals
    return MonthOfLibrary(month, tuple(sorted(added.values(), key=_order)), tuple(sorted(removed, key=_order)))


def _identity(change: LibraryChange) -> tuple[str, ...]:
    return (
        change.data_type,
        change.provider,
        change.playlist_id or "",
        change.record_id,
        change.day,
        change.entry or "",
    )


def _order(change: LibraryChange) -> tuple[str, ...]:
    return change.day, change.data_type, change.provider, change.playlist_id or "", change.record_id


def _described(
    fields: Mapping[str, Any], data_type: DataType, provider: str, release_date: str | None
) -> dict[str, Any] | None:
    """Key, name, artists, picture and year of what a record is about."""
    match data_type:
        case DataType.SAVED_ALBUMS:
            name, image = fields.get("album_name"), picture(fields.get("album_art_url"))
        case DataType.PLAYLISTS:
            name, image = fields.get("playlist_name"), picture(fields.get("playlist_image_url"))
        case DataType.FOLLOWED_ARTISTS:
            artist = artist_of(fields)
            if artist is None:
                return None
            return _fields(artist.key, artist.name, None, (artist.key,), artist.image, None)
        case _:
            song = song_of(fields, release_date)
            if song is None:
                return None
            artist_keys = tuple(artist.key for artist in song.artists)
            return _fields(song.key, song.title, song.artist_line, artist_keys, song.cover, song.release_year)
    if not name:
        return None
    album = data_type is DataType.SAVED_ALBUMS
    return _fields(
        f"{provider}#{fields.get('record_id')}",
        name,
        fields.get("artist_name") if album else None,
        tuple(artist.key for artist in artists_of(fields)) if album else (),
        image,
        year(fields.get("release_date")) if album else None,
    )


def _fields(
    key: str,
    name: str,
    artist_line: str | None,
    artist_keys: tuple[str, ...],
    image: str | None,
    release_year: int | None,
) -> dict[str, Any]:
    return {
        "key": key,
        "name": name,
        "artist_line": artist_line,
        "artist_keys": artist_keys,
        "image": image,
        "release_year": release_year,
    }
