"""How a file is read: as an archive, its entries by the formats that we know."""

from collections.abc import Iterable
from typing import Any

from blendify.importing import archives
from blendify.importing.formats import csv_columns, guides, registry
from blendify.importing.formats.format import Entry, Format
from blendify.importing.work import Readers

WORDS = {
    "time": "Time of the play",
    "title": "Title",
    "artist": "Artist",
    "album": "Album",
    "ms_played": "Heard for so many milliseconds",
    "seconds_played": "Heard for so many seconds",
    "duration_ms": "Length in milliseconds",
    "isrc": "ISRC",
    "id": "The service's id of the track",
}


def _columns(entry: Entry) -> dict[str, Any]:
    """What to ask of a table: its columns, and for each field a guess. Nothing of its rows."""
    suggestion = csv_columns.suggest(entry)
    fields = [
        {"name": field, "words": WORDS[field], "guess": suggestion.suggested.get(field, "")}
        for field in csv_columns.FIELDS
    ]
    return {"kind": "columns", "columns": list(suggestion.columns), "fields": fields}


def _advice(formats: Iterable[Format]) -> tuple[str, str] | None:
    """Code and text of the first thing to be told of an upload that could be a better one."""
    for advice in guides.advice(formats):
        return advice.code, advice.text
    return None


ALL = Readers(
    entries=archives.entries,
    recognize=registry.recognize,
    names=registry.names_in,
    refusal=registry.refusal,
    columns=_columns,
    advice=_advice,
)
