"""
Reading a log: a play is never taken back, so pages are committed as they come, a few at once.

Pages stay in memory unchanged until they are committed. If another worker commits the log in between (a poll beside a
sync), they are compared with the new version.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from blendify.collecting.list_reader import ListReader
from blendify.collecting.list_store import ListStore
from blendify.collecting.plan import Source
from blendify.collecting.recognition import KnownPlays
from blendify.collecting.undated_plays import move_to_front, timestamps
from blendify.history.list_versions import ListVersion
from blendify.providers.endpoint import ListKind, LogWindow, Record


@dataclass(frozen=True)
class _LogPage:
    records: Sequence[Record]
    answers: Sequence[Any]
    start: int
    """Position of its first entry."""
    seen_at: datetime


@dataclass
class LogReader:
    """The pages of a log that are read and not committed yet."""

    store: ListStore
    sync_id: str
    source: Source
    memory: LogWindow
    attempt: int = 1
    lost: int = 0
    """Pages that could not be read."""
    _pages: list[_LogPage] = field(default_factory=list)

    def add(self, records: Sequence[Record], answers: Sequence[Any], start: int, seen_at: datetime) -> None:
        """Add the page whose first entry is at position `start` of the log, and the moment at which it was read."""
        self._pages.append(_LogPage(records, answers, start, seen_at))

    def compared(self, version: ListVersion) -> ListReader:
        """The uncommitted pages, compared with this version; plays without moments get them here."""
        entries, staged = self.store.entries(version), self.store.pages_of(self.sync_id)
        reader = ListReader(version, entries, self.source, ListKind.LOG, staged, repeats=self.memory.repeats)
        plays = KnownPlays(entries)
        for page in self._pages:
            reader.add(self._dated(page, version, plays), page.answers, page.start)
        return reader

    def clear(self) -> None:
        """Forget the pages: all are committed."""
        self._pages.clear()

    @property
    def begun(self) -> bool:
        """Whether something was read and is not committed."""
        return bool(self._pages)

    @property
    def end(self) -> int:
        """The position at which the last page ends in the log."""
        return max((page.start + len(page.records) for page in self._pages), default=0)

    @property
    def buffered(self) -> tuple[int, int]:
        """Numbers of pages, and of their entries, that are only in memory."""
        return len(self._pages), sum(len(page.records) for page in self._pages)

    def _dated(self, page: _LogPage, version: ListVersion, plays: KnownPlays) -> Sequence[Record]:
        if self.memory.dated:
            return plays.recognized(page.records, page.seen_at)
        since, known = version.signals.read_at, plays.names
        if self.memory.moves_to_front:
            return move_to_front.with_moments(page.records, known, page.seen_at, since, self.memory.entries or 0)
        return timestamps.with_moments(page.records, known, page.seen_at, since)
