"""Files as listeners upload them, made in memory; and how they are read."""

import io
import json
import zipfile
from collections.abc import Mapping, Sequence
from typing import Any, BinaryIO

from blendify.importing import archives
from blendify.importing.archives import ArchiveEntry, Budgets
from blendify.importing.formats import registry
from blendify.importing.formats.format import Entry, Format, Options
from blendify.importing.formats.rows import Play, Row, Skipped

UTC_OPTIONS = Options()


def zipped(files: Mapping[str, bytes | str] | Sequence[tuple[str, bytes | str]]) -> bytes:
    """A zip of these files, in this order."""
    memory = io.BytesIO()
    with zipfile.ZipFile(memory, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items() if isinstance(files, Mapping) else files:
            archive.writestr(name, content)
    return memory.getvalue()


def json_text(value: Any) -> str:
    """JSON as exports write it."""
    return json.dumps(value, indent=2, ensure_ascii=False)


def entries_of(upload: bytes, budgets: Budgets | None = None) -> list[ArchiveEntry]:
    """The files in an upload."""
    return list(archives.entries(io.BytesIO(upload), budgets))


def imported(upload: bytes | str, options: Options = UTC_OPTIONS) -> list[Row]:
    """All rows of all recognised files in an upload."""
    data = upload.encode() if isinstance(upload, str) else upload
    return [row for entry in entries_of(data) for row in rows_of(entry, options)]


def rows_of(entry: Entry, options: Options = UTC_OPTIONS) -> list[Row]:
    """The rows of a file; none where it is of no format."""
    format_ = registry.recognize(entry)
    if format_ is None:
        return []
    with entry.open() as stream:
        return list(format_.read(stream, options))


def plays(upload: bytes | str, options: Options = UTC_OPTIONS) -> list[Play]:
    """The plays in an upload."""
    return [row for row in imported(upload, options) if isinstance(row, Play)]


def reasons(upload: bytes | str, options: Options = UTC_OPTIONS) -> list[str]:
    """Why rows of an upload are not stored."""
    return [row.reason for row in imported(upload, options) if isinstance(row, Skipped)]


def recognized(content: bytes | str, path: str = "file") -> Format:
    """The format of a file that is one, under this name."""
    data = content.encode() if isinstance(content, str) else content
    format_ = registry.recognize(File(path, data))
    assert format_ is not None, path
    return format_


class File:
    """A file under a name, outside any archive."""

    def __init__(self, path: str, content: bytes) -> None:
        self.path = path
        self._content = content

    def open(self) -> BinaryIO:
        """Its bytes."""
        return io.BytesIO(self._content)
