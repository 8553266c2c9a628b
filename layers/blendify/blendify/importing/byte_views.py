"""Streams over a file that several readers share, and streams that count what is read."""

import zlib
from collections.abc import Callable
from gzip import BadGzipFile
from io import SEEK_CUR, SEEK_END, SEEK_SET, RawIOBase
from typing import Any, BinaryIO
from zipfile import BadZipFile

from blendify.importing.refusals import ImportRefused

LARGEST_READ = 4 * 1024 * 1024
"""Bytes at once. A zip's directory is read in one piece: that of 5,000 files has less than 1 MB."""


class NoSuchPlace(OSError):
    """A position before a file's beginning."""


DAMAGE = (NoSuchPlace, BadZipFile, BadGzipFile, zlib.error, EOFError)
"""What unpacking raises for damaged data. What the file itself raises, such as an error of the network, passes."""


class Bounded:
    """A seekable file of which no piece is read that does not fit into memory."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.size = file.seek(0, SEEK_END)

    def read(self, position: int, size: int) -> bytes:
        """At most `size` bytes from there on."""
        size = min(size, self.size - position)
        if size > LARGEST_READ:
            raise ImportRefused("too_many_files")
        if size <= 0:
            return b""
        self._file.seek(position)
        return self._file.read(size)


class View(RawIOBase):
    """A stream over a shared file, with a position of its own."""

    def __init__(self, file: Bounded) -> None:
        self._shared = file
        self._position = 0

    def readable(self) -> bool:
        """True."""
        return True

    def seekable(self) -> bool:
        """True."""
        return True

    def seek(self, offset: int, whence: int = SEEK_SET) -> int:
        """As of any file; a place before the beginning is a NoSuchPlace."""
        position = {SEEK_SET: 0, SEEK_CUR: self._position, SEEK_END: self._shared.size}[whence] + offset
        if position < 0:
            raise NoSuchPlace
        self._position = position
        return position

    def tell(self) -> int:
        """Its own position."""
        return self._position

    def read(self, size: int | None = -1) -> bytes:
        """As of any file."""
        whole = size is None or size < 0
        data = self._shared.read(self._position, self._shared.size if whole else size or 0)
        self._position += len(data)
        return data

    def readinto(self, buffer: Any) -> int:
        """As of any file."""
        data = self.read(len(buffer))
        buffer[: len(data)] = data
        return len(data)


class Metered(RawIOBase):
    """A stream that tells how far it has been read, and whose errors say what they mean for an import."""

    def __init__(self, stream: BinaryIO, count: Callable[[int], None]) -> None:
        self._stream = stream
        self._count = count
        self._position = 0

    def readable(self) -> bool:
        """True."""
        return True

    def readinto(self, buffer: Any) -> int:
        """As of any stream; raises ImportRefused for what is damaged, or more than the budget."""
        try:
            data = self._stream.read(len(buffer))
        except DAMAGE:
            raise ImportRefused("archive_damaged") from None
        self._position += len(data)
        self._count(self._position)
        buffer[: len(data)] = data
        return len(data)

    def close(self) -> None:
        """Close both."""
        self._stream.close()
        super().close()
