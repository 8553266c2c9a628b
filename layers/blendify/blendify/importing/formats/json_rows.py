"""
JSON of any size, value by value. What is held is one value and 64 KB of text.

Read      what providers and listeners make of JSON: NaN and huge numbers (as null), raw control characters, missing
          and additional commas, several documents one after the other
Rejected  a value that is broken, or longer than `longest`: a `Skipped` stands in its place, and the next is read
Cut off   a text that ends in the middle: the last that comes is a `Skipped`
"""

import json
import re
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, replace
from math import isfinite
from typing import Any, BinaryIO

from blendify.importing.formats.rows import Skipped
from blendify.importing.formats.text import CHUNK, chunks

Path = tuple[str, ...]
"""The keys that lead to a value; `*` for the entries of a list."""
Enter = Callable[[Path, str], bool]
"""Whether a list or an object is entered, by its path and its opening bracket."""
LONGEST = 64 * 1024
"""Characters of one value. The longest real row has about 2,000."""

CLOSED = object()
"""Stands for the end of a list or an object."""
_DEEPER = {"[": 1, "{": 1, "]": -1, "}": -1}
_PASSED = 4_096
"""Characters that are kept behind the place of reading."""
_BLANK = re.compile(r"[\s\0]*")
_STEP = re.compile(r'["\[\]{}]')
_IN_STRING = re.compile(r'(?:[^"\\]++|\\.)*+', re.DOTALL)
_RUNS = {marks: re.compile(rf"[{re.escape(marks)}\s]+") for marks in (",", ",]}:", "]:", "}:")}
_WORD = re.compile(r"[^,\[\]{}:\"\s]*")


def rows(
    stream: BinaryIO, enter: Enter, *, longest: int = LONGEST, closing: Collection[Path] = ()
) -> Iterator[tuple[Path, Any | Skipped]]:
    """
    The values of a JSON text with their paths: what lies within the lists and objects that `enter` accepts.

    An empty list or object that is entered is a value itself, so that nothing is passed over in silence. After one
    whose path is in `closing` comes `CLOSED`.
    """
    return _Reader(stream, enter, longest, closing).documents()


def entries(path: Path, opening: str) -> bool:
    """Accepts the outermost list: its entries are the values, or the documents themselves where they stand in lines."""
    return path == () and opening == "["


def starts_with(*prefixes: Path) -> Enter:
    """Accepts these paths and what leads to them: `starts_with(("scrobbles",))` gives the entries of `scrobbles`."""
    entered = {prefix[:length] for prefix in prefixes for length in range(len(prefix) + 1)}
    return lambda path, _: path in entered


def _finite(text: str) -> float | None:
    number = float(text)
    return number if isfinite(number) else None


class _CutOff(Exception):
    """The text ends where something is missing."""


@dataclass(frozen=True)
class _Position:
    """A place in the middle of a value: below so many lists and objects, perhaps in a string."""

    at: int
    depth: int = 0
    in_string: bool = False
    outside: bool = False
    """Behind the value's end."""


def _passed(text: str, position: _Position) -> _Position:
    """As far as the value reaches in this text."""
    at, depth, in_string = position.at, position.depth, position.in_string
    while True:
        if in_string:
            string = _IN_STRING.match(text, at)
            at = string.end() if string else at
            if not text.startswith('"', at):
                return _Position(at, depth, in_string=True)
            at, in_string = at + 1, False
        else:
            step = _STEP.search(text, at)
            if not step:
                return _Position(len(text), depth)
            at, in_string = step.end(), step[0] == '"'
            depth += _DEEPER.get(step[0], 0)
        if depth <= 0 and not in_string:
            return _Position(at, outside=True)


class _Reader:
    """A window over the text, and the places of it where values begin."""

    def __init__(self, stream: BinaryIO, enter: Enter, longest: int, closing: Collection[Path]) -> None:
        self._chunks = chunks(stream)
        self._enter = enter
        self._longest = longest
        self._closing = closing
        self._text = ""
        self._at = 0
        self._ended = False
        self._decode = json.JSONDecoder(strict=False, parse_constant=lambda _: None, parse_float=_finite).raw_decode

    def documents(self) -> Iterator[tuple[Path, Any]]:
        """See `rows`."""
        try:
            while self._peek():
                if self._stray(",]}:"):
                    yield (), Skipped("unreadable")
                else:
                    yield from self._values(())
        except _CutOff:
            yield (), Skipped("cut_off")

    def _values(self, path: Path) -> Iterator[tuple[Path, Any]]:
        opening = self._peek()
        if opening not in "[{" or not self._enter(path, opening):
            yield path, self._value()
            return
        self._at += 1
        closing, empty = "]" if opening == "[" else "}", True
        while (next_one := self._peek()) != closing:
            if not next_one:
                raise _CutOff
            if self._stray(","):
                continue
            if self._stray("]:" if closing == "}" else "}:"):
                yield path, Skipped("unreadable")
                continue
            empty = False
            yield from self._member(path) if opening == "{" else self._values((*path, "*"))
        self._at += 1
        if empty:
            yield path, [] if opening == "[" else {}
        if path in self._closing:
            yield path, CLOSED

    def _member(self, path: Path) -> Iterator[tuple[Path, Any]]:
        name = self._value()
        if not isinstance(name, str) or self._peek() != ":":
            yield path, Skipped("unreadable")
            return
        self._at += 1
        if self._peek() in ",}":
            yield (*path, name), Skipped("unreadable")
            return
        yield from self._values((*path, name))

    def _value(self) -> Any:
        """The value that begins here; Skipped where it cannot be read."""
        while True:
            end: int | None
            if self._at > _PASSED:
                # An error of the decoder counts the lines before it.
                self._text, self._at = self._text[self._at :], 0
            try:
                value, end = self._decode(self._text, self._at)
            except (ValueError, RecursionError):
                value, end = Skipped("unreadable"), self._end()
            if end is not None and (end < len(self._text) or self._ended):
                break
            if len(self._text) - self._at > self._longest:
                self._pass_over()
                return Skipped("too_long")
            if not self._more(len(self._text) - self._at) and self._text[self._at] in '"[{':
                raise _CutOff
        too_long, self._at = end - self._at > self._longest, end
        return Skipped("too_long") if too_long else value

    def _end(self) -> int | None:
        """Where the broken value that begins here ends; None when the window does not hold all of it."""
        if self._text[self._at] in '"[{':
            position = _passed(self._text, _Position(self._at))
            return position.at if position.outside else None
        word = _WORD.match(self._text, self._at)
        return max(word.end() if word else 0, self._at + 1)

    def _pass_over(self) -> None:
        """Move behind a value that is too long, without holding it."""
        position = _passed(self._text, _Position(self._at))
        while not position.outside:
            self._at = position.at
            if not self._more(0):
                raise _CutOff
            position = _passed(self._text, replace(position, at=0))
        self._at = position.at

    def _stray(self, marks: str) -> bool:
        """Move behind a run of these marks, where one begins here."""
        run = _RUNS[marks].match(self._text, self._at)
        self._at = run.end() if run else self._at
        return run is not None

    def _peek(self) -> str:
        """The next character that is not blank; nothing at the end."""
        while True:
            blank = _BLANK.match(self._text, self._at)
            self._at = blank.end() if blank else self._at
            if self._at < len(self._text):
                return self._text[self._at]
            if not self._more(0):
                return ""

    def _more(self, least: int) -> bool:
        """Read on, at least so many characters where there are; False at the end."""
        pieces, length = [self._text[self._at :]], 0
        for chunk in self._chunks:
            pieces.append(chunk)
            length += len(chunk)
            if length >= max(least, CHUNK // 2):
                break
        else:
            self._ended = True
        self._text, self._at = "".join(pieces), 0
        return length > 0
