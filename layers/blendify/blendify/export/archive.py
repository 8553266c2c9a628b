"""A zip that is written from its first byte to its last, into a sink that cannot seek."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import IO, Any, Protocol
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo


class Sink(Protocol):
    """What the zip is written to."""

    def write(self, data: bytes) -> int: ...

    def flush(self) -> None: ...


class ArchiveFile:
    """One file in the zip: counts its bytes and records, and computes its checksum; holds no content."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._digest = sha256()
        self._bytes = 0
        self.records = 0

    def write(self, data: bytes) -> None:
        """Append bytes."""
        self._file.write(data)
        self._digest.update(data)
        self._bytes += len(data)

    def record(self, data: bytes) -> None:
        """Append one of the records that the manifest counts."""
        self.write(data)
        self.records += 1

    def manifest_entry(self) -> dict[str, Any]:
        """{"records", "bytes", "sha256"}, as the manifest describes the file."""
        return {"records": self.records, "bytes": self._bytes, "sha256": self._digest.hexdigest()}


@dataclass
class Archive:
    """Files, written one at a time; `files` has the manifest's entry of each finished one."""

    _zip: ZipFile
    _moment: datetime
    files: dict[str, dict[str, Any]]

    @classmethod
    @contextmanager
    def writing(cls, sink: Sink, moment: datetime) -> Iterator["Archive"]:
        """An archive whose files all carry this moment. Its central directory is written if the block ends well."""
        archive = cls(ZipFile(sink, "w", ZIP_DEFLATED), moment, {})  # type: ignore[call-overload]
        try:
            yield archive
        except BaseException:
            # Discard: skip the central directory, which would also raise while a file in the zip is open.
            archive._zip.fp = None
            raise
        archive._zip.close()

    @contextmanager
    def file(self, name: str) -> Iterator[ArchiveFile]:
        """The next file; it ends with the block."""
        info = ZipInfo(name, self._moment.timetuple()[:6])
        info.compress_type = ZIP_DEFLATED
        info.external_attr = 0o644 << 16
        # The size is known only at the end, and may exceed the 2 GB of an entry without zip64.
        with self._zip.open(info, "w", force_zip64=True) as file:
            archive_file = ArchiveFile(file)
            yield archive_file
        self.files[name] = archive_file.manifest_entry()
