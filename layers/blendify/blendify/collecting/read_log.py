"""
Reading a log: a play is never taken back, so pages are committed as they come, a few at once.

Pages stay in memory unchanged until they are committed. If another worker commits the log in between (a poll beside a
sync), they are compared with the new version.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from blendify.collecting.list_store import ListStore
from blendify.collecting.plan import ListPage, Source
from blendify.collecting.position import Noted
from blendify.collecting.read import ListReader
from blendify.collecting.recognition import KnownPlays
from blendify.collecting.undated_plays import move_to_front, timestamps
from blendify.core import times
from blendify.history.list_versions import ListVersion
from blendify.providers.endpoint import Endpoint, LogWindow, Record
from blendify.providers.paging import Page, PageRequest
from blendify.providers.record_identity import is_dated

ONE_ANSWER = 30
"""So many entries of an undated log come in one answer; where two answers meet, an entry may stand in both."""


@dataclass(frozen=True)
class _LogPage:
    records: Sequence[Record]
    start: int
    """Position of its first entry."""
    seen_at: datetime

    @property
    def has_repeats(self) -> bool:
        """Whether a record stands twice among the first entries, which are those of one answer."""
        first = [record.fields.get("record_id") for record in self.records[:ONE_ANSWER]]
        names = [name for name in first if name]
        return len(set(names)) < len(names)


@dataclass
class LogReader:
    """The pages of a log that are read and not committed yet."""

    store: ListStore
    sync_id: str
    source: Source
    endpoint: Endpoint
    memory: LogWindow
    since: datetime | None = None
    """From which moment on it is asked for; None for all of it."""
    noted: Noted = field(default_factory=Noted)
    known_before: set[str] = field(default_factory=set)
    """Plays of the uncommitted pages that earlier syncs have recorded, and that are too old for the version."""
    _pages: list[_LogPage] = field(default_factory=list)
    _came: set[str] = field(default_factory=set)
    """Plays of the uncommitted pages."""
    _came_last: set[str] = field(default_factory=set)
    """Those of the pages that were committed last: where two pages meet, a play may stand in both."""

    def add_page(self, ask: PageRequest, page: Page) -> None:
        """Add a page, which has just been read."""
        records = self.endpoint.records(page.entries, ask.list_id, ask.offset)
        self._pages.append(_LogPage(records, ask.offset, times.now()))

    def read_again(self, start: int) -> None:
        """The log is read again from this position on. Nothing is forgotten of it."""
        self.noted.lost = self.noted.lost if start else 0

    def compared(self, version: ListVersion) -> ListReader:
        """The uncommitted pages, compared with this version; plays without moments get them here."""
        entries, staged = self.store.entries(version), self.store.pages_of(self.sync_id)
        reader = ListReader(staged, entries, version, self.source, self.endpoint)
        plays, self.known_before = KnownPlays(entries), set()
        for page in self._pages:
            compared = reader.compared(self._dated(page, version, plays), page.start)
            reader.add(self._without_old_plays(compared, version))
        return reader

    def _without_old_plays(self, page: ListPage, version: ListVersion) -> ListPage:
        """
        The page without plays that are in the history and older than what the version tells.

        Only a reading of all of a log meets them. The index by which they are found may lag by seconds, which does not
        matter: a sync that repeats its own facts finds their keys taken.
        """
        start = version.signals.remembered_from or ""
        moments = {listed.entry.key: listed.change.fields.get("played_at") for listed in page if listed.change}
        old = {key: played_at for key, played_at in moments.items() if played_at and played_at < start}
        if not old:
            return page
        recorded = self.store.recorded_plays(min(old.values()), max(old.values()))
        known = {key: recorded[part] for key in old if (part := key.partition("#")[2]) in recorded}
        self.known_before |= {key for key, started_at in known.items() if started_at != self.source.started_at}
        return [listed for listed in page if listed.entry.key not in known]

    def clear(self) -> None:
        """Forget the pages: all are committed."""
        self._pages.clear()
        self._came_last = self._came

    def came(self, compared: ListReader) -> int:
        """How many different plays the uncommitted pages brought, beside those that this sync has counted already."""
        own = self.source.key("")
        came = (listed for listed in compared.listed() if listed.change or not listed.entry.key.startswith(own))
        self._came = self.known_before | {listed.entry.identity for listed in came}
        return len(self._came - self._came_last)

    @property
    def begun(self) -> bool:
        """Whether something was read and is not committed."""
        return bool(self._pages)

    @property
    def in_memory(self) -> int:
        """How many entries are in memory alone."""
        return sum(len(page.records) for page in self._pages)

    def _dated(self, page: _LogPage, version: ListVersion, plays: KnownPlays) -> Sequence[Record]:
        if self.memory.dated:
            return plays.recognized(page.records, page.seen_at, first=page.start == 0)
        since, known = version.signals.read_at, plays.names
        if self.repeats_listed(version):
            return timestamps.with_moments(page.records, known, page.seen_at, since)
        return move_to_front.with_moments(page.records, known, page.seen_at, since, self.memory.entries or 0)

    def should_show_some(self, known: Iterable[str]) -> bool:
        """Whether some of the known plays, by their identities, stand in what is asked for: none is taken back."""
        start = times.iso(self.since) if self.since else ""
        return any(is_dated(name) and name >= start for name in known)

    def may_have_gap(self, version: ListVersion) -> bool:
        """
        Whether plays may have been lost if none of those that came is known.

        A provider that gave all that it remembers would have given known ones, unless it remembers no more. A list of
        each record once may be as long as before, and all of it new: there only a full one has left out others.
        """
        most = self.memory.entries
        if most is None or self.memory.moves_to_front:
            return False
        each_play = self.memory.dated or self.repeats_listed(version)
        return each_play or any(page.start + len(page.records) >= most for page in self._pages)

    def repeats_listed(self, version: ListVersion) -> bool:
        """
        Whether an undated log lists each play. If not, it lists each record once, at its latest play.

        That is decided by what answers showed, now or before: a record that stands twice in one answer.
        """
        if self.memory.dated or self.memory.moves_to_front:
            return False
        return version.signals.repeats_listed or any(page.has_repeats for page in self._pages)
