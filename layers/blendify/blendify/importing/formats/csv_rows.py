"""
Tables as text, row by row: commas, semicolons or tabs, in any of the encodings that `text` reads.

Columns are known by their names without capitals, blanks and marks: their order and their set change from year to year.
"""

import csv
import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import chain, islice
from typing import BinaryIO

from blendify.importing.formats.rows import Skipped
from blendify.importing.formats.text import LONGEST_LINE, lines

Table = Mapping[str, str]
"""A row: the cells that are not empty, by `column_name`."""
_DELIMITERS = ",;\t"
_LINES_TO_TELL = 5


def cells(stream: BinaryIO) -> Iterator[tuple[str, ...]]:
    """The cells of each row, as they are written; broken rows are left out."""
    return (row for row in _rows(stream) if isinstance(row, tuple))


def rows(stream: BinaryIO, columns: Sequence[str] | None = None) -> Iterator[Table | Skipped]:
    """The rows below the line of columns, or all where `columns` are given; a broken one is a `Skipped`."""
    names = None if columns is None else [column_name(column) for column in columns]
    for row in _rows(stream):
        if isinstance(row, Skipped):
            yield row
        elif names is None:
            names = [column_name(cell) for cell in row]
        elif [column_name(cell) for cell in row] != names:
            yield {name: cell for name, cell in zip(names, row, strict=False) if cell}


def column_name(name: str) -> str:
    """A column's name without capitals, and with a blank for each mark: `Play_Duration-ms` is `play duration ms`."""
    return re.sub(r"[\W_]+", " ", name.casefold()).strip()


def _rows(stream: BinaryIO) -> Iterator[tuple[str, ...] | Skipped]:
    every = (line for line in lines(stream) if line.strip("\r\n"))
    first = list(islice(every, _LINES_TO_TELL))
    while first and first[0].startswith("#"):
        first = [*first[1:], *islice(every, 1)]
    if not first:
        return
    rejected: list[Skipped] = []
    table = csv.reader(_short(chain(first, every), rejected), delimiter=max(_DELIMITERS, key=first[0].count))
    while (row := _next(table)) is not None:
        yield from rejected
        rejected.clear()
        if isinstance(row, Skipped) or any(row):
            yield row
    yield from rejected


def _next(table: Iterator[list[str]]) -> tuple[str, ...] | Skipped | None:
    try:
        return tuple(cell.strip() for cell in next(table))
    except StopIteration:
        return None
    except csv.Error:
        return Skipped("too_long")


def _short(every: Iterator[str], rejected: list[Skipped]) -> Iterator[str]:
    """The lines that are no longer than a line can be."""
    inside = False
    for line in every:
        too_long = inside or len(line) >= LONGEST_LINE
        inside = too_long and not line.endswith("\n")
        if not too_long:
            yield line
        elif not inside:
            rejected.append(Skipped("too_long"))
