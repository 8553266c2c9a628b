"""
What files say of a library: as additions, by month, of the lists that the newest imports have.

They are computed for every service, and stand apart from what syncs recorded: whether a provider says more itself
changes with its syncs, and is asked when a page is made.
"""

from collections.abc import Iterable, Iterator, Sequence

from blendify.core.data_types import DataType
from blendify.history import queries
from blendify.history.facts import IMPORTED
from blendify.history.stored_facts import StoredFact
from blendify.importing import libraries
from blendify.importing.imported_facts import ORIGIN
from blendify.importing.libraries import ListInFile
from blendify.insights import first_signs, firsts, library, packing, store, table
from blendify.insights.buckets import First, LibraryChange, ListBrought
from blendify.insights.calendar import Calendar

BATCH = 500
"""Rows that are read at once."""


def compute(user_id: str, shelf: str, calendar: Calendar, data_type: DataType) -> list[First]:
    """Put the buckets of a data type of all services; returns what the dated additions tell of songs and artists."""
    heard: dict[str, First] = {}
    before = table.names(shelf, table.name(store.FILES, store.EARLIEST), table.name(store.FILES, store.LATEST))
    gone = {name for name in before if name.split("#")[2] == data_type}
    brought = [each for each in store.lists_brought(shelf) if each.data_type != data_type]
    for service, held in libraries.newest(user_id, data_type).items():
        imported_at = max(each.imported_at for each in held)
        by_month: dict[str, list[LibraryChange]] = {}
        for facts in _facts(user_id, data_type, held):
            for fact in facts:
                if change := _change(fact, data_type, calendar, imported_at):
                    by_month.setdefault(change.day[:7], []).append(change)
            dated = (fact for fact in facts if library.date_of(fact.attribute_values))
            heard = firsts.earliest([*heard.values(), *first_signs.of_facts(dated, data_type, calendar)])
        buckets = {
            table.name(store.FILES, month, data_type, service): packing.of_changes(changes)
            for month, changes in by_month.items()
        }
        table.write_all(shelf, buckets)
        gone -= buckets.keys()
        since = min((change.day for changes in by_month.values() for change in changes if change.dated), default=None)
        brought.append(ListBrought(data_type.value, service, imported_at, since))
    table.write_all(shelf, {store.LISTS_BROUGHT: [list(each) for each in sorted(brought)]})
    table.remove_named(shelf, sorted(gone))
    return list(heard.values())


def _facts(user_id: str, data_type: DataType, held: Iterable[ListInFile]) -> Iterator[Sequence[StoredFact]]:
    keys = sorted({key for each in held for key in each.keys})
    for start in range(0, len(keys), BATCH):
        batch = keys[start : start + BATCH]
        facts = queries.facts(user_id, f"{data_type}{IMPORTED}", batch, gone=True)
        yield [facts[key] for key in batch if key in facts]


def _change(fact: StoredFact, data_type: DataType, calendar: Calendar, imported_at: str) -> LibraryChange | None:
    """The row as an addition; one without a date as of the import, which says no more than that it was there."""
    change = library.change_of(fact, data_type, calendar)
    if change is None:
        return None
    fields, day = fact.attribute_values, change.day
    if not change.dated:
        day = calendar.day(imported_at)
    elif fields.get("precision") == "day":
        # A day has no hour that could be another day's in the listener's time zone.
        day = str(fields["added_at"])[: len("2026-11-28")]
    name = fields.get("playlist_name") if data_type is DataType.PLAYLIST_TRACKS else None
    return change._replace(day=day, origin=ORIGIN, playlist_name=name)
