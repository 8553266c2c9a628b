"""The files of an upload by their formats: which are read for their rows, and what has to be asked before."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from blendify.importing.formats.format import Entry, Format


@dataclass(frozen=True)
class Kinds:
    """The formats of one upload."""

    names: frozenset[str]
    tables_alone: bool
    """Whether there is nothing but tables whose columns have to be asked for; else these belong to something else."""

    @classmethod
    def of(cls, formats: Collection[Format]) -> "Kinds":
        """Those of these formats."""
        return cls(frozenset(each.name for each in formats), all(each.asks_columns for each in formats))

    def has_rows(self, format_of: Format) -> bool:
        """Whether a file is read for its rows: not one that only helps others, nor one that another tells better."""
        if format_of.asks_columns and not self.tables_alone:
            return False
        return format_of.holds != "names" and format_of.superseded_by.isdisjoint(self.names)


def described(entry: Entry, format_of: Format) -> dict[str, Any]:
    """A file as the report names it."""
    return {
        "path": entry.path,
        "format": format_of.name,
        "title": format_of.title,
        "generation": format_of.generation,
        "service": format_of.service,
    }


def question(
    formats: Iterable[Format], columns: list[dict[str, Any]], options: Mapping[str, Any]
) -> dict[str, Any] | None:
    """
    What only the listener can say about files of these formats, unless they have said it; None if there is nothing.

    columns     the questions for the tables, of which the first is asked
    options     what the listener has said
    """
    for each in formats:
        if each.asks_columns and "columns" not in options:
            return columns[0]
        if each.asks_zone and "zone" not in options:
            return {"kind": "zone", "format": each.title}
    return None
