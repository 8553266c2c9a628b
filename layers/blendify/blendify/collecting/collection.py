"""
Collection: the pages of one data type's lists as they come, staged, committed and counted.

Everything before a checkpoint is stored. So a death costs at most the pages read since.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from blendify.collecting import lists_to_read
from blendify.collecting.checkpoints import Checkpoints
from blendify.collecting.commit import TimeIsUp
from blendify.collecting.evidence import ListEnd
from blendify.collecting.list_queue import MOST_TRIES, ListQueue
from blendify.collecting.lists import Lists, ReadAgain
from blendify.collecting.position import Position
from blendify.collecting.read import ListReader
from blendify.collecting.read_log import LogReader
from blendify.core import telemetry, times
from blendify.core.data_types import Outcome
from blendify.core.errors import CollectError, NotFound, Unreadable
from blendify.fetching.page_consistency import Observed
from blendify.fetching.page_reader import Failed, Step
from blendify.history import list_versions
from blendify.jobs.progress import Checkpoint
from blendify.providers.endpoint import ListKind
from blendify.providers.paging import Page, PageRequest

PAGES, ENTRIES = 8, 1_600
"""Most pages, and most entries, that are only in memory: the cost of a death, and the bound of the memory."""


@dataclass
class Collection:
    """What one worker takes in of a data type."""

    queue: ListQueue
    lists: Lists
    checkpoints: Checkpoints
    reader: ListReader | LogReader | None = None
    """Of the list at the queue's position; None before its first page."""
    advanced: bool = False
    """Whether a page was read since the last checkpoint."""
    counts: Counter[str] = field(default_factory=Counter)
    """What the next checkpoint adds."""
    _stored: Position = field(init=False)
    """Everything before it is stored."""
    _pages: int = 0
    """Since the last checkpoint."""

    def __post_init__(self) -> None:
        self._stored = self.queue.next

    # Going on

    def adopt_commits(self) -> None:
        """Count the lists that a worker of this sync committed before it could save its position; go on behind them."""
        commits = [
            (Position.of(commit.then), version.list_id, commit.counts)
            for version in self.lists.known.values()
            if (commit := version.commit) and commit.sync_id == self.lists.job.sync_id
        ]
        for then, list_id, counts in sorted(commits, key=lambda commit: (commit[0].number, commit[0].offset)):
            if then.is_behind(self.queue.next):
                unfinished = then.number < len(self.queue.lists) + len(then.aside) and then.offset > 0
                ended = then.number if unfinished else then.number - 1
                self._count(ended, list_id, counts)
                self.queue.next = replace(then, records=counts.get("records", 0) if unfinished else 0)
                self.checkpoint()

    def resume(self, number: int) -> Position:
        """The position at which this list is read on; one that another worker has moved on is read from its start."""
        queue, at = self.queue, self.queue.next
        aside = number - len(queue.lists)
        if aside >= 0 and not at.begun and not at.tries:
            self._stored = at = queue.next = at.at(number, at.aside[aside])
        if not at.begun:
            return at
        list_id = queue.listed(number).list_id
        if queue.endpoint_of(number).list_kind is ListKind.LOG:
            self.lists.since[list_id] = times.parse(at.since) if at.since else None
        elif at.staged and self.lists.version(list_id).revision != at.revision:
            observed = Observed(attempt=at.observed.attempt, asked_twice=at.observed.asked_twice)
            at = queue.next = at.at(number, at.read_again(observed))
        else:
            self.reader = reader = self.lists.list_reader(list_id)
            reader.resume(at)
        return at

    def go_to(self, number: int) -> None:
        """Go on at this list, unless the position is there or behind it."""
        if self.queue.next.number < number:
            self.reader, self.queue.next = None, self.queue.next.at(number)

    # Pages

    def take(self, step: Step) -> None:
        """Add what came; stage it now and then, and commit the list at its end."""
        ask = step.ask
        if isinstance(step.result, Failed):
            self._fail(ask, step.result.error)
            return
        reader = self._open(step)
        self._pages += 1
        if isinstance(step.result, Page):
            self._add(reader, ask, step.result)
        else:
            self.queue.error = CollectError(step.result.why)
            reader.noted.lost += not step.result.more
            telemetry.logger.warning(
                "Lost the page of %s at %d: %s", ask.list_id or "the list", ask.offset, step.result.why
            )
        self.queue.next = self._at(reader, step, step.following or ask)
        if step.following is None:
            self.end_list()
        if self._pages >= PAGES or (self.reader and self.reader.in_memory >= ENTRIES):
            self.save()

    def take_whole(self, reader: ListReader, observed: Observed) -> None:
        """The present list, of which a look for changes has told everything."""
        self.reader, self.advanced = reader, True
        self.queue.page_came()
        self.queue.next = replace(self.queue.next, observed=observed)
        self._expect(observed.total or reader.count)
        self.end_list(entry_by_entry=False)

    def _open(self, step: Step) -> ListReader | LogReader:
        """The reader of the list. If it is read again, that is saved at once."""
        ask = step.ask
        self.go_to(ask.list_index)
        if self.reader is None:
            self.reader = self.lists.reader(ask.list_id)
        if ask.attempt != self.queue.next.observed.attempt:
            self.reader.read_again(ask.offset)
            at = self._at(self.reader, step, ask)
            # No page of this attempt is stored yet, so there is none to compare the next one with.
            self.queue.next = replace(at, observed=replace(at.observed, latest_pages=None))
            self.save()
        return self.reader

    def _add(self, reader: ListReader | LogReader, ask: PageRequest, page: Page) -> None:
        endpoint = reader.endpoint
        reader.add_page(ask, page)
        if endpoint.child_list:
            lists_to_read.save(self.lists.job, ask.offset, endpoint.child_lists(page.entries))
        if self.queue.next.expected is None and endpoint.parent is None:
            total = page.total or len(page.entries)
            self._expect(min(total, endpoint.paging.depth or total))
        self.advanced |= bool(page.entries)
        self.queue.page_came()

    def _expect(self, records: int) -> None:
        self.counts["expected"] += records
        self.queue.next = replace(self.queue.next, expected=records)

    def _at(self, reader: ListReader | LogReader, step: Step, ask: PageRequest) -> Position:
        """The position before this request, with what is known of its list."""
        return replace(
            self.queue.next,
            offset=ask.offset,
            cursor=ask.cursor,
            window=(ask.window.until, ask.window.start) if ask.window else None,
            observed=step.sweep.observed(),
            noted=replace(reader.noted),
        )

    # Lists that fail

    def _fail(self, ask: PageRequest, error: CollectError) -> None:
        """Set the list aside, or give it up. What was read of it stays."""
        queue = self.queue
        self.go_to(ask.list_index)
        refused = isinstance(error, Unreadable) and self.lists.endpoint.parent is not None
        final = queue.failed(error, refused=refused)
        if self._means_empty(ask, error):
            queue.failures, queue.error = 0, None
            self.reader = self.lists.reader(ask.list_id)
            self.reader.add_page(ask, Page([], None, more=False))
            self.end_list()
        elif final:
            self._give_up(error, refused=refused)
        else:
            self.store()
            queue.set_aside(replace(queue.next, tries=queue.next.tries + 1), error)
        self.reader = None

    def _means_empty(self, ask: PageRequest, error: CollectError) -> bool:
        """Whether the refusal means an empty list: it has repeated, or the list was empty before."""
        endpoint, version = self.lists.endpoint.for_list(ask.list_id), self.lists.version(ask.list_id)
        may_be = isinstance(error, NotFound) and endpoint.missing_when_empty and not version.count and ask.offset == 0
        return may_be and (self.queue.next.tries + 1 >= MOST_TRIES or version.commit is not None)

    def leave(self, number: int) -> None:
        """Leave a list that failed in the sync before to the next one: the provider fails wherever it is asked."""
        self.queue.next = self.queue.next.at(number)
        self._give_up(self.queue.error or CollectError("the provider fails"), refused=False)

    def _give_up(self, error: CollectError, *, refused: bool) -> None:
        number = self.queue.next.number
        if self.reader is not None and self.reader.begun:
            self.end_list(broken_off=True)
            self.counts["doubtful"] += refused
        self.counts["unavailable"] += refused
        self.queue.give_up(number, error, refused=refused)
        self.reader = None

    # Commits

    def end_list(self, *, broken_off: bool = False, entry_by_entry: bool = True) -> None:
        """Judge and commit the list, which is read to its end or as far as possible."""
        at, reader = self.queue.next, self.reader
        if reader is None or (broken_off and not reader.begun):
            return
        listed, then, lost = self.queue.listed(at.number), at.at(at.number + 1), reader.noted.lost
        end = ListEnd(at.observed, listed, broken_off or lost > 0, entry_by_entry=entry_by_entry)
        counts = {"expected": at.expected or 0, "lost": 0 if broken_off else lost}
        try:
            committed = self._commit(reader, end, then, counts)
        except ReadAgain as again:
            self.queue.set_aside(at.read_again(again.shown.next_look), CollectError(again.why))
        else:
            self.queue.next = then
            telemetry.list_read(self.lists.store.data_type, listed.list_id, committed.get("records", 0))
        self.reader = None

    def drop_lists(self, named: set[str]) -> None:
        """
        Remove every entry of lists that are no longer named, such as a deleted playlist.

        Only a sound reading of the names tells that a list is gone, by this sync or an earlier one: what was read of a
        list since then was named later.
        """
        job, parent = self.lists.job, self.lists.endpoint.parent
        naming = list_versions.version(job.user_id, job.provider, parent, "") if parent else None
        judged = naming.commit if naming else None
        if naming is None or judged is None or judged.counts.get("doubtful") or not judged.signals.full_read_at:
            return
        named = named | {entry.identity for entry in naming.entries()}
        for list_id, version in list(self.lists.known.items()):
            known_before = version.commit is not None and version.commit.started_at < judged.started_at
            if list_id not in named and known_before and version.count and not self.lists.is_done(list_id):
                reader, end = self.lists.reader(list_id), ListEnd(known_to_be_gone=True)
                self._count(-1, list_id, self.lists.commit(reader, end, self.queue.next, {}))

    def _commit(
        self, reader: ListReader | LogReader, end: ListEnd | None, then: Position, counts: Mapping[str, int]
    ) -> Mapping[str, int]:
        """Commit what was read, a log also before its end; answers the commit's counts, which are added."""
        at = self.queue.next
        try:
            committed = self.lists.commit(reader, end, then, {**counts, "records": at.records})
        except TimeIsUp:
            # The next worker finishes the commit, which says where to go on.
            stored = self._stored if self._stored.number == at.number else at.at(at.number)
            self.reader, self.queue.next = None, replace(stored, expected=at.expected)
            raise
        self._count(at.number, reader.source.list_id, committed)
        return committed

    def _count(self, number: int, list_id: str, committed: Mapping[str, int]) -> None:
        """Add a commit's counts, without what is counted of its list already."""
        if not committed:
            return
        counts, at = Counter(committed), self.queue.next
        if number == at.number:
            counts.subtract({"records": at.records, "expected": at.expected or 0})
        window = self.lists.endpoint.for_list(list_id).log_window
        if window and not window.moves_to_front:
            counts["plays"] = counts["appended"]
        self.counts.update(counts)

    # Checkpoints

    def store(self) -> None:
        """Stage what was read, or commit it if it is a log."""
        reader, at = self.reader, self.queue.next
        if reader is None:
            return
        if isinstance(reader, LogReader):
            if not reader.begun:
                return
            then = replace(at, since=times.iso(reader.since) if reader.since else None, records=0)
            committed = self._commit(reader, None, then, {"expected": at.expected or 0})
            at = replace(then, records=committed.get("records", at.records))
        else:
            staged, records = reader.stage(), reader.count
            self.counts["records"] += records - at.records
            at = replace(at, staged=staged, revision=reader.version.revision, records=records)
        self._stored = self.queue.next = at

    def save(self) -> None:
        """Store what was read, and the position behind it."""
        self.store()
        self.checkpoint()

    def checkpoint(self) -> None:
        """Save the position; everything before it is stored."""
        here = Checkpoint(Outcome.RUNNING, counts=self.counts, setbacks=0 if self.advanced else None)
        self.checkpoints.write(self.queue.next, here)
        self.counts.clear()
        self._stored = self.queue.next
        self._pages, self.advanced = 0, False
