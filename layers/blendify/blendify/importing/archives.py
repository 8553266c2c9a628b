"""
The files in what a listener uploads: a zip, zips in a zip, a gzip, or the file itself.

Nothing is unpacked to a name out of an archive: entries are streams. Sizes in an archive's directory are claims, so the
budgets count the bytes that are read. A zip in a zip is copied to a temporary file, as it must be read from its end.
"""

import gzip
import re
import weakref
import zipfile
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from io import BufferedReader
from tempfile import SpooledTemporaryFile
from typing import BinaryIO, cast

from blendify.importing.byte_views import DAMAGE, Bounded, Metered, View
from blendify.importing.refusals import ImportRefused

MB = 1024 * 1024
PEEK = 512
"""Bytes that tell what kind of file it is; a tar names itself at 257."""
LONGEST_PATH = 300
_COPIED_AT_ONCE = 256 * 1024
_IN_MEMORY = 4 * MB

_OTHER_ARCHIVES = (b"Rar!\x1a\x07", b"7z\xbc\xaf\x27\x1c", b"\xfd7zXZ\x00", b"BZh", b"\x28\xb5\x2f\xfd", b"MSCF")
_BESIDE = re.compile(r"(^|/)(__MACOSX/|\._|\.DS_Store$|Thumbs\.db$|desktop\.ini$)")
"""What operating systems add to an archive that somebody packs again."""
_OTHER_FILES = re.compile(
    r"\.(pdf|jpe?g|png|gif|webp|heic|svg|ico|mp[34]|m4[av]|mov|avi|mkv|webm|wav|flac|ogg|docx?|pptx?|vcf|ics|mbox|eml)$",
    re.IGNORECASE,
)
"""What holds no rows in any format: not opened, as such files are large."""


@dataclass(frozen=True)
class Budgets:
    """How much of an archive is read. What goes beyond is refused."""

    entries: int = 5_000
    """Files in all archives together."""
    entry_bytes: int = 600 * MB
    total_bytes: int = 2048 * MB
    """Of all files that are opened, unpacked."""
    depth: int = 3
    """A zip in a zip is 2. A zip of one file that bears its name is no level: exports wrap their JSON so."""
    copied_bytes: int = 450 * MB
    """Of inner archives at one time, on the temporary disk."""


@dataclass
class _Level:
    """A zip that is being read: the uploaded one, or one in another."""

    path: str
    name: str
    zip: zipfile.ZipFile
    depth: int
    copy: BinaryIO | None = None
    copied: int = 0


@dataclass(frozen=True)
class ArchiveEntry:
    """A file out of an archive, or the uploaded file itself."""

    path: str
    """Unique in its archive. It may hold a name: it is for the listener, not for a log."""
    _archive: "Archive" = field(repr=False)
    _chain: tuple[zipfile.ZipInfo, ...] = field(repr=False)

    def open(self) -> BinaryIO:
        """
        A stream of its bytes.

        Raises  ImportRefused, also while it is read
        """
        return self._archive.open(self)


def entries(file: BinaryIO, budgets: Budgets | None = None) -> Iterator[ArchiveEntry]:
    """
    The files in a seekable file, in the archive's order; no entry can be opened after the file is closed.

    Raises  ImportRefused
    """
    return Archive(file, budgets or Budgets()).entries()


class Archive:
    """What was uploaded, with the inner archives that are open at the moment: at most one a level."""

    def __init__(self, file: BinaryIO, budgets: Budgets) -> None:
        self._file = Bounded(file)
        self._budgets = budgets
        self._levels: list[_Level] = []
        # Entries can be opened as long as somebody has them; then nobody can close the copies but this.
        weakref.finalize(self, _close_all, self._levels)
        self._furthest: Counter[str] = Counter()
        self._total = 0
        self._paths: Counter[str] = Counter()

    def entries(self) -> Iterator[ArchiveEntry]:
        """See `entries`."""
        beginning = View(self._file).read(PEEK)
        if not beginning.strip(b"\0 \r\n\t\xef\xbb\xbf"):
            raise ImportRefused("empty")
        if beginning.startswith((b"PK\x03\x04", b"PK\x05\x06")) or zipfile.is_zipfile(cast(BinaryIO, View(self._file))):
            self._levels.append(_Level("", "", _zip(self._file), 1))
            if _is_workbook(self._levels[0].zip):
                yield ArchiveEntry("", self, ())
            else:
                yield from self._files(())
        else:
            _refuse_other_archives(beginning)
            yield ArchiveEntry("", self, ())

    def open(self, entry: ArchiveEntry) -> BinaryIO:
        """See `ArchiveEntry.open`."""
        stream = self._stream(entry._chain) if entry._chain else self._single()
        return cast(BinaryIO, BufferedReader(Metered(stream, lambda position: self._count(entry.path, position))))

    def _single(self) -> BinaryIO:
        """What was uploaded, where it is no archive; a gzip is unpacked."""
        if View(self._file).read(2) != b"\x1f\x8b":
            return cast(BinaryIO, View(self._file))
        stream = cast(BinaryIO, gzip.GzipFile(fileobj=View(self._file)))
        _refuse_other_archives(_read(stream, PEEK))
        return cast(BinaryIO, gzip.GzipFile(fileobj=View(self._file)))

    def _files(self, chain: tuple[zipfile.ZipInfo, ...]) -> Iterator[ArchiveEntry]:
        level = self._level(chain)
        for info in level.zip.infolist():
            if info.filename.endswith("/") or not info.file_size or _BESIDE.search(info.filename):
                continue
            path = self._unique(f"{level.path}{info.filename}")
            if info.flag_bits & 1:
                raise ImportRefused("password")
            if _OTHER_FILES.search(info.filename):
                continue
            inner = (*chain, info)
            with self._stream(inner) as stream:
                beginning = _read(stream, PEEK)
            if beginning.startswith(b"PK\x03\x04"):
                if self._enter(inner, path):
                    yield from self._files(inner)
                    continue
            elif _is_other_archive(beginning):
                continue
            yield ArchiveEntry(path, self, inner)

    def _unique(self, path: str) -> str:
        self._paths[""] += 1
        if self._paths[""] > self._budgets.entries:
            raise ImportRefused("too_many_files")
        path = path.encode(errors="replace").decode()[-LONGEST_PATH:]
        self._paths[path] += 1
        return path if self._paths[path] == 1 else f"{path}#{self._paths[path]}"

    def _enter(self, chain: tuple[zipfile.ZipInfo, ...], path: str) -> bool:
        """Open an inner archive; False where it is a workbook, which is a file like others."""
        level = self._level(chain, path)
        if _is_workbook(level.zip):
            return False
        if level.depth > self._budgets.depth:
            raise ImportRefused("too_deep")
        return True

    def _level(self, chain: tuple[zipfile.ZipInfo, ...], path: str | None = None) -> _Level:
        """The archive at the end of the chain, opened if it is not."""
        if len(self._levels) > len(chain) and self._levels[len(chain)].name == _name(chain):
            return self._levels[len(chain)]
        outer = self._level(chain[:-1])
        while len(self._levels) > len(chain):
            _close_all([self._levels.pop()])
        with self._stream(chain) as stream:
            copy, size = self._copied(stream)
        try:
            inner = _zip(Bounded(copy))
        except ImportRefused:
            copy.close()
            raise
        wraps = [f"{info.filename}.zip" for info in inner.infolist()] == [chain[-1].filename.rpartition("/")[2]]
        depth = outer.depth + (0 if wraps else 1)
        self._levels.append(_Level(f"{path or chain[-1].filename}/", _name(chain), inner, depth, copy, size))
        return self._levels[-1]

    def _copied(self, stream: BinaryIO) -> tuple[BinaryIO, int]:
        left = self._budgets.copied_bytes - sum(level.copied for level in self._levels)
        copy, size = cast(BinaryIO, SpooledTemporaryFile(_IN_MEMORY)), 0  # noqa: SIM115 -- closed with its level
        with ExitStack() as until_whole:
            until_whole.callback(copy.close)
            while piece := _read(stream, _COPIED_AT_ONCE):
                size += len(piece)
                if size > left:
                    raise ImportRefused("too_large")
                copy.write(piece)
            until_whole.pop_all()
        return copy, size

    def _stream(self, chain: tuple[zipfile.ZipInfo, ...]) -> BinaryIO:
        level = self._level(chain[:-1])
        if chain[-1].compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise ImportRefused("archive_kind")
        try:
            return cast(BinaryIO, level.zip.open(chain[-1]))
        except RuntimeError:
            raise ImportRefused("password") from None
        except (*DAMAGE, ValueError):
            raise ImportRefused("archive_damaged") from None

    def _count(self, path: str, position: int) -> None:
        if position > self._budgets.entry_bytes:
            raise ImportRefused("too_large")
        if position > self._furthest[path]:
            self._total += position - self._furthest[path]
            self._furthest[path] = position
        if self._total > self._budgets.total_bytes:
            raise ImportRefused("too_large")


def _zip(file: Bounded) -> zipfile.ZipFile:
    try:
        return zipfile.ZipFile(cast(BinaryIO, View(file)))
    except zipfile.BadZipFile:
        beginning = file.read(0, 4)
        raise ImportRefused("archive_incomplete" if beginning == b"PK\x03\x04" else "archive_damaged") from None
    # Python's zipfile raises NotImplementedError for an archive of a version that it does not know.
    except (*DAMAGE, NotImplementedError, ValueError, OverflowError):
        raise ImportRefused("archive_damaged") from None


def _close_all(levels: list[_Level]) -> None:
    while levels:
        level = levels.pop()
        level.zip.close()
        if level.copy:
            level.copy.close()


def _name(chain: tuple[zipfile.ZipInfo, ...]) -> str:
    """Names an archive by where it lies in those around it."""
    return "/".join(str(info.header_offset) for info in chain)


def _is_workbook(archive: zipfile.ZipFile) -> bool:
    return "xl/workbook.xml" in archive.NameToInfo


def _is_other_archive(beginning: bytes) -> bool:
    return beginning.startswith(_OTHER_ARCHIVES) or beginning[257:262] == b"ustar"


def _refuse_other_archives(beginning: bytes) -> None:
    if _is_other_archive(beginning):
        raise ImportRefused("archive_kind")


def _read(stream: BinaryIO, size: int) -> bytes:
    try:
        return stream.read(size)
    except DAMAGE:
        raise ImportRefused("archive_damaged") from None
