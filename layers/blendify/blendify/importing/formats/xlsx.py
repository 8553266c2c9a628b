"""
Workbooks of spreadsheet programs, row by row.

A workbook is a zip of XML. It has to be read from its end, so a stream is copied to a temporary file. The texts of all
sheets are in a table of their own, which is kept in a second file: memory holds a row, and where each text begins.
Document types are refused, and entities with them.

Source  ECMA-376, part 1: 18.3 worksheets, 18.4 shared strings
"""

import zipfile
from array import array
from collections.abc import Iterator
from contextlib import ExitStack
from tempfile import SpooledTemporaryFile
from typing import Any, BinaryIO, Self, cast
from xml.parsers import expat

from blendify.importing.byte_views import DAMAGE, Bounded, View
from blendify.importing.refusals import ImportRefused

MB = 1024 * 1024
MOST_PACKED = 300 * MB
MOST_UNPACKED = 256 * MB
"""Of one sheet, or of all texts."""
MOST_TEXTS = 2_000_000
MOST_COLUMNS = 200
LONGEST_TAG = MB
LONGEST_CELL = 4_000
"""Characters; a program takes 32,767."""
_CHUNK = 64 * 1024
_IN_MEMORY = 64 * 1024
_LETTERS = 26

Cells = dict[int, str]
"""A row: the cells that are not empty, by their column from 0."""


class Workbook:
    """An open workbook; a context, as it has temporary files."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stack = ExitStack()
        try:
            self._zip = self._stack.enter_context(zipfile.ZipFile(self._copied(stream)))
            self._sheets = self._sheet_files()
        except DAMAGE:
            self._stack.close()
            raise ImportRefused("archive_damaged") from None
        except BaseException:
            self._stack.close()
            raise
        self._texts: _Texts | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    @property
    def sheets(self) -> tuple[str, ...]:
        """The names of the sheets, in their order."""
        return tuple(self._sheets)

    def rows(self, sheet: str) -> Iterator[Cells]:
        """
        The rows of a sheet; it ends early where the XML is broken.

        Raises  ImportRefused for what is too large, or damaged
        """
        if self._texts is None:
            self._texts = _Texts(self._stack)
            for text in self._parsed("xl/sharedStrings.xml", _SharedStrings()):
                self._texts.add(text)
        for row in self._parsed(self._sheets[sheet], _Sheet()):
            yield {column: self._texts[int(text)] if shared else text for column, (text, shared) in row.items()}

    def _copied(self, stream: BinaryIO) -> BinaryIO:
        copy = self._stack.enter_context(SpooledTemporaryFile(_IN_MEMORY))  # noqa: SIM115 -- the stack closes it
        size = 0
        while piece := stream.read(_CHUNK):
            size += len(piece)
            if size > MOST_PACKED:
                raise ImportRefused("too_large")
            copy.write(piece)
        return cast(BinaryIO, View(Bounded(cast(BinaryIO, copy))))

    def _sheet_files(self) -> dict[str, str]:
        """From a sheet's name to its file."""
        targets = dict(self._parsed("xl/_rels/workbook.xml.rels", _Elements("Relationship", "Id", "Target")))
        named = self._parsed("xl/workbook.xml", _Elements("sheet", "name", "r:id"))
        return {name: f"xl/{targets.get(key, '').removeprefix('/xl/')}" for name, key in named}

    def _parsed(self, name: str, parts: "_Parts") -> Iterator[Any]:
        if name not in self._zip.NameToInfo:
            return
        parser = expat.ParserCreate()
        parser.StartDoctypeDeclHandler = _refuse
        parser.StartElementHandler, parser.EndElementHandler = parts.start, parts.end
        parser.CharacterDataHandler = parts.characters
        size = 0
        try:
            with self._zip.open(name) as file:
                while piece := file.read(_CHUNK):
                    size += len(piece)
                    # What is begun and not ended, the parser keeps.
                    if size > MOST_UNPACKED or size - max(parser.CurrentByteIndex, 0) > LONGEST_TAG:
                        raise ImportRefused("too_large")
                    parser.Parse(piece)
                    yield from parts.take()
        except DAMAGE:
            raise ImportRefused("archive_damaged") from None
        # So Python's zipfile calls a compression that it does not know.
        except NotImplementedError:
            raise ImportRefused("archive_kind") from None
        except RuntimeError:
            raise ImportRefused("password") from None
        except (expat.ExpatError, ValueError):
            yield from parts.take()


def _refuse(*_: object) -> None:
    raise ImportRefused("archive_damaged")


class _Texts:
    """Texts by their number, on disk."""

    def __init__(self, stack: ExitStack) -> None:
        self._file = stack.enter_context(SpooledTemporaryFile(_IN_MEMORY))  # noqa: SIM115 -- the stack closes it
        self._ends = array("Q")

    def add(self, text: str) -> None:
        """Append a text."""
        if len(self._ends) >= MOST_TEXTS:
            raise ImportRefused("too_large")
        self._file.write(text.encode(errors="replace"))
        self._ends.append(self._file.tell())

    def __getitem__(self, number: int) -> str:
        """The text of that number; empty where there is none."""
        if not 0 <= number < len(self._ends):
            return ""
        begin = self._ends[number - 1] if number else 0
        self._file.seek(begin)
        return self._file.read(self._ends[number] - begin).decode()


class _Parts:
    """What is taken from a file of XML; subclasses fill `taken`."""

    def __init__(self) -> None:
        self.taken: list[Any] = []

    def start(self, name: str, _attributes: dict[str, str], /) -> None:
        """An element begins."""

    def end(self, name: str) -> None:
        """An element ends."""

    def characters(self, text: str) -> None:
        """Text of an element."""

    def take(self) -> Iterator[Any]:
        """What has come since the last time."""
        taken, self.taken = self.taken, []
        return iter(taken)


class _Elements(_Parts):
    """Two attributes of each element of a name."""

    def __init__(self, element: str, first: str, second: str) -> None:
        super().__init__()
        self._element, self._first, self._second = element, first, second

    def start(self, name: str, attributes: dict[str, str], /) -> None:
        if name == self._element:
            self.taken.append((attributes.get(self._first, ""), attributes.get(self._second, "")))


class _SharedStrings(_Parts):
    """The text of each `si`, of all its runs, without how it is pronounced."""

    def __init__(self) -> None:
        super().__init__()
        self._text: list[str] = []
        self._length = 0
        self._inside = self._pronounced = False

    def start(self, name: str, _: dict[str, str], /) -> None:
        if name == "si":
            self._text, self._length = [], 0
        elif name == "rPh":
            self._pronounced = True
        self._inside = name == "t" and not self._pronounced

    def end(self, name: str) -> None:
        self._inside = False
        if name == "rPh":
            self._pronounced = False
        elif name == "si":
            self.taken.append("".join(self._text))

    def characters(self, text: str) -> None:
        if self._inside and self._length < LONGEST_CELL:
            self._text.append(text[: LONGEST_CELL - self._length])
            self._length += len(text)


class _Sheet(_Parts):
    """The rows of a sheet: each cell's text, and whether it is the number of a shared one."""

    def __init__(self) -> None:
        super().__init__()
        self._row: dict[int, tuple[str, bool]] = {}
        self._column = -1
        self._shared = self._inside = False
        self._text: list[str] = []
        self._length = 0

    def start(self, name: str, attributes: dict[str, str], /) -> None:
        if name == "row":
            self._row, self._column = {}, -1
        elif name == "c":
            self._column = _column(attributes.get("r", ""), self._column + 1)
            self._shared = attributes.get("t") == "s"
            self._text, self._length = [], 0
        self._inside = name in ("v", "t")

    def end(self, name: str) -> None:
        self._inside = False
        if name == "c" and self._text and 0 <= self._column < MOST_COLUMNS:
            self._row[self._column] = ("".join(self._text), self._shared)
        elif name == "row":
            self.taken.append(self._row)

    def characters(self, text: str) -> None:
        if self._inside and self._length < LONGEST_CELL:
            self._text.append(text[: LONGEST_CELL - self._length])
            self._length += len(text)


def _column(reference: str, following: int) -> int:
    """The column of `BC12`; a cell without a reference follows the one before it."""
    number = 0
    for letter in reference.rstrip("0123456789")[:4].upper():
        number = number * _LETTERS + ord(letter) - ord("A") + 1
    return number - 1 if number > 0 else following
