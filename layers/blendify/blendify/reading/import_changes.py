"""
Imports among the changes: an item for each data type of which a file told something.

It says how many records that were, or that they were taken back. An import stands at the moment at which that happened
and not at its start, as it may wait for its listener for weeks. Of an import that was taken back the removal alone is
left: that it had come was erased with all that it brought.

Who wants to know what an import told asks for its records: the plays that it stored, and all that its files list of a
library, also what an earlier import stored. For a list the import with the greatest `sequence` holds. A row of a play
that another entry tells of names that one (`same_play`).
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import islice
from typing import Any

from blendify.core import times
from blendify.core.data_types import DataType
from blendify.history import queries
from blendify.history.facts import IMPORTED
from blendify.history.stored_facts import StoredFact
from blendify.importing import imports, libraries, timeline
from blendify.importing.import_item import Import, State
from blendify.importing.imported_facts import LISTED, ORIGIN
from blendify.reading.entry_ids import digest, entry_id, list_name
from blendify.reading.records import record, record_of

BATCH = 200
"""Facts that are read in one request."""
LONGEST_PLAY = timedelta(days=1)
"""A play is stored under its end, and an import knows of its plays when they began."""


@dataclass(frozen=True)
class ImportChange:
    """That an import brought records of a data type, or that they are taken back."""

    import_: Import
    data_type: DataType

    @property
    def place(self) -> tuple[str, str]:
        """Where it stands in the order of all changes."""
        return f"{self.import_.told_at}#{ORIGIN}#{self.import_.import_id}", self.data_type.value

    def item(self) -> dict[str, Any]:
        """The change as apps read it: the fields of a record are null."""
        moment = self.import_.told_at or ""
        values = {"origin": ORIGIN, "import_id": self.import_.import_id}
        return {
            "data_type": self.data_type.value,
            "removed": self.import_.state is State.TAKEN_BACK,
            "sequence": times.milliseconds(times.parse(moment)),
            "entry_id": digest(ORIGIN, self.import_.import_id, self.data_type),
            "list": None,
            "imported": self.import_.report.by_data_type.get(self.data_type, 0),
            "same_play": None,
            **record_of(values, moment, self.data_type),
        }


def of_user(user_id: str, data_types: Collection[DataType]) -> list[ImportChange]:
    """Those of all imports of a listener that have ended, latest first."""
    changes = [each for import_ in imports.newest(user_id, consistent=False) for each in of_import(import_, data_types)]
    return sorted(changes, key=lambda each: each.place, reverse=True)


def of_import(import_: Import, data_types: Collection[DataType] = tuple(DataType)) -> Iterator[ImportChange]:
    """Those of one import; none as long as it goes on, and none of plays if all of them were known."""
    if import_.told_at is None:
        return
    plays = import_.report.stored or import_.state is State.TAKEN_BACK
    for data_type in DataType:
        if data_type in data_types and data_type in import_.data_types and (plays or data_type in LISTED):
            yield ImportChange(import_, data_type)


def records(
    import_: Import, data_types: Sequence[DataType], after: tuple[str, str], size: int
) -> Iterator[tuple[tuple[str, str], dict[str, Any] | None]]:
    """
    What an import told, in the order of these data types and of the keys in each: place and item.

    after   only what follows this place
    size    so many are read and compared at once

    Yields also places without an item: plays of other imports that were passed over
    """
    key, name = after
    names = [data_type.value for data_type in data_types]
    for data_type in data_types[names.index(name) if name in names else 0 :]:
        facts = _facts(import_, data_type, key if data_type == name else "")
        while batch := list(islice(facts, size)):
            mine = [fact for fact in batch if data_type in LISTED or fact.import_id == import_.import_id]
            same = {} if data_type in LISTED else timeline.same(import_.user_id, mine)
            items = {str(fact.fetched_at): _item(import_, fact, data_type, same) for fact in mine}
            for fact in batch:
                yield (str(fact.fetched_at), data_type.value), items.get(str(fact.fetched_at))


def _facts(import_: Import, data_type: DataType, after: str) -> Iterator[StoredFact]:
    if data_type in LISTED:
        if not import_.says_lists:
            return
        began = import_.started_at or ""
        keys = sorted(
            {key for key in libraries.of_import(import_.user_id, data_type, began, import_.import_id) if key > after}
        )
        for start in range(0, len(keys), BATCH):
            batch = keys[start : start + BATCH]
            facts = queries.facts(import_.user_id, f"{data_type}{IMPORTED}", batch, gone=True)
            yield from (facts[key] for key in batch if key in facts)
    elif covers := import_.report.covers.values():
        last = times.parse(max(span[1] for span in covers)) + LONGEST_PLAY
        first = max(min(span[0] for span in covers), after)
        for fact in queries.imported(import_.user_id, data_type, first, times.iso(last)):
            if str(fact.fetched_at) > after:
                yield fact


def _item(import_: Import, fact: StoredFact, data_type: DataType, same: Mapping[str, StoredFact]) -> dict[str, Any]:
    other = same.get(str(fact.fetched_at))
    return {
        "data_type": data_type.value,
        "removed": False,
        "sequence": times.milliseconds(times.parse(import_.told_at or "")),
        "entry_id": entry_id(fact, data_type),
        "list": list_name(fact, data_type) or None,
        "imported": None,
        "same_play": entry_id(other, data_type) if other else None,
        "why": {"cause": ORIGIN, "sync_id": None, "import_id": import_.import_id},
        **record(fact, data_type),
    }
