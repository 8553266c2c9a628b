"""
Imports among the changes: an item for each data type of which a file told something.

It says how many records that were, or that they were taken back. An import stands at the moment at which that happened
and not at its start, as it may wait for its listener for weeks. Of an import that was taken back the removal alone is
left: that it had come was erased with all that it brought.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from blendify.core import times
from blendify.core.data_types import DataType
from blendify.importing import imports
from blendify.importing.imported_facts import ORIGIN
from blendify.importing.imports import Import, State
from blendify.reading.records import record_of


@dataclass(frozen=True)
class ImportChange:
    """That an import brought records of a data type, or that they are taken back."""

    told: Import
    data_type: DataType

    @property
    def place(self) -> tuple[str, str]:
        """Where it stands in the order of all changes."""
        return f"{self.told.told_at}#{ORIGIN}#{self.told.import_id}", self.data_type.value

    def item(self) -> dict[str, Any]:
        """The change as apps read it: the fields of a record are null."""
        moment = self.told.told_at or ""
        entry = f"{ORIGIN}\n{self.told.import_id}\n{self.data_type}"
        values = {"origin": ORIGIN, "import_id": self.told.import_id}
        return {
            "data_type": self.data_type.value,
            "removed": self.told.state is State.TAKEN_BACK,
            "sequence": times.milliseconds(times.parse(moment)),
            "entry_id": sha256(entry.encode()).hexdigest()[:20],
            "list": None,
            "imported": self.told.report.by_data_type.get(self.data_type, 0),
            **record_of(values, moment, self.data_type),
        }


def of_user(user_id: str, data_types: Collection[DataType]) -> list[ImportChange]:
    """Those of all imports of a listener that have ended, latest first."""
    changes = [each for told in imports.newest(user_id, consistent=False) for each in of_import(told, data_types)]
    return sorted(changes, key=lambda each: each.place, reverse=True)


def of_import(told: Import, data_types: Collection[DataType] = tuple(DataType)) -> Iterator[ImportChange]:
    """Those of one import; none as long as it goes on."""
    if told.told_at:
        for data_type in DataType:
            if data_type in data_types and data_type in told.data_types:
                yield ImportChange(told, data_type)
