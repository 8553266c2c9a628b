"""What a file looks like at its beginning, as far as formats are recognised by it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from io import BytesIO
from itertools import islice
from typing import BinaryIO

from blendify.importing.formats.csv_rows import cells, column_name
from blendify.importing.formats.format import Entry
from blendify.importing.formats.json_rows import Path, rows
from blendify.importing.formats.rows import Skipped
from blendify.importing.formats.text import chunks

HEAD = 256 * 1024
"""Bytes that are looked at."""
_LEAVES = 400
_DEEPEST = 6
_ROWS = 20
_OF_A_TABLE = 32 * 1024


@dataclass(frozen=True)
class Outline:
    """The beginning of a file."""

    path: str
    head: bytes
    open: Callable[[], BinaryIO]
    """The whole file, for what its beginning does not tell."""

    @cached_property
    def text(self) -> str:
        """As text."""
        return "".join(chunks(BytesIO(self.head)))

    @cached_property
    def json(self) -> frozenset[Path]:
        """The paths of its first values, with `*` for the entries of lists; empty where it is no JSON."""
        if self.text.lstrip("\0 \t\r\n")[:1] not in ("[", "{"):
            return frozenset()
        values = rows(BytesIO(self.head), lambda path, _: len(path) < _DEEPEST)
        return frozenset(path for path, value in islice(values, _LEAVES) if not isinstance(value, Skipped))

    @cached_property
    def table(self) -> tuple[tuple[str, ...], ...]:
        """The cells of the first rows, as they are written; empty where it is no table."""
        if self.json or self.head.startswith((b"PK", b"<", b"{", b"[")):
            return ()
        return tuple(islice(cells(BytesIO(self.head[:_OF_A_TABLE])), _ROWS))

    @property
    def columns(self) -> tuple[str, ...]:
        """The first row."""
        return self.table[0] if self.table else ()

    def has(self, *paths: Sequence[str]) -> bool:
        """Whether the JSON has values at all these paths."""
        return all(any(path[: len(start)] == tuple(start) for path in self.json) for start in paths)

    def has_columns(self, *names: str) -> bool:
        """Whether the table has these columns, however they are capitalised."""
        return {column_name(name) for name in names} <= {column_name(name) for name in self.columns}


def outline(entry: Entry) -> Outline:
    """The beginning of an entry."""
    with entry.open() as stream:
        return Outline(entry.path, stream.read(HEAD), entry.open)
