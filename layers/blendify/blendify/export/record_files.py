"""
The facts of one data type as two files: JSON Lines with everything, and a table for people.

Line    {"key", "fetched_at", "provider", <named fields, in `FIELDS` order>, "answer"}; fields without a value are
        left out. `key` is the whole sort key; `fetched_at` is its first part, the start of the sync
"""

import zlib
from collections.abc import Callable, Iterator
from itertools import chain
from typing import Any

from pynamodb.exceptions import DoesNotExist

from blendify.core.data_types import DataType
from blendify.export.archive import Archive
from blendify.export.spreadsheets import Spreadsheet
from blendify.history import raw_answers
from blendify.history.facts import FIELDS, IMPORTED, IMPORTED_LISTS
from blendify.history.stored_facts import StoredFact

COLUMNS = ("fetched_at", "provider", *FIELDS, "key")
NOT_IN_TABLES = ("answer", "unreadable")
UNREADABLE = "the stored answer cannot be unpacked"


def write(archive: Archive, user_id: str, data_type: DataType, on_fact: Callable[[StoredFact, bool], None]) -> None:
    """
    Write both files with every fact of the data type.

    on_fact     Called with each fact, and with whether its raw response could be read
    """
    with Spreadsheet(COLUMNS) as sheet:
        with archive.file(f"history/{data_type}.jsonl") as lines:
            for fact, line in _lines(user_id, data_type):
                lines.record(raw_answers.text(line) + b"\n")
                sheet.add({name: value for name, value in line.items() if name not in NOT_IN_TABLES})
                on_fact(fact, "unreadable" not in line)
        with archive.file(f"csv/{data_type}.csv") as table:
            sheet.write(table)


def write_imported(
    archive: Archive, user_id: str, data_type: DataType, on_fact: Callable[[StoredFact, bool], None]
) -> None:
    """Write both files with what the listener imported of the data type; none where that is nothing."""
    lines_of = _lines(user_id, f"{data_type}{IMPORTED}")
    first = next(lines_of, None)
    if first is None:
        return
    with Spreadsheet(COLUMNS) as sheet:
        with archive.file(f"imports/{data_type}.jsonl") as lines:
            for fact, line in chain([first], lines_of):
                lines.record(raw_answers.text(line) + b"\n")
                sheet.add({name: value for name, value in line.items() if name not in NOT_IN_TABLES})
                on_fact(fact, "unreadable" not in line)
        with archive.file(f"csv/imported_{data_type}.csv") as table:
            sheet.write(table)


def write_imported_lists(archive: Archive, user_id: str, data_type: DataType) -> None:
    """Write which of these records each file listed, in its order; nothing where no file listed any."""
    facts = StoredFact.every(user_id, f"{data_type}{IMPORTED_LISTS}")
    first = next(facts, None)
    if first is None:
        return
    with archive.file(f"imports/{data_type}_lists.jsonl") as lines:
        for fact in chain([first], facts):
            for name, keys in fact.answer().items():
                said = {each: fact.fields[each] for each in ("import_id", "imported_at")}
                line = {**said, "provider": fact.provider, "playlist_id": name or None, "keys": keys}
                lines.record(raw_answers.text(line) + b"\n")


def _lines(user_id: str, data_type: str) -> Iterator[tuple[StoredFact, dict[str, Any]]]:
    for fact in StoredFact.every(user_id, data_type):
        yield fact, {**_named(fact), **_answer(fact)}


def _named(fact: StoredFact) -> dict[str, Any]:
    values = fact.fields
    named = {name: values[name] for name in FIELDS if name in values}
    return {"key": fact.fetched_at, "fetched_at": fact.fetched_at.partition("#")[0], "provider": fact.provider, **named}


def _answer(fact: StoredFact) -> dict[str, Any]:
    """
    The provider's raw response; events that a sync found out by itself have none.

    A damaged response does not stop the export: the record is written without it, as `unreadable`.
    """
    if fact.raw is None:
        return {}
    try:
        return {"answer": fact.answer()}
    except (zlib.error, ValueError, LookupError, DoesNotExist):
        return {"unreadable": UNREADABLE}
