"""
Rows for people: CSV as spreadsheets open it, with the columns that are used.

Format   RFC 4180 in UTF-8 with a byte order mark, without which some programs garble names; yes and no as true, false
Guard    A cell that a spreadsheet would take for a formula gets an apostrophe in front, as titles are foreign text
Source   https://owasp.org/www-community/attacks/CSV_Injection
"""

import csv
import gzip
import io
import tempfile
from collections.abc import Mapping, Sequence
from typing import Any

from blendify.export.archive import Entry

FORMULAS = tuple("=+-@\t\r\n＝＋－＠")
_CHUNK = 64 * 1024


class Spreadsheet:
    """
    Rows of one table, kept on disk until it is known which columns they use. Memory does not grow with them.

    `columns` are all that a row may have, in their order.
    """

    def __init__(self, columns: Sequence[str]) -> None:
        self._columns = tuple(columns)
        self._used: set[str] = set()
        self._rows = 0
        self._file = tempfile.TemporaryFile()  # noqa: SIM115 -- closed with the sheet
        # Lightly packed: 512 MB of disk then hold millions of rows.
        self._text = gzip.open(self._file, "wt", compresslevel=1, encoding="utf-8", newline="")  # noqa: SIM115
        self._writer = csv.writer(self._text)

    def __enter__(self) -> "Spreadsheet":
        return self

    def __exit__(self, *_: object) -> None:
        self._text.close()
        self._file.close()

    def add(self, row: Mapping[str, Any]) -> None:
        """One more row."""
        self._used |= row.keys()
        self._rows += 1
        self._writer.writerow([cell(row.get(name)) for name in self._columns])

    def write(self, entry: Entry) -> None:
        """The whole table: a line of names, then the rows, without the columns that no row uses."""
        self._text.close()
        self._file.seek(0)
        kept = [number for number, name in enumerate(self._columns) if name in self._used]
        lines = io.StringIO(newline="")
        writer = csv.writer(lines)
        entry.write("\ufeff".encode())
        writer.writerow([self._columns[number] for number in kept])
        with gzip.open(self._file, "rt", encoding="utf-8", newline="") as rows:
            for row in csv.reader(rows):
                writer.writerow([row[number] for number in kept])
                if lines.tell() > _CHUNK:
                    entry.write(lines.getvalue().encode())
                    lines.seek(lines.truncate(0))
        entry.write(lines.getvalue().encode())
        entry.records = self._rows


def cell(value: object) -> object:
    """As a spreadsheet is to show it; what begins like a formula is text."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str) and value.lstrip(" ").startswith(FORMULAS):
        return f"'{value}"
    return value
