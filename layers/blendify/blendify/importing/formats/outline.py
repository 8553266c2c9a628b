"""What a file looks like at its beginning, as far as formats are recognised by it."""

import csv
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from io import BytesIO
from itertools import islice

from blendify.importing.formats.format import Entry
from blendify.importing.formats.json_rows import Path, rows
from blendify.importing.formats.rows import Skipped
from blendify.importing.formats.text import chunks

HEAD = 256 * 1024
"""Bytes that are looked at."""
_LEAVES = 400
_DEEPEST = 6
_DELIMITERS = ",;\t"


@dataclass(frozen=True)
class Outline:
    """The beginning of a file."""

    path: str
    head: bytes

    @cached_property
    def text(self) -> str:
        """As text."""
        return "".join(chunks(BytesIO(self.head)))

    @cached_property
    def json(self) -> frozenset[Path]:
        """The paths of its first values, with `*` for the entries of lists; empty where it is no JSON."""
        if self.text.lstrip("\0 \t\r\n")[:1] not in ("[", "{"):
            return frozenset()
        values = rows(BytesIO(self.head), lambda path: len(path) < _DEEPEST)
        return frozenset(path for path, value in islice(values, _LEAVES) if not isinstance(value, Skipped))

    @cached_property
    def columns(self) -> tuple[str, ...]:
        """The cells of the first line, as they are written; empty where it is no table."""
        first = self.text[:8_192].split("\n", 1)[0].rstrip("\r")
        delimiter = max(_DELIMITERS, key=first.count)
        if delimiter not in first:
            return (first.strip().strip('"'),) if first.strip() else ()
        try:
            return tuple(cell.strip() for cell in next(csv.reader([first], delimiter=delimiter), ()))
        except csv.Error:
            return ()

    def has(self, *paths: Sequence[str]) -> bool:
        """Whether the JSON has values at all these paths."""
        return all(any(path[: len(start)] == tuple(start) for path in self.json) for start in paths)

    def has_columns(self, *names: str) -> bool:
        """Whether the table has these columns, however they are capitalised."""
        return {column_name(name) for name in names} <= {column_name(name) for name in self.columns}


def outline(entry: Entry) -> Outline:
    """The beginning of an entry."""
    with entry.open() as stream:
        return Outline(entry.path, stream.read(HEAD))


def column_name(name: str) -> str:
    """A column's name without capitals, blanks and underscores."""
    return re.sub(r"[\W_]+", " ", name.casefold()).strip()
