"""A zip that is written from its first byte to its last, to something that cannot be wound back."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import IO, Any, Protocol
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo


class Sink(Protocol):
    """Where the zip goes."""

    def write(self, data: bytes) -> int: ...

    def flush(self) -> None: ...


class Entry:
    """One file in the zip: takes bytes, counts them, and remembers nothing else."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._digest = sha256()
        self._bytes = 0
        self.records = 0

    def write(self, data: bytes) -> None:
        """More of the file."""
        self._file.write(data)
        self._digest.update(data)
        self._bytes += len(data)

    def record(self, data: bytes) -> None:
        """One more of the records that the manifest counts."""
        self.write(data)
        self.records += 1

    def described(self) -> dict[str, Any]:
        """As the manifest tells it."""
        return {"records": self.records, "bytes": self._bytes, "sha256": self._digest.hexdigest()}


@dataclass
class Archive:
    """The files so far, one at a time, and what the manifest says of them."""

    _zip: ZipFile
    _moment: datetime
    files: dict[str, dict[str, Any]]

    @classmethod
    @contextmanager
    def writing(cls, sink: Sink, moment: datetime) -> Iterator["Archive"]:
        """An archive whose files all bear this moment; its end is written when the block ends well."""
        archive = cls(ZipFile(sink, "w", ZIP_DEFLATED), moment, {})  # type: ignore[call-overload]
        try:
            yield archive
        except BaseException:
            # Nobody reads what is unfinished: the zip must not write its end, and not complain of an open file.
            archive._zip.fp = None
            raise
        archive._zip.close()

    @contextmanager
    def file(self, name: str) -> Iterator[Entry]:
        """The next file; it ends with the block."""
        info = ZipInfo(name, self._moment.timetuple()[:6])
        info.compress_type = ZIP_DEFLATED
        info.external_attr = 0o644 << 16
        # How large it gets is known only at the end, and it may be more than the 2 GB of a plain entry.
        with self._zip.open(info, "w", force_zip64=True) as file:
            entry = Entry(file)
            yield entry
        self.files[name] = entry.described()
