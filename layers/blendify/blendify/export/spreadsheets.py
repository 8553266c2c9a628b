"""
Tables for people: CSV that spreadsheet programs open, with only the columns that have values.

Format   RFC 4180 in UTF-8 with a byte order mark, without which some programs garble names; booleans as true, false
Guard    Titles are foreign text: what a spreadsheet would take for a formula gets an apostrophe in front. That may be
         the whole cell or, where a program splits lines at semicolons, tabs or line breaks, a part of it
Source   https://owasp.org/www-community/attacks/CSV_Injection
"""

import csv
import gzip
import io
import re
import tempfile
from collections.abc import Mapping, Sequence
from typing import Any

from blendify.export.archive import ArchiveFile

FORMULA = re.compile(r"""(^|[;\t\r\n])(?=[\s\u200b\ufeff"']*[=+\-@＝＋－＠])|^(?=[\t\r\n])""")
"""Where a formula could begin: programs skip space and quotation marks in front of it."""
_CHUNK = 64 * 1024


class Spreadsheet:
    """
    One table. Its rows are on disk until all are known, because only then the used columns are. Memory does not grow.

    columns     All columns that a row may have, in their order
    """

    def __init__(self, columns: Sequence[str]) -> None:
        self._columns = tuple(columns)
        self._used: set[str] = set()
        self._rows = 0
        self._file = tempfile.TemporaryFile()  # noqa: SIM115 -- closed with the sheet
        # Compressed lightly: 512 MB of disk then hold millions of rows.
        self._text = gzip.open(self._file, "wt", compresslevel=1, encoding="utf-8", newline="")  # noqa: SIM115
        self._writer = csv.writer(self._text)

    def __enter__(self) -> "Spreadsheet":
        return self

    def __exit__(self, *_: object) -> None:
        self._text.close()
        self._file.close()

    def add(self, row: Mapping[str, Any]) -> None:
        """Append a row."""
        self._used |= row.keys()
        self._rows += 1
        self._writer.writerow([cell(row.get(name)) for name in self._columns])

    def write(self, file: ArchiveFile) -> None:
        """Write the whole table: a line of column names, then the rows, without the columns that no row uses."""
        self._text.close()
        self._file.seek(0)
        used = [number for number, name in enumerate(self._columns) if name in self._used]
        lines = io.StringIO(newline="")
        writer = csv.writer(lines)
        file.write("\ufeff".encode())
        writer.writerow([self._columns[number] for number in used])
        with gzip.open(self._file, "rt", encoding="utf-8", newline="") as rows:
            for row in csv.reader(rows):
                writer.writerow([row[number] for number in used])
                if lines.tell() > _CHUNK:
                    file.write(lines.getvalue().encode())
                    lines.seek(lines.truncate(0))
        file.write(lines.getvalue().encode())
        file.records = self._rows


def cell(value: object) -> object:
    """The value as a cell: lists and maps become one text; text that could be taken for a formula is marked as text."""
    if value is None:
        return ""
    if isinstance(value, list):
        value = "; ".join(_artist(artist) for artist in value)
    if isinstance(value, dict):
        value = "; ".join(f"{name}: {cell(each)}" for name, each in sorted(value.items()))
    if isinstance(value, bool):
        return "true" if value else "false"
    return FORMULA.sub(r"\1'", value) if isinstance(value, str) else value


def _artist(artist: Mapping[str, Any]) -> str:
    """`John Legend (5y2Xq6xcjJb2jVM54GHK3t)`; the name or the id alone where there is no other."""
    name, artist_id = artist["name"], artist["id"]
    return f"{name} ({artist_id})" if name and artist_id else name or artist_id or ""
