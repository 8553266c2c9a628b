"""All formats: which of them a file is of, and reading it from any row on."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import islice
from typing import BinaryIO

from blendify.importing.formats import (
    lastfm,
    listenbrainz,
    own_servers,
    scrobbler_log,
    spotify_account,
    spotify_extended,
)
from blendify.importing.formats.format import Entry, Format, Options
from blendify.importing.formats.outline import Outline, outline
from blendify.importing.formats.rows import Row, Skipped

RECOGNIZERS: tuple[Callable[[Outline], Format | None], ...] = (
    spotify_extended.recognize,
    spotify_account.recognize,
    lastfm.recognize,
    listenbrainz.recognize,
    scrobbler_log.recognize,
    own_servers.recognize,
)
"""The more specific first."""


def recognize(entry: Entry) -> Format | None:
    """
    The format of a file, by its content; None for a file of no format.

    Raises  ImportRefused, as reading the entry does
    """
    beginning = outline(entry)
    return next((format_ for by_content in RECOGNIZERS if (format_ := by_content(beginning))), None)


def read(format_: Format, stream: BinaryIO, options: Options, *, start: int = 0) -> Iterator[tuple[int, Row]]:
    """
    The rows of a file with their numbers, from `start` on: the same row has the same number in every reading.

    Rows before `start` are read and dropped, as keys depend on them.

    Raises  ImportRefused, as reading the stream does
    """
    for number, row in islice(enumerate(format_.read(stream, options)), start, None):
        yield number, replace(row, row=number) if isinstance(row, Skipped) else row
